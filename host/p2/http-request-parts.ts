/** Methods, schemes, paths and authorities of wasi:http across the canonical ABI, checked for their syntax. */
import { listRange, storeString, stringArgument } from './canonical.ts';
import { tokenPattern } from './http-field-map.ts';
import { type Lower, trap } from './lower.ts';

/** `method` and `scheme`, in the order of the WIT; `other(string)` comes after these. */
export const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'] as const;
export const httpSchemes = ['HTTP', 'HTTPS'] as const;

/** A variant of names and `other(string)`: `other` may spell a known name too. */
export interface NameOrOther {
  /** Position in the WIT. */
  tag: number;
  /** As on the wire. */
  text: string;
}

/** Attack: a string of gigabytes, decoded before anyone asks how long it may be. */
const maxTextBytes = 65_536;

/** null: longer than anything that is sent. */
export function shortText(lower: Pick<Lower, 'memory'>, pointer: number, length: number): string | null {
  listRange(lower, pointer, length);
  return length >>> 0 > maxTextBytes ? null : stringArgument(lower, pointer, length);
}

/** null: not the syntax of `other`. */
export function nameArgument(
  lower: Pick<Lower, 'memory'>,
  names: readonly string[],
  [tag, pointer, length]: readonly [tag: number, pointer: number, length: number],
  syntax: RegExp,
): NameOrOther | null {
  const known = names[tag];
  if (known !== undefined) return { tag, text: known };
  if (tag !== names.length) trap('invalid variant discriminant');
  const text = shortText(lower, pointer, length);
  return text !== null && syntax.test(text) ? { tag, text } : null;
}

export const methodSyntax: RegExp = tokenPattern;
/** RFC 3986, 3.1 */
export const schemeSyntax: RegExp = /^[A-Za-z][\dA-Za-z+.-]*$/;

/** A variant of 12 bytes at `at`: its tag, then the string. */
export function storeName(lower: Lower<never>, at: number, names: readonly string[], { tag, text }: NameOrOther): void {
  lower.memory.setU8(at, tag);
  if (tag === names.length) storeString(lower, at + 4, text);
}

/** option<string> of 12 bytes. */
export function storeOption(lower: Lower<never>, at: number, text: string | null): void {
  lower.memory.setU8(at, text === null ? 0 : 1);
  if (text !== null) storeString(lower, at + 4, text);
}

/**
 * Path and query as they go into the request line: nothing that ends it, and no absolute URI, which would name another
 * host than the one that is asked. Nor a fragment: it is not for servers.
 */
export function isPathWithQuery(text: string): boolean {
  return /^(?:[/?][!-"$-~]*)?$/.test(text);
}

const authorityPattern =
  /^(?:[\w.~!$&'()*+,;=:%-]*@)?(?:\[(?<v6>[\da-fA-F:.]+)\]|(?<name>[\w.~!$&'()*+,;=%-]+))(?::(?<port>\d*))?$/;

/** RFC 3986, 3.2; with userinfo, which requests may not have. */
export function isAuthority(text: string): boolean {
  return authorityPattern.test(text);
}

export interface HostAndPort {
  /** A name, or an address without brackets. */
  host: string;
  /** null: the scheme's. */
  port: number | null;
}

/** Where a request goes; null: nowhere. */
export function parseAuthority(text: string): HostAndPort | null {
  const { v6, name, port = '' } = authorityPattern.exec(text)?.groups ?? {};
  const host = v6 ?? name;
  const number = port === '' ? null : Number(port);
  if (host === undefined || text.includes('@') || (number !== null && (number < 1 || number > 65_535))) return null;
  return { host, port: number };
}
