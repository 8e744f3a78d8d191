/** Networks of IP addresses, and the IPv4 addresses that hide in IPv6 ones. */
import type { IpBytes } from '../../host/kernel/broker-messages.ts';
import { formatIp, isMapped, parseIp } from '../../host/kernel/ip.ts';

export interface Cidr {
  ip: IpBytes;
  /** Leading bits that count. */
  bits: number;
}

/** `ADDRESS` or `ADDRESS/BITS`; null: neither. */
export function parseCidr(text: string): Cidr | null {
  const [address = '', given, ...more] = text.split('/');
  const ip = parseIp(address);
  if (ip === null || more.length > 0) return null;
  const bitsText = given ?? String(ip.length * 8);
  const bits = /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : Number.NaN;
  if (!(bits <= ip.length * 8)) return null;
  const cidr = { ip: masked(ip, bits), bits };
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8: addresses come here as IPv4.
  return ip.length === 16 && bits >= 96 && isMapped(ip) ? { ip: cidr.ip.slice(12), bits: bits - 96 } : cidr;
}

export function formatCidr({ ip, bits }: Cidr): string {
  return bits === ip.length * 8 ? formatIp(ip) : `${formatIp(ip)}/${bits}`;
}

export function contains(cidr: Cidr, ip: IpBytes): boolean {
  if (ip.length !== cidr.ip.length) return false;
  const low = masked(ip, cidr.bits);
  return cidr.ip.every((byte, i) => byte === low[i]);
}

function masked(ip: IpBytes, bits: number): IpBytes {
  return ip.map((byte, i) => byte & (0xff << Math.min(8, Math.max(0, 8 * (i + 1) - bits))) & 0xff);
}

const startsWith = (ip: IpBytes, ...bytes: readonly number[]): boolean => bytes.every((byte, i) => ip[i] === byte);
const isZero = (ip: IpBytes, from: number, to: number): boolean => ip.slice(from, to).every((byte) => byte === 0);

/** IPv4 addresses that a packet for this IPv6 address may end at, by way of a translator or a tunnel. */
export function embeddedV4(ip: IpBytes): readonly IpBytes[] {
  if (ip.length !== 16) return [];
  const last = ip.slice(12);
  // IPv4-compatible (RFC 4291), but not :: and ::1; SIIT (RFC 7915).
  if (isZero(ip, 0, 12)) return isZero(ip, 12, 15) && (ip[15] ?? 0) < 2 ? [] : [last];
  if (isZero(ip, 0, 8) && ip[8] === 0xff && ip[9] === 0xff && isZero(ip, 10, 12)) return [last];
  // NAT64: the well-known prefix, and the one for local use with the address at its end (RFC 6052, 8215).
  if (startsWith(ip, 0, 0x64, 0xff, 0x9b)) return [last];
  // 6to4 (RFC 3056).
  if (startsWith(ip, 0x20, 0x02)) return [ip.slice(2, 6)];
  // Teredo (RFC 4380): the server, and the client with its bits turned over.
  if (startsWith(ip, 0x20, 0x01, 0, 0)) return [ip.slice(4, 8), last.map((byte) => byte ^ 0xff)];
  // ISATAP (RFC 5214).
  const isIsatap = ((ip[8] ?? 0) & 0xfd) === 0 && ip[9] === 0 && ip[10] === 0x5e && ip[11] === 0xfe;
  return isIsatap ? [last] : [];
}
