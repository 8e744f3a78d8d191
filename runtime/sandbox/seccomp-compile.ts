/**
 * Policy → struct sock_filter[]. A balanced binary tree over the call numbers: calls with argument checks run it each
 * time, and the kernel walks it once for every number when it is loaded, to remember which are always allowed.
 */
import { WasmctrError } from '../errors.ts';
import { Assembler, type Label } from './bpf-assembler.ts';
import { dataOffsets, encodeProgram, opcodes } from './bpf-opcodes.ts';
import { compileAlternatives } from './seccomp-conditions.ts';
import {
  type Condition,
  type FilterParameter,
  filterParameters,
  isUnconditional,
  type Policy,
} from './seccomp-policy.ts';
import { type Arch, syscallNumber } from './syscalls-table.ts';

/** linux/audit.h: EM_X86_64 and EM_AARCH64, 64-bit, little endian. */
export const auditArch: Readonly<Record<Arch, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** linux/seccomp.h */
export const seccompReturns = {
  killProcess: 0x80000000,
  trap: 0x00030000,
  notify: 0x7fc00000,
  allow: 0x7fff0000,
} as const;

/**
 * Stands in an argument that sendmsg(2) and close(2) don't have: how a container sends the listener of a notifying
 * filter, which already stands, and gives up its own copy (kMark in notify.cc). Code in the container can do the same
 * unseen; it holds nothing that it could not close or send with these calls allowed.
 */
export const bootstrapMark = 0x7761736d63747231n;
const bootstrapCalls: readonly { name: string; index: number }[] = [
  { name: 'sendmsg', index: 3 },
  { name: 'close', index: 1 },
];

export interface CompileOptions {
  arch: Arch;
  /** codeStart and codeEnd, for policies that use them. */
  parameters?: Readonly<Partial<Record<FilterParameter, bigint>>>;
  /**
   * `trap` sends SIGSYS instead of killing, so that a handler can name the call before it ends the process. The call
   * is not made either way. Foreign architectures and x32 are killed in both.
   */
  violation?: 'kill' | 'trap';
  /** `notify` lets an allowed call wait until the listener's owner lets it go on. */
  allowed?: 'allow' | 'notify';
}

/** Numbers from `first` up to the next segment's share one label. */
interface Segment {
  first: number;
  label: Label;
}

/** __X32_SYSCALL_BIT: numbers from here on are another ABI's, with other meanings. No native number comes near. */
const x32Bit = 0x40000000;

export function compileSeccomp(policy: Policy, options: CompileOptions): Uint8Array {
  const parameters = checkedParameters(options.parameters ?? {});
  const asm = new Assembler();
  const kill = asm.returns(seccompReturns.killProcess);
  const isNotifying = options.allowed === 'notify';
  const allow = asm.returns(isNotifying ? seccompReturns.notify : seccompReturns.allow);
  const deny = options.violation === 'trap' ? asm.returns(seccompReturns.trap) : kill;
  const rules = policy.calls.map((rule) => ({ rule, nr: numberOf(rule.name, options.arch) }));
  const labels = new Map<number, Label>();
  for (const { rule, nr } of rules.sort((a, b) => a.nr - b.nr)) {
    const label = isUnconditional(rule.alternatives)
      ? allow
      : compileAlternatives(asm, rule.alternatives, { yes: allow, no: deny, parameters });
    labels.set(nr, label);
  }
  if (isNotifying) letBootstrapBy(asm, labels, { arch: options.arch, deny });
  const segments: Segment[] = [{ first: 0, label: deny }];
  for (const [nr, label] of [...labels].sort(([a], [b]) => a - b)) {
    segments.push({ first: nr, label }, { first: nr + 1, label: deny });
  }
  segments.push({ first: x32Bit, label: kill });
  const tree = compileTree(asm, merged(segments));
  const byArch = asm.branch(
    opcodes.ifEqual,
    auditArch[options.arch],
    asm.step(opcodes.load, dataOffsets.nr, tree),
    kill,
  );
  return encodeProgram(asm.finish(asm.step(opcodes.load, dataOffsets.arch, byArch)));
}

function letBootstrapBy(asm: Assembler, labels: Map<number, Label>, { arch, deny }: { arch: Arch; deny: Label }): void {
  const yes = asm.returns(seccompReturns.allow);
  for (const { name, index } of bootstrapCalls) {
    const nr = numberOf(name, arch);
    const isMarked: Condition = {
      parameter: { index, name: 'mark', bits: 64 },
      test: { kind: 'in', values: [bootstrapMark] },
    };
    const no = labels.get(nr) ?? deny;
    labels.set(nr, compileAlternatives(asm, [[isMarked]], { yes, no, parameters: new Map() }));
  }
}

/** Drops segments that are empty, or equal to the one before. */
function merged(segments: readonly Segment[]): Segment[] {
  const kept: Segment[] = [];
  for (const segment of segments) {
    if (kept.at(-1)?.first === segment.first) kept.pop();
    if (kept.at(-1)?.label !== segment.label) kept.push(segment);
  }
  return kept;
}

function compileTree(asm: Assembler, segments: readonly Segment[]): Label {
  const [first] = segments;
  if (!first) throw new RangeError('a filter covers every number');
  if (segments.length === 1) return first.label;
  const half = segments.length >> 1;
  const pivot = segments[half] ?? first;
  const low = segments.slice(0, half);
  // The upper half is placed first, as programs grow towards their start: the lower one then follows its comparison.
  const high = compileTree(asm, segments.slice(half));
  return asm.branch(opcodes.ifGreaterOrEqual, pivot.first, high, compileTree(asm, low));
}

function numberOf(name: string, arch: Arch): number {
  const nr = syscallNumber(arch, name);
  if (nr === undefined)
    throw new WasmctrError('usage', `can't allow the system call ${name}: ${arch} has none of this name`);
  return nr;
}

function checkedParameters(given: Readonly<Partial<Record<FilterParameter, bigint>>>): ReadonlyMap<string, bigint> {
  const known = new Map<string, bigint>();
  for (const name of filterParameters) {
    const value = given[name];
    if (value === undefined) continue;
    // mprotect works on whole pages: an unaligned end would let it reach past the range.
    if (value < 0n || value >= 1n << 64n || value % 4096n !== 0n)
      throw new RangeError(`the filter parameter ${name} is no page address: 0x${value.toString(16)}`);
    known.set(name, value);
  }
  return known;
}
