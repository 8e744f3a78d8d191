/** WAVE text → the JavaScript values that jco's glue takes (lists of numbers as typed arrays, u64 as bigint, …). */

import { unquote, WaveError, WaveLexer, waveKeywords } from './wave-lexer.ts';
import {
  article,
  integerRanges,
  isBytes,
  isTagged,
  type NumericKind,
  numericArrays,
  type Wire,
} from './wave-values.ts';
import { camelCase, unnamed, type WitField, type WitType } from './wit.ts';
import { printType } from './wit-print.ts';

export { WaveError } from './wave-lexer.ts';

/** The value that is the whole of `text`. Throws WaveError. */
export function parseWave(type: WitType, text: string, wire?: Wire): unknown {
  const lexer = new WaveLexer(text);
  const value = parseValue({ lexer, wire }, type);
  lexer.expect('end', 'nothing more');
  return value;
}

export interface WaveSource {
  lexer: WaveLexer;
  /** Absent: WAVE itself. */
  wire: Wire | undefined;
}

/** As deep as the type, and types are not deep (wit-scope.ts). */
export function parseValue(source: WaveSource, named: WitType): unknown {
  const type = unnamed(named);
  const { lexer } = source;
  switch (type.kind) {
    case 'bool':
      return parseBool(lexer);
    case 'f32':
    case 'f64':
      return parseFloat64(lexer, type.kind);
    case 'char':
      return unquote(lexer.expect('char', "a char in single quotes, like 'x'"));
    case 'string':
      return parseString(lexer);
    case 'list':
      if (source.wire !== undefined && isBytes(type)) return parseBase64(lexer);
      return parseList(source, type.element, type.length);
    case 'tuple': {
      lexer.expect('(', `a ${printType(type)}`);
      return type.elements.map((element, index) => {
        const value = parseValue(source, element);
        const isLast = index === type.elements.length - 1;
        if (isLast) lexer.take(',');
        lexer.expect(isLast ? ')' : ',', isLast ? `) after ${index + 1} values` : 'a comma and another value');
        return value;
      });
    }
    case 'record':
      return parseRecord(source, type.fields);
    case 'flags':
      return parseFlags(lexer, type.names);
    case 'enum':
      return parseCase(lexer, type.names, printType(named));
    case 'variant':
      return parseVariant(source, named, type.cases);
    case 'option':
      return parseOption(source, type.some);
    case 'result':
      return parseResult(source, type);
    case 'own':
    case 'borrow':
      if (source.wire !== undefined) return source.wire.decode(type, parseInteger(lexer, 'u32'));
      throw new WaveError(`a ${printType(named)} is a resource, which has no text form`, lexer.peek().start);
    case 'resource':
    case 'error-context':
    case 'map':
    case 'stream':
    case 'future':
      throw new WaveError(`a ${printType(named)} can't be given as text`, lexer.peek().start);
    default:
      return parseInteger(lexer, type.kind);
  }
}

function parseBool(lexer: WaveLexer): boolean {
  const token = lexer.next();
  if (token.kind === 'label' && (token.text === 'true' || token.text === 'false')) return token.text === 'true';
  return lexer.unexpected('true or false', token);
}

function parseInteger(lexer: WaveLexer, kind: Exclude<NumericKind, 'f32' | 'f64'>): number | bigint {
  const [min, max] = integerRanges[kind];
  const expected = `${article(kind)} (${min} to ${max})`;
  const token = lexer.next();
  // Attack: BigInt parses megabytes of digits in quadratic time.
  if (token.kind !== 'number' || !/^-?\d{1,20}$/.test(token.text)) return lexer.unexpected(expected, token);
  const value = BigInt(token.text);
  const isUnsignedMinus = min === 0n && token.text.startsWith('-');
  if (value < min || value > max || isUnsignedMinus) return lexer.unexpected(expected, token);
  return kind === 'u64' || kind === 's64' ? value : Number(value);
}

function parseFloat64(lexer: WaveLexer, kind: 'f32' | 'f64'): number {
  const token = lexer.next();
  const special = { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY, nan: Number.NaN };
  const isSpecial = Object.hasOwn(special, token.text);
  if (token.kind !== 'number' && !isSpecial) return lexer.unexpected(`an ${kind} (like -1.5, 2e10, inf or nan)`, token);
  const value = isSpecial ? special[token.text as keyof typeof special] : Number(token.text);
  return kind === 'f32' ? Math.fround(value) : value;
}

function parseString(lexer: WaveLexer): string {
  const token = lexer.next();
  if (token.kind === 'string' || token.kind === 'multiline') return unquote(token);
  return lexer.unexpected('a string in double quotes', token);
}

function parseBase64(lexer: WaveLexer): Uint8Array {
  const token = lexer.expect('string', 'bytes in base64');
  const bytes = Buffer.from(token.text.slice(1, -1), 'base64');
  // Buffer.from steps over what is no base64.
  if (bytes.toString('base64') !== token.text.slice(1, -1)) throw new WaveError('no base64', token.start);
  return new Uint8Array(bytes);
}

