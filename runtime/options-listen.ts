/** Parser of `--listen HOST:PORT`. Numbers only: a name would need the resolver before the sandbox is up. */
import type { Parsed } from './options-types.ts';
import type { ListenSpec } from './spec.ts';

const expected = { expected: 'ADDRESS:PORT, as in 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:80' };

export function parseListen(raw: unknown): Parsed<ListenSpec> {
  if (typeof raw !== 'string') return expected;
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9a-z.]+)):(\d{1,5})$/.exec(raw);
  if (match === null) return expected;
  const [, v6, v4 = '', portText = ''] = match;
  const port = Number(portText);
  // Port 0 would listen where nobody can know.
  if (port < 1 || port > 65_535) return { expected: 'a port from 1 to 65535' };
  const host = v6 === undefined ? canonicalV4(v4) : canonicalV6(v6);
  return host === null ? expected : { value: { host, port } };
}

/** `localhost` is one too. null: no address. */
export function canonicalV4(text: string): string | null {
  const host = text === 'localhost' ? '127.0.0.1' : text;
  return isV4(host) ? host : null;
}

/** Four decimal parts without leading zeros: inet_aton would read those as octal. */
function isV4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** One spelling an address, so that a duplicate is seen. URL has an IPv6 parser and is loaded already; node:net is not. */
export function canonicalV6(text: string): string | null {
  return URL.canParse(`http://[${text}]/`) ? new URL(`http://[${text}]/`).hostname.slice(1, -1) : null;
}
