/** Parsers of plain values: text, switches, choices, counts, sizes, durations. Each takes a flag's string or a config's JSON. */
import { maxCpus, maxDurationMs } from './limits.ts';
import type { JsonSchema, Parse, Parsed } from './options-types.ts';

/** Powers of 1024 in every spelling, as Docker reads them: 64k, 64K, 64kb and 64KiB are all 65536. */
const sizeUnits = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 } as const;
const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const sizePattern = /^(\d+)(\.\d+)?(?:([bB])|([kKmMgGtT])(?:[iI]?[bB])?)?$/;
const durationPart = /(\d+(?:\.\d+)?)(ms|[smhd]|$)/y;

/** No NUL: it would cut the string short wherever the kernel or the guest reads it. */
export function parseText(raw: unknown): Parsed<string> {
  if (typeof raw !== 'string' || raw === '') return { expected: 'text' };
  if (raw.includes('\0')) return { expected: 'text without NUL characters' };
  return { value: raw };
}

export function parseSwitch(raw: unknown): Parsed<boolean> {
  if (raw === true || raw === 'true') return { value: true };
  if (raw === false || raw === 'false') return { value: false };
  return { expected: 'true or false, or no value' };
}

export function choice<T extends string>(...choices: readonly T[]): Parse<T> {
  return (raw) => {
    const found = choices.find((candidate) => candidate === raw);
    return found === undefined ? { expected: choices.join(' or ') } : { value: found };
  };
}

/** `none` on the command line and null in JSON lift a limit that has a default. */
export function orNone<T>(parse: Parse<T>): Parse<T | null> {
  return (raw) => {
    if (raw === 'none' || raw === null) return { value: null };
    const parsed = parse(raw);
    return 'value' in parsed ? parsed : { expected: `${parsed.expected}, or none` };
  };
}

/** Only null lifts what is free text: `none` may be the name of a function or a file. */
export function orNull<T>(parse: Parse<T>): Parse<T | null> {
  return (raw) => (raw === null ? { value: null } : parse(raw));
}

/** Decimal digits only: no sign, no exponent, no hexadecimal, no spaces. */
function digits(raw: unknown): number {
  if (typeof raw === 'number') return Number.isSafeInteger(raw) && raw >= 0 ? raw : Number.NaN;
  return typeof raw === 'string' && /^\d+$/.test(raw) ? Number(raw) : Number.NaN;
}

export function count(min: number, max: number): Parse<number> {
  return (raw) => {
    const value = digits(raw);
    return value >= min && value <= max ? { value } : { expected: `a whole number from ${min} to ${max}` };
  };
}

export function size(min: number, max: number = Number.MAX_SAFE_INTEGER): Parse<number> {
  return (raw) => {
    const value = typeof raw === 'string' ? sizeOf(raw) : digits(raw);
    if (Number.isNaN(value)) return { expected: 'a size such as 65536, 512k, 64MiB or 1.5g' };
    if (value < min) return { expected: `a size of at least ${formatSize(min)}` };
    return value <= max ? { value } : { expected: `a size of at most ${formatSize(max)}` };
  };
}

function sizeOf(text: string): number {
  const match = sizePattern.exec(text);
  if (match === null) return Number.NaN;
  const [, whole = '', fraction = '', bytes, unit] = match;
  // Half a byte is a typing error, half a gibibyte is not.
  if (fraction !== '' && unit === undefined) return Number.NaN;
  const scale = sizeUnits[(unit ?? bytes ?? 'b').toLowerCase() as keyof typeof sizeUnits];
  return Math.floor(Number(whole + fraction) * scale);
}

/** Bytes a second, `10MiB` or `10MiB/s`. */
export function rate(raw: unknown): Parsed<number> {
  const parsed = size(1)(typeof raw === 'string' && raw.endsWith('/s') ? raw.slice(0, -2) : raw);
  return 'value' in parsed ? parsed : { expected: 'a rate such as 512k or 10MiB (bytes a second)' };
}

/** Milliseconds; a number without unit is seconds, as in timeout(1). */
export function duration(raw: unknown): Parsed<number> {
  const value = Math.ceil(millisecondsOf(raw));
  if (Number.isNaN(value)) return { expected: 'a duration such as 250ms, 5s, 2m, 1h30m or 10 (seconds)' };
  if (value < 1) return { expected: 'a duration of at least 1ms' };
  return value <= maxDurationMs ? { value } : { expected: `a duration of at most ${formatDuration(maxDurationMs)}` };
}

function millisecondsOf(raw: unknown): number {
  if (typeof raw === 'number') return raw >= 0 ? raw * 1000 : Number.NaN;
  if (typeof raw !== 'string' || raw === '') return Number.NaN;
  let total = 0;
  durationPart.lastIndex = 0;
  while (durationPart.lastIndex < raw.length) {
    const isFirst = durationPart.lastIndex === 0;
    const match = durationPart.exec(raw);
    // Without unit only alone: `1h30` could be minutes or seconds.
    if (match === null || (match[2] === '' && !isFirst)) return Number.NaN;
    const unit = match[2] === '' ? 's' : match[2];
    total += Number(match[1]) * durationUnits[unit as keyof typeof durationUnits];
  }
  return total;
}

export function fraction(min: number, max: number): Parse<number> {
  return (raw) => {
    const value = typeof raw === 'string' && /^(\d+(\.\d+)?|\.\d+)$/.test(raw) ? Number(raw) : raw;
    const fits = typeof value === 'number' && value >= min && value <= max;
    return fits ? { value } : { expected: `a number from ${min} to ${max}, such as 0.5 or 2` };
  };
}

/** The kernel's list format: `0-3,8`. */
export function parseCpuset(raw: unknown): Parsed<string> {
  const expected = { expected: 'a list of CPU numbers such as 0, 0-3 or 0,2-3' };
  if (typeof raw !== 'string' || raw.length > 1024 || !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(raw)) return expected;
  for (const range of raw.split(',')) {
    const [low = Number.NaN, high = low] = range.split('-').map(Number);
    if (low > high || high >= maxCpus) return expected;
  }
  return { value: raw };
}

/** The largest unit that divides: what a user would have written. */
export function formatSize(bytes: number): string {
  for (const unit of ['t', 'g', 'm', 'k'] as const) {
    if (bytes > 0 && bytes % sizeUnits[unit] === 0) return `${bytes / sizeUnits[unit]}${unit.toUpperCase()}iB`;
  }
  return String(bytes);
}

export function formatDuration(ms: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    if (ms > 0 && ms % durationUnits[unit] === 0) return `${ms / durationUnits[unit]}${unit}`;
  }
  return `${ms}ms`;
}

export const textSchema: JsonSchema = { type: 'string', minLength: 1, pattern: '^[^\\u0000]*$' };
export const switchSchema: JsonSchema = { type: 'boolean' };
export const durationSchema: JsonSchema = {
  anyOf: [
    { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|[smhd]))+$|^\\d+(\\.\\d+)?$' },
    { type: 'number', exclusiveMinimum: 0 },
  ],
};
export function sizeSchema(minimum: number): JsonSchema {
  return {
    anyOf: [
      { type: 'string', pattern: sizePattern.source },
      { type: 'integer', minimum },
    ],
  };
}
export const rateSchema: JsonSchema = {
  anyOf: [
    { type: 'string', pattern: sizePattern.source.replace('$', '(/s)?$') },
    { type: 'integer', minimum: 1 },
  ],
};
export function noneSchema(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { enum: ['none', null] }] };
}
