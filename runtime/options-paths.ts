/** Parsers of `--dir`, `-v`, `--tmpfs` and guest paths. They open nothing: whether a host path is there is known when it is opened. */
import { maxPathBytes } from './limits.ts';
import { parseText, size } from './options-parse.ts';
import type { JsonSchema, Parsed } from './options-types.ts';
import type { DirSpec, TmpfsSpec } from './spec.ts';

/** Absolute, without '..', normalised; or '.', the directory that relative paths of the guest start from. */
export function parseGuestPath(raw: unknown): Parsed<string> {
  const text = parseText(raw);
  if ('expected' in text) return { expected: 'a guest path such as /data' };
  const path = text.value;
  if (Buffer.byteLength(path) >= maxPathBytes) return { expected: `a guest path below ${maxPathBytes} bytes` };
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { expected: 'a guest path without ".."' };
  if (!path.startsWith('/')) {
    // "./" and "." are the same directory; "data" could mean two, so it is not guessed.
    if (parts.length === 0) return { value: '.' };
    return { expected: `an absolute guest path (/${parts.join('/')}) or "."` };
  }
  return { value: `/${parts.join('/')}` };
}

export function parseAbsoluteGuestPath(raw: unknown): Parsed<string> {
  const parsed = parseGuestPath(raw);
  return 'value' in parsed && parsed.value === '.' ? { expected: 'an absolute guest path' } : parsed;
}

export function parseHostPath(raw: unknown): Parsed<string> {
  const text = parseText(raw);
  if ('expected' in text) return { expected: 'a path of this machine' };
  return Buffer.byteLength(text.value) < maxPathBytes ? text : { expected: `a path below ${maxPathBytes} bytes` };
}

/** `:ro` and `:rw` at the end; anything before them is left alone. */
function cutMode(text: string): { rest: string; readOnly: boolean } {
  if (text.endsWith(':ro') && !text.endsWith('::ro')) return { rest: text.slice(0, -3), readOnly: true };
  if (text.endsWith(':rw') && !text.endsWith('::rw')) return { rest: text.slice(0, -3), readOnly: false };
  return { rest: text, readOnly: false };
}

function dirSpec(host: string, guest: string, readOnly: boolean): Parsed<DirSpec> {
  const hostPath = parseHostPath(host);
  if ('expected' in hostPath) return hostPath;
  const guestPath = parseGuestPath(guest);
  if ('expected' in guestPath) return guestPath;
  return { value: { host: hostPath.value, guest: guestPath.value, readOnly } };
}

/** The form without ambiguity, for host paths with colons: `{"host": "/a::b", "guest": "/data", "readOnly": true}`. */
function dirFromObject(raw: object): Parsed<DirSpec> {
  const { host, guest, readOnly = false, ...others } = raw as Record<string, unknown>;
  const shape = { expected: '{"host": PATH, "guest": PATH, "readOnly": true or false}' };
  if (Object.keys(others).length > 0 || typeof readOnly !== 'boolean' || typeof host !== 'string') return shape;
  if (guest === undefined) return dirSpec(host, impliedGuest(host), readOnly);
  return typeof guest === 'string' ? dirSpec(host, guest, readOnly) : shape;
}

/** A relative host path appears under its own name: `--dir data` is /data, `--dir .` is ".". */
function impliedGuest(host: string): string {
  const parts = host.split('/').filter((part) => part !== '' && part !== '.');
  return host.startsWith('/') || parts.length > 0 ? `/${parts.join('/')}` : '.';
}

/** `HOST[::GUEST][:ro]`, as wasmtime: single colons belong to the paths. */
export function parseDir(raw: unknown): Parsed<DirSpec> {
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return dirFromObject(raw);
  if (typeof raw !== 'string' || raw === '') return { expected: 'HOST[::GUEST][:ro]' };
  const { rest, readOnly } = cutMode(raw);
  const [host = '', guest, ...more] = rest.split('::');
  if (more.length > 0) {
    return {
      expected: 'one "::" (a host path that contains "::" can be given in --config, as {"host": PATH, "guest": PATH})',
    };
  }
  if (host === '' || guest === '') return { expected: 'HOST[::GUEST][:ro], neither of them empty' };
  if (guest !== undefined) return dirSpec(host, guest, readOnly);
  if (host.split('/').includes('..'))
    return { expected: `a guest path for a host path with "..", as in ${host}::/data` };
  return dirSpec(host, impliedGuest(host), readOnly);
}

/** `HOST:GUEST[:ro|rw]`, as Docker; a bare name would be a named volume there, which does not exist here. */
export function parseVolume(raw: unknown): Parsed<DirSpec> {
  if (typeof raw !== 'string' || raw === '') return { expected: 'HOST:GUEST[:ro]' };
  const { rest, readOnly } = cutMode(raw);
  const [host = '', guest, ...more] = rest.split(':');
  if (guest === undefined) return { expected: 'HOST:GUEST[:ro]; for an empty folder use --tmpfs GUEST' };
  if (more.length > 0) {
    return { expected: 'HOST:GUEST[:ro|rw] with no other colon or mode; for a path with colons use --dir HOST::GUEST' };
  }
  if (host === '' || guest === '') return { expected: 'HOST:GUEST[:ro], neither of them empty' };
  if (!/^\.{0,2}(\/|$)/.test(host)) return { expected: `a path, there are no named volumes: ./${host} is the folder` };
  return dirSpec(host, guest, readOnly);
}

/** `GUEST[:SIZE]`, also Docker's `GUEST:size=SIZE`. */
export function parseTmpfs(raw: unknown): Parsed<TmpfsSpec> {
  if (typeof raw === 'object' && raw !== null && 'guest' in raw) return tmpfsFromObject(raw);
  if (typeof raw !== 'string' || raw === '') return { expected: 'GUEST[:SIZE], as in /tmp:64MiB' };
  const colon = raw.lastIndexOf(':');
  return tmpfsSpec(
    colon < 0 ? raw : raw.slice(0, colon),
    colon < 0 ? null : raw.slice(colon + 1).replace(/^size=/, ''),
  );
}

function tmpfsFromObject(raw: { guest: unknown }): Parsed<TmpfsSpec> {
  const { guest, size: sizeRaw = null, ...others } = raw as Record<string, unknown>;
  if (Object.keys(others).length > 0) return { expected: '{"guest": PATH, "size": SIZE}' };
  return tmpfsSpec(guest, sizeRaw);
}

function tmpfsSpec(guestRaw: unknown, sizeRaw: unknown): Parsed<TmpfsSpec> {
  const guest = parseAbsoluteGuestPath(guestRaw);
  if ('expected' in guest) return guest;
  if (sizeRaw === null) return { value: { guest: guest.value, sizeBytes: null } };
  const parsed = size(4096)(sizeRaw);
  return 'value' in parsed ? { value: { guest: guest.value, sizeBytes: parsed.value } } : parsed;
}

const path: JsonSchema = { type: 'string', minLength: 1, maxLength: maxPathBytes };
export const dirSchema: JsonSchema = {
  anyOf: [
    { type: 'string', minLength: 1 },
    {
      type: 'object',
      properties: { host: path, guest: path, readOnly: { type: 'boolean' } },
      required: ['host'],
      additionalProperties: false,
    },
  ],
};
export const tmpfsSchema: JsonSchema = {
  anyOf: [
    { type: 'string', minLength: 1 },
    {
      type: 'object',
      properties: { guest: path, size: { type: ['string', 'integer'] } },
      required: ['guest'],
      additionalProperties: false,
    },
  ],
};
