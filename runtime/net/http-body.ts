/** The broker's end of the stream with a request's and its response's body. Nothing is read ahead of who wants it. */
import { waitModes } from '../../native/data.ts';
import type { Fd, Native } from '../../native/native.ts';
import { HttpFailure } from './http-failure.ts';

/** At once, from the container. */
const readBytes = 65_536;
const EAGAIN = 11;
const SHUT_WR = 1;

/** What a container sends as the body of a request. */
export class RequestBody {
  readonly #calls: Native;
  readonly #fd: Fd;
  #readBytes = 0;
  /** Known when the guest has finished it. */
  #bodyBytes: number | null = null;
  #isStopped = false;
  #wake: () => void = () => {};
  /** Some of it was read and is going to be sent, unless this stops it. */
  onChunk: () => void = () => {};
  /** All of it was read; called before undici is told. */
  onEnd: () => void = () => {};

  constructor(native: Native, fd: Fd) {
    this.#calls = native;
    this.#fd = fd;
  }

  finish(bodyBytes: number): void {
    this.#bodyBytes = bodyBytes;
    this.#wake();
  }

  /** Nobody reads it any more. */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const buffer = new ArrayBuffer(readBytes);
    while (!this.#isStopped && this.#readBytes !== this.#bodyBytes) {
      const count = this.#calls.read(this.#fd, buffer, 0, readBytes, waitModes.own);
      if (count === -EAGAIN) {
        await this.#more();
        continue;
      }
      if (count <= 0) throw new HttpFailure({ code: 'HTTP-protocol-error' });
      this.#readBytes += count;
      this.onChunk();
      if (!this.#isStopped) yield Buffer.from(new Uint8Array(buffer, 0, count));
    }
    this.onEnd();
  }

  /** There are bytes, or it is known that there will be none. */
  #more(): Promise<void> {
    return new Promise((resolve) => {
      const stopWatch = this.#calls.watch(this.#fd, () => this.#wake());
      this.#wake = () => {
        this.#wake = () => {};
        stopWatch();
        resolve();
      };
    });
  }
}

/** What a container receives as the body of a response. */
export class ResponseBody {
  readonly #calls: Native;
  /** Of its own: a descriptor has one watch. */
  readonly #fd: Fd;
  readonly #onDrain: () => void;
  #held: Buffer | null = null;
  #stopWatch: (() => void) | null = null;
  #isUnwanted = false;
  #onEnd: (() => void) | null = null;

  /** `fd` becomes the body's. */
  constructor(native: Native, fd: Fd, onDrain: () => void) {
    this.#calls = native;
    this.#fd = fd;
    this.#onDrain = onDrain;
  }

  /** false: nothing more, please, until `onDrain`. */
  write(chunk: Buffer): boolean {
    this.#held = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    this.#push();
    return this.#held === null;
  }

  /** What comes is thrown away. */
  discard(): void {
    this.#isUnwanted = true;
    this.#push();
  }

  /** Calls back when the container can have all of it. */
  end(onEnd: () => void): void {
    if (this.#held === null) onEnd();
    else this.#onEnd = onEnd;
  }

  close(): void {
    this.#stopWatch?.();
    // The other descriptor of this end may stay, for the body of the request.
    this.#calls.shutdown(this.#fd, SHUT_WR);
    this.#calls.close(this.#fd);
  }

  #push(): void {
    const wasFull = this.#stopWatch !== null;
    while (this.#held !== null) {
      const { buffer, byteOffset, length } = this.#held;
      const mode = waitModes.own;
      const written = this.#isUnwanted ? length : this.#calls.write(this.#fd, buffer, byteOffset, length, mode);
      if (written === -EAGAIN) {
        this.#stopWatch ??= this.#calls.watch(this.#fd, () => this.#push(), true);
        return;
      }
      // The container closed its end: its message that says why is on its way.
      if (written < 0) this.#isUnwanted = true;
      else this.#held = written === length ? null : this.#held.subarray(written);
    }
    this.#stopWatch?.();
    this.#stopWatch = null;
    if (this.#onEnd !== null) this.#onEnd();
    else if (wasFull) this.#onDrain();
  }
}
