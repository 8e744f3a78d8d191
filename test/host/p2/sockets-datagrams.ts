/** Datagrams of a guest with a network. */
import { expect } from 'vitest';
import { bufferAt, result } from './guest.ts';
import { flatAddress, type SocketsGuest, UDP } from './sockets-guest.ts';

export type Streams = [incoming: number, outgoing: number];

export function bound(of: SocketsGuest, address = '127.0.0.1:0'): { socket: number; at: string } {
  const socket = of.create('udp', address.startsWith('[') ? 6 : 4) as number;
  expect(of.bind('udp', socket, address)).toBe('ok');
  return { socket, at: of.address('udp', 'local-address', socket) };
}

export function stream(of: SocketsGuest, socket: number, remote: string | null): Streams | string {
  const flat = remote === null ? [0, ...Array<number>(12).fill(0)] : [1, ...flatAddress(remote)];
  of.call(UDP, '[method]udp-socket.stream', socket, ...flat, result);
  if (of.u8(result) === 1) return of.errorAt(result + 4);
  return [of.u32(result + 4), of.u32(result + 8)];
}

/** How many were sent, or the error. A null address: to the stream's peer. */
export function send(
  of: SocketsGuest,
  outgoing: number,
  datagrams: readonly (readonly [string, string | null])[],
): bigint | string {
  of.call(UDP, '[method]outgoing-datagram-stream.check-send', outgoing, result);
  expect(of.u64(result + 8)).toBeGreaterThanOrEqual(BigInt(datagrams.length));
  let dataAt = bufferAt + 44 * datagrams.length;
  datagrams.forEach(([text, to], i) => {
    const at = bufferAt + 44 * i;
    const [, length] = of.put(dataAt, text);
    const view = of.view();
    view.setUint32(at, dataAt, true);
    view.setUint32(at + 4, length, true);
    view.setUint8(at + 8, to === null ? 0 : 1);
    if (to !== null) putAddress(view, at + 12, flatAddress(to));
    dataAt += length;
  });
  of.call(UDP, '[method]outgoing-datagram-stream.send', outgoing, bufferAt, datagrams.length, result);
  return of.u8(result) === 0 ? of.u64(result + 8) : of.errorAt(result + 8);
}

function putAddress(view: DataView, at: number, [tag = 0, port = 0, ...rest]: number[]): void {
  view.setUint8(at, tag);
  view.setUint16(at + 4, port, true);
  if (tag === 0) for (let i = 0; i < 4; i++) view.setUint8(at + 6 + i, rest[i] ?? 0);
  else for (let i = 0; i < 8; i++) view.setUint16(at + 12 + 2 * i, rest[1 + i] ?? 0, true);
}

/** What has come: [text, from]. */
export function receive(of: SocketsGuest, incoming: number, max = 16n): [string, string][] {
  of.call(UDP, '[method]incoming-datagram-stream.receive', incoming, max, result);
  expect(of.u8(result)).toBe(0);
  const [list, count] = [of.u32(result + 4), of.u32(result + 8)];
  return Array.from({ length: count }, (_, i) => [of.text(list + 40 * i), of.socketAddress(list + 40 * i + 8)]);
}

export function receiveOne(of: SocketsGuest, incoming: number): [string, string] {
  of.wait(UDP, '[method]incoming-datagram-stream.subscribe', incoming);
  return receive(of, incoming, 1n)[0] ?? ['', ''];
}

export function drop(of: SocketsGuest, streams: readonly Streams[], sockets: readonly number[]): void {
  for (const [incoming, outgoing] of streams) {
    of.drop(UDP, 'incoming-datagram-stream', incoming);
    of.drop(UDP, 'outgoing-datagram-stream', outgoing);
  }
  for (const socket of sockets) of.drop(UDP, 'udp-socket', socket);
}
