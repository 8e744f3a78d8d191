/** JavaScript values, as jco's glue gives them or an embedder's functions return them → WAVE text, in one line. */

import { WaveError, WaveTooLong, waveKeywords } from './wave-lexer.ts';
import { article, integerRanges, isBytes, isTagged, type Wire } from './wave-values.ts';
import { camelCase, unnamed, type WitType } from './wit.ts';
import { printType } from './wit-print.ts';

/** Throws WaveError for a value that is none of the type; the message says where in the value. */
export function printWave(type: WitType, value: unknown, options: PrintOptions = {}): string {
  const printer: Printer = {
    left: options.maxChars ?? Number.POSITIVE_INFINITY,
    wire: options.wire,
  };
  return printValue(printer, type, value, '');
}

export interface PrintOptions {
  /** Absent: WAVE itself. */
  wire?: Wire | undefined;
  /** Longest text. Attack: a list that fills memory once more as text. */
  maxChars?: number;
}

interface Printer {
  left: number;
  wire: Wire | undefined;
}

/** The text, once there is known to be room for it. */
function put(printer: Printer, text: string): string {
  printer.left -= text.length;
  if (printer.left < 0) throw new WaveTooLong('the value is too large');
  return text;
}

/** `path`: where the value is, like `.items[3]`. */
function printValue(printer: Printer, named: WitType, value: unknown, path: string): string {
  const type = unnamed(named);
  switch (type.kind) {
    case 'bool':
      if (typeof value !== 'boolean') mismatch(named, value, path);
      return put(printer, String(value));
    case 'f32':
    case 'f64':
      if (typeof value !== 'number') mismatch(named, value, path);
      return put(printer, printFloat(value, type.kind));
    case 'char':
      if (typeof value !== 'string' || [...value].length !== 1) mismatch(named, value, path);
      return put(printer, `'${escapeText(value)}'`);
    case 'string':
      if (typeof value !== 'string') mismatch(named, value, path);
      return put(printer, `"${escapeText(value)}"`);
    case 'list':
      return printList(printer, type, value, path);
    case 'tuple': {
      if (!Array.isArray(value) || value.length !== type.elements.length) return mismatch(named, value, path);
      return printItems(printer, '(', ')', type.elements, (element, index) =>
        printValue(printer, element, value[index], `${path}[${index}]`),
      );
    }
    case 'enum':
      if (typeof value !== 'string' || !type.names.includes(value)) mismatch(named, value, path);
      return put(printer, label(value));
    case 'record':
    case 'flags':
    case 'variant':
    case 'result':
      if (typeof value !== 'object' || value === null) return mismatch(named, value, path);
      return printObject(printer, named, value as Record<string, unknown>, path);
    case 'option':
      return printOption(printer, named, type.some, value, path);
    case 'own':
    case 'borrow':
      if (printer.wire === undefined) throw new WaveError(`a ${printType(named)} is a resource: it has no text form`);
      return put(printer, String(printer.wire.encode(type, value)));
    case 'resource':
    case 'error-context':
    case 'map':
    case 'stream':
    case 'future':
      throw new WaveError(`a ${printType(named)} can't be written as text`);
    default:
      return printInteger(printer, type.kind, value, path);
  }
}

function mismatch(type: WitType, value: unknown, path: string): never {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : article(typeof value);
  const shown = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  const text = shown ? ` (${JSON.stringify(String(value)).slice(0, 40)})` : '';
  throw new WaveError(
    `${path === '' ? '' : `${path.replace(/^\./, '')}: `}expected ${article(printType(type))}, got ${kind}${text}`,
  );
}

function printInteger(printer: Printer, kind: keyof typeof integerRanges, value: unknown, path: string): string {
  const [min, max] = integerRanges[kind];
  const isWide = kind === 'u64' || kind === 's64';
  const isRight = isWide ? typeof value === 'bigint' : Number.isInteger(value);
  if (!isRight) mismatch({ kind }, value, path);
  const integer = value as number | bigint;
  if (integer < min || integer > max) mismatch({ kind }, value, path);
  return put(printer, String(integer === 0 ? 0 : integer)); // never -0
}

function printItems<T>(
  printer: Printer,
  open: string,
  close: string,
  items: readonly T[],
  print: (item: T, index: number) => string,
): string {
  const shown = items.map((item, index) => `${index === 0 ? '' : put(printer, ', ')}${print(item, index)}`);
  return put(printer, open) + shown.join('') + put(printer, close);
}

