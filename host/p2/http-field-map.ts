/** Header and trailer fields as wasi:http has them: names in the casing they came in, compared without it. */
import { trap } from './lower.ts';

/** A name, and a value whose characters are its bytes (latin1), as HTTP/1.1 has them on the wire. */
export type HeaderField = readonly [name: string, value: string];

/** header-error, in the order of the WIT; null: fine. */
export type HeaderError = 'invalid-syntax' | 'forbidden' | 'immutable' | null;

/** Attack: a list of headers that fills the host's memory. As much as wasmtime lets one have. */
const maxFieldBytes = 128 * 1024;
/** Attack: as many such lists as there are handles. */
const maxTotalBytes: number = 16 * 1024 * 1024;
/** What an entry costs beside its characters, as HTTP/2 counts it (RFC 9113, 6.5.2). */
const entryBytes = 32;

/** What belongs to the connection is the host's to say: wasmtime's list. */
const forbiddenNames: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'host',
  'http2-settings',
]);

/** RFC 9110, 5.6.2: token. */
export const tokenPattern: RegExp = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
export const valuePattern: RegExp = /^[\t\x20-\x7e\x80-\xff]*$/;
const contentLength = 'content-length';

/** The bytes of all field maps of one guest. */
export class FieldBudget {
  #bytes = 0;

  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > maxTotalBytes) trap(`more than ${maxTotalBytes} bytes of HTTP fields at once`);
  }
}

interface Entry {
  name: string;
  /** In lower case. */
  key: string;
  value: string;
}

/** Shared by the resources that stand for it; changed only while one does. */
export class FieldMap {
  readonly #budget: FieldBudget;
  #entries: Entry[] = [];
  #bytes = 0;
  #holders = 1;

  constructor(budget: FieldBudget) {
    this.#budget = budget;
  }

  /** What came over the network: without the names that a guest may not set either. */
  static received(budget: FieldBudget, fields: readonly HeaderField[]): FieldMap {
    const map = new FieldMap(budget);
    for (const [name, value] of fields) {
      const key = name.toLowerCase();
      if (!forbiddenNames.has(key)) map.#add({ name, key, value });
    }
    return map;
  }

  get fields(): readonly HeaderField[] {
    return this.#entries.map(({ name, value }) => [name, value]);
  }

  /** As HTTP/2 counts it. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of Content-Length: null where there is none. */
  get contentLength(): number | null {
    const [value] = this.get(contentLength);
    return value === undefined ? null : Number(value);
  }

  get(name: string): readonly string[] {
    const key = name.toLowerCase();
    return this.#entries.filter((entry) => entry.key === key).map(({ value }) => value);
  }

  has(name: string): boolean {
    const key = name.toLowerCase();
    return this.#entries.some((entry) => entry.key === key);
  }

  append(name: string, value: string): HeaderError {
    const checked = checkName(name) ?? checkValue(name, value);
    if (checked !== null) return checked;
    // Two of them are two opinions about where the body ends.
    if (name.toLowerCase() === contentLength && this.has(name)) return 'invalid-syntax';
    this.#add({ name, key: name.toLowerCase(), value });
    return null;
  }

  set(name: string, values: readonly string[]): HeaderError {
    const key = name.toLowerCase();
    const invalid = checkName(name) ?? values.map((value) => checkValue(name, value)).find((error) => error !== null);
    if (invalid) return invalid;
    if (key === contentLength && values.length > 1) return 'invalid-syntax';
    this.delete(name);
    for (const value of values) this.#add({ name, key, value });
    return null;
  }

  delete(name: string): HeaderError {
    const checked = checkName(name);
    if (checked !== null) return checked;
    const key = name.toLowerCase();
    const gone = this.#entries.filter((entry) => entry.key === key);
    this.#entries = this.#entries.filter((entry) => entry.key !== key);
    for (const entry of gone) this.#count(-sizeOf(entry));
    return null;
  }

  copy(): FieldMap {
    const map = new FieldMap(this.#budget);
    for (const entry of this.#entries) map.#add(entry);
    return map;
  }

  /** One more resource stands for it. */
  retain(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    this.#holders--;
    if (this.#holders === 0) this.#count(-this.#bytes);
  }

  #add(entry: Entry): void {
    this.#count(sizeOf(entry));
    if (this.#bytes > maxFieldBytes) trap(`more than ${maxFieldBytes} bytes of HTTP fields in one list`);
    this.#entries.push(entry);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.add(bytes);
  }
}

const sizeOf = ({ name, value }: Entry): number => name.length + value.length + entryBytes;

export function checkName(name: string): HeaderError {
  if (!tokenPattern.test(name)) return 'invalid-syntax';
  return forbiddenNames.has(name.toLowerCase()) ? 'forbidden' : null;
}

/** Beyond 2^53 no length is exact, and none is real. */
function checkValue(name: string, value: string): HeaderError {
  if (name.toLowerCase() !== contentLength) return valuePattern.test(value) ? null : 'invalid-syntax';
  return /^\d+$/.test(value) && Number.isSafeInteger(Number(value)) ? null : 'invalid-syntax';
}
