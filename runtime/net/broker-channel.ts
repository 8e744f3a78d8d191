/** The broker's end of the channel to its container. Neither end ever waits for the other to read. */
import { openFlags } from '../../native/data.ts';
import type { Fd, Native } from '../../native/native.ts';

export interface ChannelEvents {
  onRequest(request: Record<string, unknown>): void;
  /** The container is gone, or sent what no container sends. */
  onEnd(): void;
}

interface Message {
  bytes: Uint8Array<ArrayBuffer>;
  /** Sent along and closed then; −1: none. */
  fd: Fd;
}

/** Taken in before timers and sockets have their turn. Attack: a flood of requests, behind which deadlines pass. */
const maxRequestsAtOnce = 64;
/** Of one message: channel::kMaxMessageBytes. */
const maxMessageBytes = 64 * 1024;

const EAGAIN = 11;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class BrokerChannel {
  readonly #calls: Native;
  readonly #fd: Fd;
  readonly #events: ChannelEvents;
  /** What the container had no room for. While there is any, no request is read: it can't grow beyond their replies. */
  readonly #unsent: Message[] = [];
  #stopWatch: () => void;
  #isEnded = false;

  constructor(native: Native, fd: Fd, events: ChannelEvents) {
    this.#calls = native;
    this.#fd = fd;
    this.#events = events;
    native.setStatusFlags(fd, openFlags.nonblock);
    this.#stopWatch = native.watch(fd, () => this.#read());
  }

  /** `fd` becomes the channel's. */
  send(message: object, fd: Fd = -1): void {
    const bytes = encoder.encode(JSON.stringify(message));
    if (bytes.length > maxMessageBytes) throw new RangeError(`a message of ${bytes.length} bytes`);
    this.#unsent.push({ bytes, fd });
    if (this.#unsent.length === 1) this.#flush(false);
  }

  #flush(isWatching: boolean): void {
    for (let message = this.#unsent[0]; message !== undefined; message = this.#unsent[0]) {
      const result = this.#isEnded ? 0 : this.#sendOne(message);
      if (result === -EAGAIN) {
        if (!isWatching) this.#watch(true);
        return;
      }
      this.#unsent.shift();
      if (message.fd >= 0) this.#calls.close(message.fd);
      if (result < 0) this.#end();
    }
    if (isWatching) this.#watch(false);
  }

  #sendOne({ bytes, fd }: Message): number {
    return fd < 0
      ? this.#calls.sendTo(this.#fd, bytes.buffer, 0, bytes.length, null)
      : this.#calls.sendDescriptor(this.#fd, bytes.buffer, bytes.length, fd);
  }

  #watch(isWritable: boolean): void {
    this.#stopWatch();
    if (this.#isEnded) return;
    const onReady = isWritable ? () => this.#flush(true) : () => this.#read();
    this.#stopWatch = this.#calls.watch(this.#fd, onReady, isWritable);
  }

  #read(): void {
    for (let i = 0; i < maxRequestsAtOnce && this.#unsent.length === 0 && !this.#isEnded; i++) {
      const bytes = this.#receive();
      if (bytes === undefined) return;
      const request = bytes && parseRequest(bytes);
      if (request === null) this.#end();
      else this.#events.onRequest(request);
    }
  }

  /** null at the end, and for what is longer than any message. */
  #receive(): Uint8Array | null | undefined {
    try {
      return this.#calls.receiveMessage(this.#fd);
    } catch {
      return null;
    }
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#stopWatch();
    this.#events.onEnd();
  }
}

/** null: no request. */
function parseRequest(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
