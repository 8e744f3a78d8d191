/** `--invoke 'name(args)'` of a component: the export by its name, the arguments and the result as WAVE. */
import { printable } from '../demangle.ts';
import { GuestFailure } from '../failure.ts';
import { findExport } from './invoke-name.ts';
import { WaveError, WaveLexer, WaveTooLong } from './wave-lexer.ts';
import { parseValue } from './wave-parse.ts';
import { printWave } from './wave-print.ts';
import { isTagged } from './wave-values.ts';
import { camelCase, unnamed, type WitFunction, type WitSide } from './wit.ts';
import { printFunction } from './wit-print.ts';
import { readWorld } from './wit-world.ts';

/** Longest result, so that it fits into a message to the supervisor. */
const maxResultChars = 16 * 1024;
/** Attack: none, but a caller's mistake: text is held several times over while it is read. */
const maxCallChars = 16 * 1024 * 1024;

export interface PreparedCall {
  /** The interface by its full name, or null. */
  interface: string | null;
  name: string;
  args: readonly unknown[];
  /** Calls it, on what jco's glue exports. The result as WAVE, none for a function without; throws what the guest throws. */
  call(exports: Record<string, unknown>): string[];
}

/** Nothing of the component has run when this throws GuestFailure. `types`: its skeleton. */
export function prepareInvoke(types: Uint8Array, text: string): PreparedCall {
  return prepareCall(readWorld(types).exports, text);
}

export function prepareCall(exports: WitSide, text: string): PreparedCall {
  if (text.length > maxCallChars) throw new GuestFailure('bad-invoke-argument', 'the call is longer than 16 MiB');
  const [, space = '', called] = /^(\s*)([^\s(]+)\s*(?:\(|$)/.exec(text) ?? [];
  if (called === undefined) throw new GuestFailure('bad-invoke-argument', `not a call: ${printable(text, 64)}`);
  const found = findExport(exports, called);
  const { interface: owner, name, type } = found;
  const args = parseArguments(text, space.length + called.length, found);
  const call: PreparedCall['call'] = (instance) => {
    const scope = owner === null ? instance : (instance[owner] as Record<string, unknown> | undefined);
    const target = scope?.[camelCase(name)];
    if (typeof target !== 'function') throw new Error(`the glue exports no ${name}`);
    return printResult(type, () => target(...args));
  };
  return { interface: owner, name, args, call };
}

function parseArguments(text: string, at: number, { name, type }: { name: string; type: WitFunction }): unknown[] {
  const signature = `${name}: ${printFunction(name, type)}`;
  const wrong = (message: string): never => {
    throw new GuestFailure('bad-invoke-argument', `${message}, in a call of ${printable(signature, 512)}`);
  };
  if (text.slice(at).trim() === '') wrong(`arguments are missing: write ${name}(…)`);
  const { length } = type.params;
  const expected = `${length} ${length === 1 ? 'argument' : 'arguments'} expected`;
  const lexer = new WaveLexer(text, at);
  lexer.take('(');
  const values: unknown[] = [];
  let where = '';
  try {
    while (!lexer.take(')')) {
      const param = type.params[values.length];
      if (param === undefined) return wrong(`${expected}, got more`);
      where = `argument ${values.length + 1} (${param.name}): `;
      values.push(parseValue({ lexer, wire: undefined }, param.type));
      where = '';
      if (lexer.take(')')) break;
      lexer.expect(',', 'a comma or )');
    }
    lexer.expect('end', 'nothing after the call');
  } catch (error) {
    return error instanceof WaveError ? wrong(`${where}${error.message}`) : throwIt(error);
  }
  // Trailing options may be left out.
  for (const param of type.params.slice(values.length)) {
    const inner = unnamed(param.type);
    if (inner.kind !== 'option') return wrong(`${expected}, got ${values.length}`);
    values.push(isTagged(inner.some) ? { tag: 'none' } : undefined);
  }
  return values;
}

function throwIt(error: unknown): never {
  throw error;
}

/** The glue gives the value of an `ok` and throws that of an `err`; all else that is thrown is an Error. */
function printResult({ result }: WitFunction, call: () => unknown): string[] {
  const isResult = result !== null && unnamed(result).kind === 'result';
  let returned: unknown;
  try {
    returned = call();
    if (isResult) returned = { tag: 'ok', val: returned };
  } catch (error) {
    if (!isResult || error instanceof Error) throw error;
    returned = { tag: 'err', val: error };
  }
  if (result === null) return [];
  try {
    return [printWave(result, returned, { maxChars: maxResultChars })];
  } catch (error) {
    if (error instanceof WaveTooLong) {
      const ceiling = `--invoke prints at most ${maxResultChars / 1024} KiB`;
      throw new GuestFailure('long-result', `returned a value that is too large: ${ceiling}`);
    }
    if (!(error instanceof WaveError)) throw error;
    throw new GuestFailure('bad-result', `returned what can't be printed: ${error.message}`);
  }
}