function printList(printer: Printer, type: Extract<WitType, { kind: 'list' }>, value: unknown, path: string): string {
  if (!Array.isArray(value) && !isNumericArray(value)) return mismatch(type, value, path);
  if (printer.wire !== undefined && isBytes(type)) return printBase64(printer, value, path);
  const items = Array.from<unknown>(value);
  if (type.length !== null && items.length !== type.length) mismatch(type, value, path);
  return printItems(printer, '[', ']', items, (item, index) =>
    printValue(printer, type.element, item, `${path}[${index}]`),
  );
}

function printBase64(printer: Printer, value: ArrayLike<unknown>, path: string): string {
  if (!(value instanceof Uint8Array)) {
    const numbers = Array.from(value, (item, index) => Number(printInteger(printer, 'u8', item, `${path}[${index}]`)));
    return printBase64(printer, Uint8Array.from(numbers), path);
  }
  return put(printer, `"${Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')}"`);
}

function isNumericArray(value: unknown): value is ArrayLike<number | bigint> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function printObject(printer: Printer, named: WitType, value: Record<string, unknown>, path: string): string {
  const type = unnamed(named);
  if (type.kind === 'record') return printRecord(printer, type, value, path);
  if (type.kind === 'flags') {
    const set = type.names.filter((name) => value[camelCase(name)]);
    return printItems(printer, '{', '}', set, (name) => put(printer, name));
  }
  const cases = casesOf(type);
  const found = cases.find(({ name }) => name === value.tag);
  if (found === undefined) return mismatch(named, value.tag, `${path}.tag`);
  const payload = found.type === null ? '' : `(${printValue(printer, found.type, value.val, `${path}.val`)})`;
  return put(printer, type.kind === 'result' ? found.name : label(found.name)) + payload;
}

function casesOf(type: WitType): readonly { name: string; type: WitType | null }[] {
  if (type.kind === 'variant') return type.cases;
  if (type.kind !== 'result') return [];
  return [
    { name: 'ok', type: type.ok },
    { name: 'err', type: type.err },
  ];
}

function printRecord(
  printer: Printer,
  { fields }: Extract<WitType, { kind: 'record' }>,
  value: Record<string, unknown>,
  path: string,
): string {
  // A field that is `none` is left out; so is every field of `{:}`.
  const shown = fields.filter(({ name, type }) => !isNone(type, value[camelCase(name)]));
  if (shown.length === 0) return put(printer, '{:}');
  return printItems(printer, '{', '}', shown, ({ name, type }) => {
    const key = put(printer, `${name}: `);
    return key + printValue(printer, type, value[camelCase(name)], `${path}.${camelCase(name)}`);
  });
}

function isNone(type: WitType, value: unknown): boolean {
  const inner = unnamed(type);
  if (inner.kind !== 'option') return false;
  if (value === undefined || value === null) return true;
  return isTagged(inner.some) && (value as { tag?: unknown }).tag === 'none';
}

function printOption(printer: Printer, named: WitType, some: WitType, value: unknown, path: string): string {
  if (isNone(named, value)) return put(printer, 'none');
  let inner = value;
  if (isTagged(some)) {
    const { tag, val } = value as { tag?: unknown; val?: unknown };
    if (tag !== 'some') mismatch(named, value, path);
    inner = val;
  }
  return `${put(printer, 'some(')}${printValue(printer, some, inner, path)})`;
}

const label = (name: string): string => (waveKeywords.has(name) ? `%${name}` : name);

const namedEscapes: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** What could move a cursor, or combine with what stands before it, is written as its number. */
function escapeText(text: string): string {
  return text
    .replace(/\p{Cs}/gu, '\ufffd') // half a pair
    .replace(/[\\"'\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}\p{Grapheme_Extend}]/gu, (character) => {
      if (character === ' ') return character;
      if (/[\\"']/.test(character)) return `\\${character}`;
      return namedEscapes[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`;
    });
}

function printFloat(value: number, kind: 'f32' | 'f64'): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0';
  return withoutExponent(kind === 'f32' ? shortestF32(value) : String(value));
}

/** The shortest decimal that is this f32 again. */
function shortestF32(value: number): string {
  const rounded = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = rounded.toPrecision(digits);
    if (Math.fround(Number(text)) === rounded) return String(Number(text));
  }
  return String(Number(rounded.toPrecision(9)));
}

function withoutExponent(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent] = /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]\d+))?$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0').slice(0, point)}${digits.length > point ? `.${digits.slice(point)}` : ''}`;
}
