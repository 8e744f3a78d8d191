/** wasi:io/streams' two resources, over any file of the kernel. */
import type { MemoryBuffer } from '../../native/data.ts';
import { errno } from '../kernel/errno.ts';
import type { File } from '../kernel/file.ts';
import type { Awaited } from './pollable.ts';
import { Resource } from './resource.ts';
import { failureOf, type IoError } from './stream-error.ts';

/** Results as in the data plane: a count or −errno. */
export abstract class InputStream extends Resource {
  /** An end of file or an error closed it: every call from then on says so. */
  isClosed = false;

  /**
   * At most `length` bytes at `at`; 0 at the end. `wait: false` answers −EAGAIN when there is nothing yet. Never asked
   * for 0 bytes.
   */
  abstract read(memory: MemoryBuffer, at: number, length: number, wait: boolean): number;

  /** Of `length` bytes, those that the next read gives as far as anyone knows; 0 where nobody knows. */
  expected(_length: number): number {
    return 0;
  }

  abstract awaited(): Awaited;

  /** What the guest is told of the −errno of a read; null: closed. */
  failureOf(result: number): IoError | null {
    return failureOf(result);
  }
}

export abstract class OutputStream extends Resource {
  isClosed = false;
  /** Bytes that check-write allowed and that were not written yet. */
  permit = 0;

  /** Bytes that the next write may have; 0: not now; −errno. */
  abstract checkWrite(): number;

  /** All of it is taken, written or held back; 0 or −errno. At most what checkWrite allowed. */
  abstract write(memory: MemoryBuffer, at: number, length: number): number;

  /** Waits until nothing is held back: 0 or −errno. */
  abstract flush(): number;

  abstract awaited(): Awaited;

  /** What the guest is told of the −errno of a write; null: closed. */
  failureOf(result: number): IoError | null {
    return failureOf(result);
  }
}

/** A pipe, terminal, socket, or file at its own position. */
export class FileInput extends InputStream {
  readonly #file: File;

  constructor(parent: Resource | null, file: File) {
    super(parent);
    this.#file = file;
  }

  read(memory: MemoryBuffer, at: number, length: number, wait: boolean): number {
    return this.#file.read(memory, at, length, !wait);
  }

  awaited(): Awaited {
    return { kind: 'file', file: this.#file, event: 'read' };
  }
}

/** Likewise, for writing. Streams of one descriptor share what is held back: bytes stay in their order. */
export class FileOutput extends OutputStream {
  readonly #held: HeldOutput;

  constructor(parent: Resource | null, held: HeldOutput) {
    super(parent);
    this.#held = held;
  }

  checkWrite(): number {
    const pushed = this.#held.push(true);
    if (pushed === -errno.EAGAIN) return 0;
    return pushed < 0 ? pushed : permitBytes;
  }

  write(memory: MemoryBuffer, at: number, length: number): number {
    return length === 0 ? 0 : this.#held.write(memory, at, length);
  }

  flush(): number {
    return this.#held.push(false);
  }

  awaited(): Awaited {
    return this.#held.isEmpty ? { kind: 'ready' } : { kind: 'file', file: this.#held.file, event: 'write' };
  }

  /** What was written is written, also when the handle goes. */
  override dispose(): void {
    this.flush();
  }
}

/** As many as a pipe holds: so much is kept at most when the other end is slow. */
const permitBytes = 65_536;

/** Bytes that a descriptor did not take at once. A program that only asked may not be made to wait. */
export class HeldOutput {
  readonly file: File;
  #held: { buffer: ArrayBuffer; at: number } | null = null;

  constructor(file: File) {
    this.file = file;
  }

  get isEmpty(): boolean {
    return this.#held === null;
  }

  write(memory: MemoryBuffer, at: number, length: number): number {
    // Attack: a thousand streams of one pipe, each allowed a permit. More than one is not held back, but waited for.
    const before = this.push(false);
    if (before < 0) return before;
    const written = this.file.write(memory, at, length, true);
    if (written < 0 && written !== -errno.EAGAIN) return written;
    const done = Math.max(written, 0);
    if (done < length) this.#held = { buffer: new Uint8Array(memory, at, length).slice(done).buffer, at: 0 };
    return 0;
  }

  /** Writes what is held back: 0 or −errno; `now` does not wait for room. */
  push(now: boolean): number {
    while (this.#held !== null) {
      const { buffer, at } = this.#held;
      const written = this.file.write(buffer, at, buffer.byteLength - at, now);
      if (written < 0) {
        if (written !== -errno.EAGAIN) this.#held = null;
        return written;
      }
      this.#held = at + written === buffer.byteLength ? null : { buffer, at: at + written };
    }
    return 0;
  }
}
