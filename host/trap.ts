/** Traps: V8's errors become the names that the specification and other runtimes use. */
import { type BacktraceSource, readBacktrace } from './backtrace.ts';
import type { GuestOutcome } from './config.ts';
import { printable } from './demangle.ts';
import { UnknownImportTrap } from './unknown-imports.ts';

/** A trap of our own: a function of the embedder's could not be called, or failed. */
export class HostFunctionTrap extends Error {
  override readonly name = 'HostFunctionTrap';
}

export type TrapOutcome = Extract<GuestOutcome, { kind: 'trap' }>;

type TrapNames = readonly [name: string, message: string];

/** V8's message → name, and one sentence for people. */
const traps: Readonly<Record<string, TrapNames>> = {
  unreachable: [
    'unreachable',
    'the program reached an unreachable instruction: a panic, an abort or a failed assertion',
  ],
  'memory access out of bounds': ['out of bounds memory access', 'an address lies outside of linear memory'],
  'data segment out of bounds': ['out of bounds memory access', 'a data segment does not fit into its target'],
  'operation does not support unaligned accesses': ['unaligned atomic', 'an atomic access is not aligned to its size'],
  'divide by zero': ['integer divide by zero', 'an integer was divided by zero'],
  'remainder by zero': ['integer divide by zero', 'the remainder of an integer division by zero was asked for'],
  'divide result unrepresentable': ['integer overflow', 'the smallest integer was divided by -1'],
  'float unrepresentable in integer range': [
    'invalid conversion to integer',
    'a float that is NaN or out of range was converted to an integer',
  ],
  'table index is out of bounds': ['out of bounds table access', 'an index lies outside of the table'],
  'element segment out of bounds': ['out of bounds table access', 'an element segment does not fit into its target'],
  'null function': ['uninitialized element', 'the called table entry is null'],
  // V8 does not tell these two apart.
  'function signature mismatch': [
    'indirect call type mismatch',
    'the called table entry is null or a function of another type',
  ],
  'dereferencing a null pointer': ['null reference', 'a null reference was used'],
  'rethrowing null value': ['null reference', 'a null exception was thrown again'],
  'illegal cast': ['cast failure', 'a reference is not of the type it was cast to'],
  'array element access out of bounds': ['out of bounds array access', 'an index lies outside of the array'],
  'requested new array is too large': ['allocation size too large', 'a new array is too large'],
  'Atomics.wait cannot be called in this context': [
    'atomic wait on non-shared memory',
    'a wait needs shared memory and a second thread',
  ],
};

const undefinedElement: TrapNames = ['undefined element', 'the index of an indirect call lies outside of the table'];
const stackExhausted: TrapNames = [
  'call stack exhausted',
  'the calls nest too deeply: an endless recursion, or large frames',
];

/** The trap that `error`, thrown by the guest's code, stands for; null when it came from ours. */
export function describeTrap(error: unknown, source: BacktraceSource): TrapOutcome | null {
  if (error instanceof WebAssembly.Exception) {
    return trap(['uncaught exception', 'the program threw an exception that nothing caught'], []);
  }
  if (error instanceof UnknownImportTrap) return trap(['unknown import', error.message], error, source);
  if (error instanceof HostFunctionTrap) return trap(['host function', printable(error.message, 1024)], error, source);
  if (isStackOverflow(error)) return trap(stackExhausted, error, source);
  if (!(error instanceof WebAssembly.RuntimeError)) return null;
  if (error.message === 'table index is out of bounds') {
    const backtrace = readBacktrace(error, source);
    // Where it is not known: compilers index tables in no other way.
    return trap(backtrace.isIndirectCall === false ? namesOf(error.message) : undefinedElement, backtrace.lines);
  }
  return trap(namesOf(error.message), error, source);
}

/** V8 says no more than this of an exhausted stack, whoever's frame was the last. */
function isStackOverflow(error: unknown): error is RangeError {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

function namesOf(text: string): TrapNames {
  // While instantiating, V8 says where: "WebAssembly.Instance(): data segment 3 is out of bounds (offset …)".
  const message = text
    .replace(/^WebAssembly\.\w+\(\): /, '')
    .replace(/^(data|element) segment \d+ is out of bounds.*$/, '$1 segment out of bounds');
  // A message of a later V8 is better than no message.
  return traps[message] ?? [printable(message, 256), printable(message, 256)];
}

function trap(names: TrapNames, backtrace: readonly string[]): TrapOutcome;
function trap(names: TrapNames, error: Error, source: BacktraceSource): TrapOutcome;
function trap([name, message]: TrapNames, from: Error | readonly string[], source?: BacktraceSource): TrapOutcome {
  const backtrace = from instanceof Error ? (source ? readBacktrace(from, source).lines : []) : from;
  return { kind: 'trap', name, message, backtrace };
}
