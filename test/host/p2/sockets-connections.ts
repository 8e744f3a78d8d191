/** Listeners and connections of a guest with a network. */
import { expect } from 'vitest';
import { bufferAt, result } from './guest.ts';
import { type SocketsGuest, TCP } from './sockets-guest.ts';

export const STREAMS = 'wasi:io/streams';

/** A socket that is listening, and its address. */
export function listener(of: SocketsGuest, address = '127.0.0.1:0'): { socket: number; at: string } {
  const socket = of.create('tcp', address.startsWith('[') ? 6 : 4) as number;
  expect(of.bind('tcp', socket, address)).toBe('ok');
  expect(of.unit('tcp', 'start-listen', socket)).toBe('ok');
  expect(of.finish('tcp', 'listen', socket)).toBe('ok');
  return { socket, at: of.address('tcp', 'local-address', socket) };
}

export function acceptNext(of: SocketsGuest, socket: number): [number, number, number] {
  for (;;) {
    const accepted = of.accept(socket);
    if (typeof accepted !== 'string') return accepted;
    expect(accepted).toBe('would-block');
    of.wait(TCP, '[method]tcp-socket.subscribe', socket);
  }
}

export function write(of: SocketsGuest, stream: number, text: string): void {
  const [at, length] = of.put(bufferAt, text);
  of.call(STREAMS, '[method]output-stream.blocking-write-and-flush', stream, at, length, result);
  expect(of.u8(result)).toBe(0);
}

/** Text, or 'closed'. */
export function read(of: SocketsGuest, stream: number): string {
  of.call(STREAMS, '[method]input-stream.blocking-read', stream, 100n, result);
  return of.u8(result) === 0 ? of.text(result + 4) : 'closed';
}
