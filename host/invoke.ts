/** `--invoke`: arguments from text to the function's parameter types, results back to text. */
import { printable } from './demangle.ts';
import type { FunctionType } from './wasm-binary-types.ts';

/** An argument does not fit its parameter; the message says which and why. */
export class InvokeError extends Error {
  override readonly name = 'InvokeError';
}

export type InvokeValue = number | bigint;

const passable: ReadonlySet<string> = new Set(['i32', 'i64', 'f32', 'f64']);

/** Typed arguments for the function `name`. Throws InvokeError. */
export function parseInvokeArgs(name: string, type: FunctionType, args: readonly string[]): InvokeValue[] {
  const shown = printable(name, 128);
  const odd = [...type.params, ...type.results].find((valueType) => !passable.has(valueType));
  if (odd !== undefined) {
    throw new InvokeError(`${shown} has a ${odd} in its type: only i32, i64, f32 and f64 can be passed by --invoke`);
  }
  if (args.length !== type.params.length) {
    const wanted =
      type.params.length === 0 ? 'no arguments' : `${count(type.params.length)} (${type.params.join(', ')})`;
    throw new InvokeError(`${shown} takes ${wanted}, got ${args.length}`);
  }
  return type.params.map((valueType, index) => {
    const text = args[index] ?? '';
    const value = parseValue(valueType, text);
    if (value !== null) return value;
    throw new InvokeError(
      `argument ${index + 1} of ${shown}: expected ${expectations[valueType]}, got "${printable(text, 64)}"`,
    );
  });
}

const expectations: Readonly<Record<string, string>> = {
  i32: 'an i32 (-2147483648 to 4294967295, decimal or 0x hexadecimal)',
  i64: 'an i64 (-9223372036854775808 to 18446744073709551615, decimal or 0x hexadecimal)',
  f32: 'an f32 (decimal, 0x1.8p3, inf or nan)',
  f64: 'an f64 (decimal, 0x1.8p3, inf or nan)',
};

function count(args: number): string {
  return args === 1 ? '1 argument' : `${args} arguments`;
}

/** The value, or null when the text is none of the type. */
export function parseValue(type: string, text: string): InvokeValue | null {
  // Attack: BigInt parses megabytes of digits in quadratic time.
  if (text.length > 128) return null;
  if (type === 'i32' || type === 'i64') {
    const value = parseInteger(text, type === 'i32' ? 32n : 64n);
    return value === null || type === 'i64' ? value : Number(value);
  }
  const value = parseFloatText(text);
  return value === null || type === 'f64' ? value : Math.fround(value);
}

function parseInteger(text: string, bits: bigint): bigint | null {
  const [, sign, digits] = /^([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  return value < -(1n << (bits - 1n)) || value >= 1n << bits ? null : BigInt.asIntN(Number(bits), value);
}

function parseFloatText(text: string): number | null {
  const [, sign, magnitude = ''] = /^([+-]?)(.+)$/.exec(text.toLowerCase()) ?? [];
  const value = parseMagnitude(magnitude);
  return value === null || sign !== '-' ? value : -value;
}

function parseMagnitude(text: string): number | null {
  if (text === 'inf' || text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === 'nan') return Number.NaN;
  const hex = /^0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d{1,6}))?$/.exec(text);
  if (hex) return parseHexFloat(hex[1] ?? '', hex[2] ?? '', Number(hex[3] ?? 0));
  return /^(\d+\.?\d*|\.\d+)(e[+-]?\d{1,6})?$/.test(text) ? Number(text) : null;
}

/** Up to 52 significant bits, so that the only rounding is the one to the parameter's type. */
function parseHexFloat(whole: string, fraction: string, exponent: number): number | null {
  const digits = (whole + fraction).replace(/^0+/, '');
  if (whole + fraction === '' || digits.length > 13) return null;
  const mantissa = Number.parseInt(`0${digits}`, 16);
  const power = exponent - 4 * fraction.length;
  // In two steps, since 2 ** -1074 is as small as one gets.
  const half = Math.trunc(power / 2);
  return mantissa * 2 ** half * 2 ** (power - half);
}

/** One canonical form a value: signed decimal integers, the shortest decimal that gives the same float, inf, nan. */
export function formatValue(type: string, value: unknown): string {
  if (typeof value === 'bigint') return String(BigInt.asIntN(64, value));
  if (typeof value !== 'number') throw new TypeError(`a result of type ${type} is not a number`);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0';
  return type === 'f32' ? shortestF32(value) : String(value);
}

function shortestF32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(Number(value.toPrecision(9)));
}

/** What a call returned (nothing, one value, or an array of them), one line each. */
export function formatResults(type: FunctionType, returned: unknown): string[] {
  const values = type.results.length > 1 ? Array.from(returned as Iterable<unknown>) : [returned];
  return type.results.map((valueType, index) => formatValue(valueType, values[index]));
}