function parseList(source: WaveSource, element: WitType, length: number | null): unknown {
  const { lexer } = source;
  const values: unknown[] = [];
  const start = lexer.expect('[', `a list<${printType(element)}>, like [a, b]`).start;
  while (!lexer.take(']')) {
    values.push(parseValue(source, element));
    if (lexer.take(']')) break;
    lexer.expect(',', 'a comma or ]');
  }
  if (length !== null && values.length !== length) {
    throw new WaveError(`expected ${length} values, got ${values.length}`, start);
  }
  const kind = unnamed(element).kind;
  return Object.hasOwn(numericArrays, kind) ? numericArrays[kind as NumericKind].from(values as never[]) : values;
}

function parseRecord(source: WaveSource, fields: readonly WitField[]): object {
  const { lexer } = source;
  const names = fields.map(({ name }) => name);
  const values = new Map<string, unknown>();
  const start = lexer.expect('{', `a record { ${names.join(', ')} }`).start;
  if (lexer.take(':')) lexer.expect('}', '}');
  else {
    do {
      const key = lexer.expect('label', `a field (${names.join(', ')})`);
      const name = key.text.replace(/^%/, '');
      const field = fields.find((candidate) => candidate.name === name);
      if (field === undefined) throw new WaveError(`no such field: ${name}: expected ${names.join(', ')}`, key.start);
      if (values.has(name)) throw new WaveError(`the field ${name} is given twice`, key.start);
      lexer.expect(':', `a colon after ${name}`);
      values.set(name, parseValue(source, field.type));
    } while (!lexer.take('}') && lexer.expect(',', 'a comma or }') && !lexer.take('}'));
  }
  return Object.fromEntries(
    fields.map(({ name, type }) => {
      if (values.has(name)) return [camelCase(name), values.get(name)];
      const inner = unnamed(type);
      if (inner.kind !== 'option') throw new WaveError(`the field ${name} is missing`, start);
      return [camelCase(name), isTagged(inner.some) ? { tag: 'none' } : undefined];
    }),
  );
}

function parseFlags(lexer: WaveLexer, names: readonly string[]): object {
  const set = new Set<string>();
  lexer.expect('{', `flags { ${names.join(', ')} }`);
  while (!lexer.take('}')) {
    const label = lexer.expect('label', `a flag (${names.join(', ')})`);
    const name = label.text.replace(/^%/, '');
    if (!names.includes(name)) throw new WaveError(`no such flag: ${name}: expected ${names.join(', ')}`, label.start);
    if (set.has(name)) throw new WaveError(`the flag ${name} is given twice`, label.start);
    set.add(name);
    if (lexer.take('}')) break;
    lexer.expect(',', 'a comma or }');
  }
  return Object.fromEntries(names.map((name) => [camelCase(name), set.has(name)]));
}

function parseCase(lexer: WaveLexer, names: readonly string[], typeName: string): string {
  const label = lexer.expect('label', `a ${typeName} (${names.join(', ')})`);
  const name = label.text.replace(/^%/, '');
  if (!names.includes(name)) {
    throw new WaveError(`no such case of ${typeName}: ${name}: expected ${names.join(', ')}`, label.start);
  }
  if (waveKeywords.has(label.text)) {
    throw new WaveError(`${name} is a word of its own: write %${name} for the case`, label.start);
  }
  return name;
}

function parseVariant(
  source: WaveSource,
  type: WitType,
  cases: readonly { name: string; type: WitType | null }[],
): object {
  const names = cases.map(({ name }) => name);
  const tag = parseCase(source.lexer, names, printType(type).replace(/ \{.*/, ''));
  const payload = cases.find(({ name }) => name === tag)?.type ?? null;
  return payload === null ? { tag } : { tag, val: parsePayload(source, payload, tag) };
}

function parsePayload(source: WaveSource, type: WitType, tag: string): unknown {
  source.lexer.expect('(', `${tag}(…) with a ${printType(type)}`);
  const value = parseValue(source, type);
  source.lexer.expect(')', `) after the value of ${tag}`);
  return value;
}

/** A value alone means `some` or `ok`, unless it could be read both ways. */
const isFlat = (type: WitType): boolean => !['option', 'result'].includes(unnamed(type).kind);

function parseOption(source: WaveSource, some: WitType): unknown {
  const { lexer } = source;
  const { kind, text } = lexer.peek();
  if (kind === 'label' && text === 'none') {
    lexer.next();
    return isTagged(some) ? { tag: 'none' } : undefined;
  }
  if (kind === 'label' && text === 'some') {
    lexer.next();
    const val = parsePayload(source, some, 'some');
    return isTagged(some) ? { tag: 'some', val } : val;
  }
  if (isFlat(some)) return parseValue(source, some);
  return lexer.unexpected(`some(${printType(some)}) or none`, lexer.peek());
}

function parseResult(source: WaveSource, { ok, err }: { ok: WitType | null; err: WitType | null }): object {
  const { lexer } = source;
  const { kind, text } = lexer.peek();
  if (kind === 'label' && (text === 'ok' || text === 'err')) {
    lexer.next();
    const type = text === 'ok' ? ok : err;
    return { tag: text, val: type === null ? undefined : parsePayload(source, type, text) };
  }
  if (ok !== null && isFlat(ok)) return { tag: 'ok', val: parseValue(source, ok) };
  return lexer.unexpected(`${resultForm('ok', ok)} or ${resultForm('err', err)}`, lexer.peek());
}

const resultForm = (tag: string, type: WitType | null): string => (type === null ? tag : `${tag}(${printType(type)})`);
