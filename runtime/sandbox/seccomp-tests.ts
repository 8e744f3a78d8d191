/** The JSON forms of an argument test, and the values in them: numbers, "0x…", and names of constants joined by "|". */
import { constantNames, constantValue } from './seccomp-constants.ts';
import { fail, fields, list } from './seccomp-json.ts';
import { filterParameters, type Operand, type Test } from './seccomp-policy.ts';
import type { Parameter } from './syscalls-signatures.ts';
import { nearestName } from './syscalls-table.ts';

/** Each value becomes an instruction. */
const maxValues = 64;

interface Place {
  parameter: Parameter;
  parameters: readonly Parameter[];
  at: string;
}

/**
 * `"descriptor"`, `{"equals": V}`, `{"equals": V, "optional": V}` (further bits that may be set), `{"equals": V,
 * "mask": V}`, `{"onlyBits": V}`, `{"in": [V, …]}` or `{"within": [start, end], "length": "name of an argument"}`.
 */
export function readTest(json: unknown, place: Place): Test {
  const { parameter, at } = place;
  if (json === 'descriptor') {
    if (parameter.bits !== 32) fail(at, `${parameter.name} is no descriptor`);
    return { kind: 'descriptor' };
  }
  const test = fields(json, [], ['equals', 'optional', 'mask', 'onlyBits', 'in', 'within', 'length'], at);
  const keys = Object.keys(test).sort().join();
  const value = (key: string): bigint => readValue(test[key], parameter, `${at}.${key}`);
  const all = ones(parameter.bits);
  if (keys === 'equals') return { kind: 'masked', mask: all, value: value('equals') };
  if (keys === 'equals,optional') return masked(all & ~value('optional'), value('equals'), at);
  if (keys === 'equals,mask') return masked(value('mask'), value('equals'), at);
  if (keys === 'onlyBits') return { kind: 'masked', mask: all & ~value('onlyBits'), value: 0n };
  if (keys === 'in') return { kind: 'in', values: readValues(test.in, parameter, `${at}.in`) };
  if (keys === 'within' || keys === 'length,within') return readWithin(test, place);
  return fail(
    at,
    'is no test of an argument',
    'one of "descriptor", equals, equals + optional, equals + mask, onlyBits, in, within, within + length',
  );
}

/** The reverse of `readTest`. */
export function writeTest({ bits }: Parameter, test: Test): unknown {
  if (test.kind === 'descriptor') return 'descriptor';
  if (test.kind === 'in') return { in: test.values.map(writeNumber) };
  if (test.kind === 'within') {
    const within = [test.start, test.end].map((v) => (typeof v === 'bigint' ? writeNumber(v) : `$${v}`));
    return test.length ? { within, length: test.length.name } : { within };
  }
  if (test.mask === ones(bits)) return { equals: writeNumber(test.value) };
  if (test.value === 0n) return { onlyBits: writeNumber(ones(bits) & ~test.mask) };
  return { equals: writeNumber(test.value), mask: writeNumber(test.mask) };
}

export function ones(bits: 32 | 64): bigint {
  return (1n << BigInt(bits)) - 1n;
}

function masked(mask: bigint, value: bigint, at: string): Test {
  if ((value & ~mask) !== 0n) fail(at, 'can never hold: "equals" has bits that are not compared');
  return { kind: 'masked', mask, value };
}

function readWithin(test: Record<string, unknown>, { parameter, parameters, at }: Place): Test {
  if (parameter.bits !== 64) fail(at, `"within" is for addresses; ${parameter.name} has 32 bits`);
  const [start, end, ...more] = list(test.within, `${at}.within`).map((v, i) =>
    readOperand(v, parameter, `${at}.within[${i}]`),
  );
  if (start === undefined || end === undefined || more.length > 0) fail(`${at}.within`, 'must be [start, end]');
  if (typeof start === 'bigint' && typeof end === 'bigint' && start >= end) fail(`${at}.within`, 'is empty');
  if (test.length === undefined) return { kind: 'within', start, end, length: null };
  const length = parameters.find((p) => p.name === test.length && p.bits === 64 && p.index !== parameter.index);
  if (!length) fail(`${at}.length`, 'must name the argument that holds the length');
  return { kind: 'within', start, end, length };
}

function readOperand(json: unknown, parameter: Parameter, at: string): Operand {
  if (typeof json !== 'string' || !json.startsWith('$')) return readValue(json, parameter, at);
  const known = filterParameters.find((name) => `$${name}` === json);
  return known ?? fail(at, `unknown parameter ${JSON.stringify(json)}`, `known: $${filterParameters.join(', $')}`);
}

function readValues(json: unknown, parameter: Parameter, at: string): bigint[] {
  const values = list(json, at);
  if (values.length === 0 || values.length > maxValues) fail(at, `must have 1 to ${maxValues} values`);
  return [...new Set(values.map((value, i) => readValue(value, parameter, `${at}[${i}]`)))];
}

function readValue(json: unknown, { name, bits }: Parameter, at: string): bigint {
  const value = typeof json === 'number' ? readNumber(json, at) : readExpression(json, at);
  if (value > ones(bits)) fail(at, `is too large: ${name} has ${bits} bits`);
  return value;
}

function readNumber(json: number, at: string): bigint {
  // JSON numbers above 2^53 lose bits on the way in: an address would be silently another one.
  if (!Number.isSafeInteger(json) || json < 0) fail(at, 'must be a whole number from 0', 'write large ones as "0x…"');
  return BigInt(json);
}

function readExpression(json: unknown, at: string): bigint {
  if (typeof json !== 'string') fail(at, 'must be a number or names of constants', 'e.g. "PROT_READ|PROT_WRITE"');
  return json.split('|').reduce((sum, part) => {
    const word = part.trim();
    if (/^(0x[0-9a-f]{1,16}|[0-9]{1,15})$/i.test(word)) return sum | BigInt(word);
    const value = constantValue(word);
    if (value !== undefined) return sum | value;
    const near = nearestName(word, constantNames());
    return fail(at, `unknown constant ${JSON.stringify(word)}`, near && `did you mean ${near}?`);
  }, 0n);
}

function writeNumber(value: bigint): number | string {
  return value < 10n ? Number(value) : `0x${value.toString(16)}`;
}
