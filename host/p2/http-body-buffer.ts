/**
 * The bytes of an outgoing body on their way to the broker: straight into the stream when there is one. Before that, and
 * where a guest writes in crumbs, they are held here.
 */
import type { MemoryBuffer } from '../../native/data.ts';
import { errno } from '../kernel/errno.ts';
import type { File } from '../kernel/file.ts';
import { waitFor } from '../kernel/poll.ts';
import type { Context } from './context.ts';
import type { HttpExchange } from './http-exchange.ts';
import type { HeaderField } from './http-field-map.ts';
import type { Awaited } from './pollable.ts';

/** A permit, and what is held at most. A unix socket that ppoll(2) calls writable takes it in one piece. */
const capacity = 65_536;
/** Each write occupies a kernel buffer of its own: of more than these the socket might not take the last. */
const maxDirectWrites = 16;

type Finish = { kind: 'finished'; trailers: readonly HeaderField[] } | { kind: 'aborted' };

export class BodyBuffer {
  readonly #context: Context;
  #exchange: HttpExchange | null = null;
  #held: Uint8Array<ArrayBuffer> | null = null;
  #heldBytes = 0;
  #directWrites = 0;
  #finish: Finish | null = null;
  #isAbandoned = false;
  /** What the guest wrote in all. */
  writtenBytes = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Nothing was written and nothing will be. */
  get isEmpty(): boolean {
    return this.writtenBytes === 0 && this.#finish?.kind === 'finished' && this.#finish.trailers.length === 0;
  }

  /** The message it belongs to is sent. */
  attach(exchange: HttpExchange): void {
    this.#exchange = exchange;
    exchange.onSocket = () => this.#onSocket();
    if (this.#finish !== null) this.#end(exchange, this.#finish);
  }

  /** The message it belongs to will never be sent. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#release();
  }

  get isClosed(): boolean {
    return this.#isAbandoned || this.#exchange?.takesBody === false;
  }

  /** Bytes that may be written now; −EPIPE: nobody wants them any more. */
  room(): number {
    if (this.isClosed) return -errno.EPIPE;
    const socket = this.#exchange?.socket ?? null;
    if (socket === null) return capacity - this.#heldBytes;
    const pushed = this.#push(socket, true);
    if (pushed < 0) return pushed === -errno.EAGAIN ? 0 : pushed;
    if (!this.#isWritable(socket)) return 0;
    this.#directWrites = 0;
    return capacity;
  }

  /** At most what `room` allowed. */
  write(memory: MemoryBuffer, at: number, length: number): number {
    this.writtenBytes += length;
    const socket = this.#exchange?.socket ?? null;
    let done = 0;
    if (socket !== null && this.#heldBytes === 0 && this.#directWrites < maxDirectWrites) {
      this.#directWrites++;
      const written = socket.write(memory, at, length, true);
      if (written < 0 && written !== -errno.EAGAIN) return -errno.EPIPE;
      done = Math.max(written, 0);
    }
    if (done < length) this.#hold(new Uint8Array(memory, at + done, length - done));
    return 0;
  }

  /** Waits until the stream has all of it, where there is one: 0 or −errno. */
  flush(): number {
    const socket = this.#exchange?.socket ?? null;
    return socket === null ? 0 : this.#push(socket, false);
  }

  /** When there is room again. */
  awaited(): Awaited {
    if (this.#exchange === null) return this.#heldBytes < capacity ? { kind: 'ready' } : never;
    if (this.isClosed) return { kind: 'ready' };
    const { socket } = this.#exchange;
    if (socket !== null) return { kind: 'file', file: socket, event: 'write' };
    return this.#heldBytes < capacity ? { kind: 'ready' } : this.#exchange.awaitSocket();
  }

  finish(trailers: readonly HeaderField[]): void {
    this.#finish = { kind: 'finished', trailers };
    if (this.#exchange !== null) this.#end(this.#exchange, this.#finish);
  }

  /** The body stops before its end. */
  abort(): void {
    this.#finish ??= { kind: 'aborted' };
    if (this.#exchange !== null) this.#end(this.#exchange, this.#finish);
  }

  #end(exchange: HttpExchange, finish: Finish): void {
    if (finish.kind === 'aborted') exchange.abortRequest();
    else {
      // Fits: room was asked for before it was written.
      if (exchange.socket !== null) this.#push(exchange.socket, false);
      exchange.finishRequest(this.writtenBytes, finish.trailers);
    }
    if (exchange.socket !== null || finish.kind === 'aborted') this.#release();
  }

  #onSocket(): void {
    const socket = this.#exchange?.socket ?? null;
    // A new socket has room for all that can be held; without one there is nobody to read it.
    if (socket !== null) this.#push(socket, true);
    if (socket === null || this.#finish !== null) this.#release();
  }

  #isWritable(socket: File): boolean {
    const readiness = waitFor(this.#context.native, [{ file: socket, event: 'write' }], 0);
    return typeof readiness !== 'number' && readiness[0]?.ready === true;
  }

  #hold(bytes: Uint8Array): void {
    if (this.#held === null) {
      this.#context.http.holdBody();
      this.#held = new Uint8Array(capacity);
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes += bytes.length;
  }

  /** What is held goes into the stream: 0 or −errno. */
  #push(socket: File, now: boolean): number {
    while (this.#held !== null && this.#heldBytes > 0) {
      const written = socket.write(this.#held.buffer, 0, this.#heldBytes, now);
      if (written < 0) return written === -errno.EAGAIN ? written : -errno.EPIPE;
      this.#held.copyWithin(0, written, this.#heldBytes);
      this.#heldBytes -= written;
    }
    return 0;
  }

  #release(): void {
    if (this.#held !== null) this.#context.http.releaseBody();
    this.#held = null;
    this.#heldBytes = 0;
  }
}

/** The end of the monotonic clock. */
const never: Awaited = { kind: 'deadline', atNs: 2n ** 64n - 1n };
