/** Reads what a container asks of HTTP. It may be anything: undici gets nothing that was not looked at here. */
import { checkName, type HeaderField, valuePattern } from '../../host/p2/http-field-map.ts';
import {
  type HttpRequestMessage,
  type HttpStart,
  maxAuthorityBytes,
  maxMethodBytes,
  maxPathBytes,
  maxSectionBytes,
  maxTimeoutMs,
} from '../../host/p2/http-messages.ts';
import { isPathWithQuery, methodSyntax, parseAuthority } from '../../host/p2/http-request-parts.ts';

type Fields = Readonly<Record<string, unknown>>;

/** null: no message that a container sends. */
export function readHttpMessage(from: Fields): HttpRequestMessage | null {
  switch (from.kind) {
    case 'http-start':
      return readStart(from);
    case 'http-finish': {
      const trailers = readHeaders(from.trailers);
      const bodyBytes = readInteger(from.bodyBytes, Number.MAX_SAFE_INTEGER);
      return trailers === null || bodyBytes === null ? null : { kind: 'http-finish', bodyBytes, trailers };
    }
    case 'http-drain':
    case 'http-cancel':
      return { kind: from.kind };
    default:
      return null;
  }
}

function readStart(from: Fields): HttpStart | null {
  const { scheme, hasBody } = from;
  const method = readText(from.method, maxMethodBytes);
  const authority = readText(from.authority, maxAuthorityBytes);
  const path = readText(from.path, maxPathBytes + 1);
  const headers = readHeaders(from.headers);
  const connectTimeoutMs = readInteger(from.connectTimeoutMs, maxTimeoutMs);
  const firstByteTimeoutMs = readInteger(from.firstByteTimeoutMs, maxTimeoutMs);
  const betweenBytesTimeoutMs = readInteger(from.betweenBytesTimeoutMs, maxTimeoutMs);
  if (scheme !== 'http' && scheme !== 'https') return null;
  if (method === null || authority === null || path === null || headers === null) return null;
  if (connectTimeoutMs === null || firstByteTimeoutMs === null || betweenBytesTimeoutMs === null) return null;
  if (typeof hasBody !== 'boolean' || !methodSyntax.test(method) || method === 'CONNECT') return null;
  if (parseAuthority(authority) === null || !path.startsWith('/') || !isPathWithQuery(path)) return null;
  const timeouts = { connectTimeoutMs, firstByteTimeoutMs, betweenBytesTimeoutMs };
  return { kind: 'http-start', method, scheme, authority, path, headers, hasBody, ...timeouts };
}

function readHeaders(value: unknown): readonly HeaderField[] | null {
  if (!Array.isArray(value)) return null;
  const fields: HeaderField[] = [];
  let bytes = 0;
  for (const field of value) {
    const [name, text] = Array.isArray(field) ? field : [];
    if (typeof name !== 'string' || typeof text !== 'string') return null;
    if (checkName(name) !== null || !valuePattern.test(text)) return null;
    bytes += name.length + text.length;
    fields.push([name, text]);
  }
  return bytes > maxSectionBytes ? null : fields;
}

const readText = (value: unknown, most: number): string | null =>
  typeof value === 'string' && value.length <= most ? value : null;

const readInteger = (value: unknown, most: number): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most ? value : null;
