/** Tokens of WAVE, the text form of component values (the wasm-wave crate's README is the specification). */
import { printable } from '../demangle.ts';

/** The text is no value of its type, or a value is none of its type. `at`: the first wrong character, from 0. */
export class WaveError extends Error {
  override readonly name = 'WaveError';
  readonly at: number | null;

  constructor(message: string, at: number | null = null) {
    super(at === null ? message : `character ${at + 1}: ${message}`);
    this.at = at;
  }
}

/** A value's text is longer than was asked for. */
export class WaveTooLong extends WaveError {}

export type TokenKind = 'number' | 'label' | 'char' | 'string' | 'multiline' | 'end' | Punctuation;
type Punctuation = '{' | '}' | '(' | ')' | '[' | ']' | ':' | ',';

export interface Token {
  kind: TokenKind;
  text: string;
  start: number;
}

/** Cases with these names are written with a `%`; without it they mean something of their own. */
export const waveKeywords: ReadonlySet<string> = new Set(['true', 'false', 'inf', 'nan', 'some', 'none', 'ok', 'err']);

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', "'": "'", '"': '"', '\\': '\\' };

export class WaveLexer {
  private readonly text: string;
  private at: number;
  private ahead: Token | null = null;
  private readonly patterns = {
    space: /[ \t\n\r]+|\/\/[^\n]*/y,
    number: /-inf|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y,
    label: /%?(?:[a-z][a-z0-9]*|[A-Z][A-Z0-9]*)(?:-(?:[a-z0-9]+|[A-Z0-9]+))*/y,
    char: /'(?:[^\\'\n]|\\(?:['"tnr\\]|u\{[0-9a-fA-F]{1,6}\}))'/uy,
    stringEnd: /["\\\n]/g,
  };

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  peek(): Token {
    this.ahead ??= this.read();
    return this.ahead;
  }

  next(): Token {
    const token = this.peek();
    this.ahead = null;
    return token;
  }

  /** Steps over a token of this kind if it is the next one. */
  take(kind: TokenKind): boolean {
    if (this.peek().kind !== kind) return false;
    this.next();
    return true;
  }

  expect(kind: TokenKind, what: string): Token {
    const token = this.next();
    return token.kind === kind ? token : this.unexpected(what, token);
  }

  unexpected(what: string, { kind, text, start }: Token): never {
    throw new WaveError(`expected ${what}, got ${kind === 'end' ? 'the end' : printable(text, 40)}`, start);
  }

  private read(): Token {
    while (this.match(this.patterns.space) !== null) {}
    const start = this.at;
    const first = this.text[start];
    if (first === undefined) return { kind: 'end', text: '', start };
    const token = (kind: TokenKind, text: string | null): Token =>
      text === null ? this.invalid(start) : { kind, text, start };
    if (/[{}()[\]:,]/.test(first)) {
      this.at++;
      return { kind: first as Punctuation, text: first, start };
    }
    if (first === "'") return token('char', this.match(this.patterns.char));
    if (this.text.startsWith('"""', start)) return token('multiline', this.multiline());
    if (first === '"') return token('string', this.string());
    if (/[-0-9]/.test(first)) return token('number', this.match(this.patterns.number));
    return token('label', this.match(this.patterns.label));
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const text = pattern.exec(this.text)?.[0] ?? null;
    if (text !== null) this.at += text.length;
    return text;
  }

  /** By hand: a pattern would keep a place to return to for every character. */
  private string(): string | null {
    const start = this.at;
    const { stringEnd } = this.patterns;
    stringEnd.lastIndex = start + 1;
    for (let found = stringEnd.exec(this.text); found !== null; found = stringEnd.exec(this.text)) {
      if (found[0] === '\n') return null;
      if (found[0] === '\\') stringEnd.lastIndex = found.index + 2;
      else {
        this.at = found.index + 1;
        return this.text.slice(start, this.at);
      }
    }
    return null;
  }

  private multiline(): string | null {
    const start = this.at;
    const end = this.text.indexOf('"""', start + 3);
    if (end < 0) return null;
    this.at = end + 3;
    return this.text.slice(start, this.at);
  }

  private invalid(start: number): never {
    const rest = this.text.slice(start, start + 40);
    if (rest.startsWith('"')) throw new WaveError('this string does not end', start);
    if (rest.startsWith("'")) throw new WaveError('expected one character in single quotes', start);
    throw new WaveError(`not understood: ${printable(rest, 40)}`, start);
  }
}

/** What a char, string or multiline token means. */
export function unquote({ kind, text, start }: Token): string {
  if (kind === 'multiline') return unquoteLines(text, start);
  return resolveEscapes(text.slice(1, -1), start + 1);
}

function resolveEscapes(text: string, at: number): string {
  return text.replace(
    /\\(u\{([0-9a-fA-F]{1,6})\}|[\s\S]|$)/g,
    (whole, kind: string, hex: string | undefined, where) => {
      const code = hex === undefined ? null : Number.parseInt(hex, 16);
      const isScalar = code !== null && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
      const character = isScalar ? String.fromCodePoint(code) : hex === undefined ? escapes[kind] : undefined;
      if (character === undefined) throw new WaveError(`no such escape: ${printable(whole, 12)}`, at + where);
      return character;
    },
  );
}

/** The spaces before the closing quotes are taken off every line; the first and the last line break do not count. */
function unquoteLines(text: string, start: number): string {
  const lines = text.slice(3, -3).split('\n');
  const indent = lines.pop() ?? '';
  if (lines.length === 0 || !/^\r?$/.test(lines[0] ?? '')) {
    throw new WaveError('a line break must follow the opening """', start + 3);
  }
  if (/[^ ]/.test(indent)) throw new WaveError('only spaces may stand before the closing """', start);
  let at = start + 3 + (lines[0]?.length ?? 0) + 1;
  const content = lines.slice(1).map((line) => {
    const begin = at;
    at += line.length + 1;
    if (!line.startsWith(indent)) throw new WaveError('a line is indented less than the closing """', begin);
    return resolveEscapes(line.slice(indent.length).replace(/\r$/, ''), begin + indent.length);
  });
  return content.join('\n');
}
