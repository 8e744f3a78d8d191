/** ip-socket-address and ip-address: flat in arguments, records in memory. */
import type { IpBytes, SocketAddress } from '../kernel/broker-messages.ts';
import type { GuestMemory } from '../kernel/memory.ts';
import { trap } from './lower.ts';

export type Family = 4 | 6;

/** ip-address-family */
export function familyOf(value: number): Family {
  if (value === 0) return 4;
  return value === 1 ? 6 : trap(`no ip-address-family ${value >>> 0}`);
}

export const familyValue = (family: Family): number => (family === 4 ? 0 : 1);

/** The twelve core arguments of an ip-socket-address: the case, then the longer of both records. */
export type FlatAddress = readonly [
  tag: number,
  port: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
  h: number,
  i: number,
  j: number,
  k: number,
];

/** Of integers in core arguments, the upper bits are what the guest left there. */
export function addressArgument(flat: FlatAddress): SocketAddress {
  const [tag, port, ...rest] = flat;
  if (tag === 0) return { ip: rest.slice(0, 4).map((byte) => byte & 0xff), port: port & 0xffff };
  if (tag !== 1) return trap(`no ip-socket-address ${tag >>> 0}`);
  const [flow = 0, ...groups] = rest;
  const ip = groups.slice(0, 8).flatMap((group) => [(group >> 8) & 0xff, group & 0xff]);
  return { ip, port: port & 0xffff, flow: flow >>> 0, scope: (groups[8] ?? 0) >>> 0 };
}

/** ip-socket-address in memory. */
export const socketAddressBytes = 32;

export function loadSocketAddress(memory: GuestMemory, at: number): SocketAddress {
  const tag = memory.u8(at);
  const port = memory.u16(at + 4);
  if (tag === 0) return { ip: [...memory.bytes(at + 6, 4)], port };
  if (tag !== 1) return trap(`no ip-socket-address ${tag}`);
  return { ip: loadGroups(memory, at + 12), port, flow: memory.u32(at + 8), scope: memory.u32(at + 28) };
}

export function storeSocketAddress(memory: GuestMemory, at: number, address: SocketAddress): void {
  const { ip, port, flow = 0, scope = 0 } = address;
  memory.setU8(at, ip.length === 4 ? 0 : 1);
  memory.setU16(at + 4, port);
  if (ip.length === 4) {
    memory.bytes(at + 6, 4).set(ip);
    return;
  }
  memory.setU32(at + 8, flow);
  storeGroups(memory, at + 12, ip);
  memory.setU32(at + 28, scope);
}

/** ip-address in memory: 18 bytes, aligned to 2. */
export function storeIpAddress(memory: GuestMemory, at: number, ip: IpBytes): void {
  memory.setU8(at, ip.length === 4 ? 0 : 1);
  if (ip.length === 4) memory.bytes(at + 2, 4).set(ip);
  else storeGroups(memory, at + 2, ip);
}

/** Bytes in network order become u16 in the guest's. */
function storeGroups(memory: GuestMemory, at: number, ip: IpBytes): void {
  for (let i = 0; i < 16; i += 2) memory.setU16(at + i, ((ip[i] ?? 0) << 8) | (ip[i + 1] ?? 0));
}

function loadGroups(memory: GuestMemory, at: number): IpBytes {
  return Array.from({ length: 8 }, (_, i) => memory.u16(at + 2 * i)).flatMap((group) => [group >> 8, group & 0xff]);
}

const isZero = (bytes: IpBytes): boolean => bytes.every((byte) => byte === 0);

/** Whether a socket of the family may be bound to it. IPv4-mapped addresses are no IPv6 in WASI. */
export function isBindable({ ip }: SocketAddress, family: Family): boolean {
  if (ip.length !== (family === 4 ? 4 : 16)) return false;
  if (family === 4) return (ip[0] ?? 0) < 224 || (ip[0] ?? 0) > 239 ? !ip.every((byte) => byte === 255) : false;
  return ip[0] !== 0xff && !(isZero(ip.slice(0, 10)) && ip[10] === 0xff && ip[11] === 0xff);
}

/** Whether it can be a peer's. */
export function isReachable(address: SocketAddress, family: Family): boolean {
  return isBindable(address, family) && !isZero(address.ip) && address.port !== 0;
}

export function sameAddress(a: SocketAddress, b: SocketAddress): boolean {
  return a.port === b.port && a.ip.length === b.ip.length && a.ip.every((byte, i) => byte === b.ip[i]);
}
