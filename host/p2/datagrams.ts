/** wasi:sockets/udp's two streams, over the channel to the broker. */
import type { MemoryBuffer } from '../../native/data.ts';
import { waitModes } from '../../native/data.ts';
import { datagramHeaderBytes, maxDatagramBytes, type NetError, type SocketAddress } from '../kernel/broker-messages.ts';
import { storeDatagramAddress } from '../kernel/datagram-address.ts';
import { errno } from '../kernel/errno.ts';
import type { Context } from './context.ts';
import type { Awaited } from './pollable.ts';
import { Resource } from './resource.ts';
import { sameAddress } from './sockets-address.ts';
import type { Outcome } from './sockets-results.ts';
import type { DatagramChannel, UdpSocket } from './udp-socket.ts';

/** One, with its header; made anew for each guest. */
export function datagramBuffer(): ArrayBuffer {
  return new ArrayBuffer(datagramHeaderBytes + maxDatagramBytes);
}

export class IncomingDatagramStream extends Resource {
  readonly #context: Context;
  readonly #channel: DatagramChannel;

  constructor(context: Context, socket: UdpSocket, channel: DatagramChannel) {
    super(socket);
    this.#context = context;
    this.#channel = channel;
  }

  /** The payload's length, with header and payload in `buffer`; 0 bytes are a payload too. −EAGAIN: none is there. */
  receive(buffer: ArrayBuffer): number {
    if (!this.#channel.isOpen) return -errno.EAGAIN;
    const { native, counters } = this.#context;
    const size = native.read(this.#channel.fd, buffer, 0, buffer.byteLength, waitModes.own);
    if (size < datagramHeaderBytes) return -errno.EAGAIN;
    counters.calls++;
    counters.readBytes += size - datagramHeaderBytes;
    return size - datagramHeaderBytes;
  }

  awaited(): Awaited {
    return this.#channel.isOpen ? { kind: 'file', file: this.#channel, event: 'read' } : { kind: 'ready' };
  }
}

/** Of one permit. */
const maxPermitted = 64;

export class OutgoingDatagramStream extends Resource {
  /** Datagrams that check-send allowed and that were not sent yet. */
  permit = 0;
  readonly #context: Context;
  readonly #socket: UdpSocket;
  readonly #channel: DatagramChannel;
  /** The last peer that was asked about. */
  #checked: SocketAddress | null;

  constructor(context: Context, socket: UdpSocket, channel: DatagramChannel) {
    super(socket);
    this.#context = context;
    this.#socket = socket;
    this.#channel = channel;
    this.#checked = channel.remote;
  }

  checkSend(): number {
    this.permit = maxPermitted;
    return this.permit;
  }

  /** 1 where it was sent, 0 where there is no room now. */
  send(data: { memory: MemoryBuffer; at: number; length: number }, remote: SocketAddress | null): Outcome<number> {
    const to = this.#destination(remote);
    if ('error' in to) return to;
    const { memory, at, length } = data;
    if (length > maxDatagramBytes) return { error: 'datagram-too-large' };
    if (!this.#channel.isOpen) return { error: 'invalid-state' };
    const message = new Uint8Array(datagramHeaderBytes + length);
    storeDatagramAddress(message.buffer, to.value);
    message.set(new Uint8Array(memory, at, length), datagramHeaderBytes);
    const { native, counters } = this.#context;
    const sent = native.write(this.#channel.fd, message.buffer, 0, message.length, waitModes.own);
    if (sent < 0) return sent === -errno.EAGAIN || sent === -errno.ENOBUFS ? { value: 0 } : { error: 'unknown' };
    counters.calls++;
    counters.writtenBytes += length;
    return { value: 1 };
  }

  awaited(): Awaited {
    return this.#channel.isOpen ? { kind: 'file', file: this.#channel, event: 'write' } : { kind: 'ready' };
  }

  #destination(given: SocketAddress | null): Outcome<SocketAddress> {
    const { remote } = this.#channel;
    const to = given ?? remote;
    if (to === null || !this.#socket.mayReach(to)) return { error: 'invalid-argument' };
    if (remote !== null && !sameAddress(remote, to)) return { error: 'invalid-argument' };
    const isChecked = this.#checked !== null && sameAddress(this.#checked, to);
    const denial: NetError | null = isChecked ? null : this.#socket.checkPeer(to);
    if (denial !== null) return { error: denial };
    this.#checked = to;
    return { value: to };
  }
}
