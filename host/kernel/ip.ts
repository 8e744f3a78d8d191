/** IP addresses as bytes, and as text. */
import type { IpBytes } from './broker-messages.ts';

/** null: no address in any of the usual forms. Decimal parts without leading zeros: inet_aton(3) takes those as octal. */
export function parseIp(text: string): IpBytes | null {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): IpBytes | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

/** No zone: what it names differs from machine to machine. */
function parseV6(text: string): IpBytes | null {
  const dotted = /^(.*:)([\d.]+)$/.exec(text);
  const tail = dotted?.[2]?.includes('.') ? parseV4(dotted[2]) : [];
  if (tail === null) return null;
  const head = tail.length > 0 ? (dotted?.[1] ?? '').replace(/([^:]):$/, '$1') : text;
  const halves = head.split('::');
  if (halves.length > 2) return null;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':').map(groupBytes)));
  const known = [...left.flat(), ...right.flat(), ...tail];
  if (known.some(Number.isNaN)) return null;
  const missing = 16 - known.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return null;
  return [...left.flat(), ...Array<number>(missing).fill(0), ...right.flat(), ...tail];
}

function groupBytes(group: string): number[] {
  const value = /^[\da-f]{1,4}$/i.test(group) ? Number.parseInt(group, 16) : Number.NaN;
  return [value >> 8, Number.isNaN(value) ? value : value & 0xff];
}

/** IPv6 as RFC 5952 writes it. */
export function formatIp(ip: IpBytes): string {
  if (ip.length === 4) return ip.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (((ip[2 * i] ?? 0) << 8) | (ip[2 * i + 1] ?? 0)).toString(16));
  const zeros = [...groups.join(':').matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (zeros === undefined) return groups.join(':');
  const text = groups.join(':');
  return `${text.slice(0, zeros.index).replace(/:$/, '')}::${text.slice(zeros.index + zeros[0].length).replace(/^:/, '')}`;
}

/** ::ffff:0:0/96 */
export function isMapped(ip: IpBytes): boolean {
  return ip.slice(0, 10).every((byte) => byte === 0) && ip[10] === 0xff && ip[11] === 0xff;
}

/** An IPv4-mapped address is IPv4 on the wire: it becomes that. */
export function unmapped(ip: IpBytes): IpBytes {
  return ip.length === 16 && isMapped(ip) ? ip.slice(12) : ip;
}
