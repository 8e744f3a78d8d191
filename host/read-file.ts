/** A file of the supervisor's, read from start to end into one buffer. */
import { GuestFailure } from './failure.ts';
import type { ModuleFile } from './load.ts';

/** The engine's own ceiling. Attack: a sparse file of terabytes. */
const maxBytes = 1 << 30;

/** `headroomBytes` before the file's content stay free. */
export function readFile(file: ModuleFile, headroomBytes: number): Uint8Array<ArrayBuffer> {
  const reader = new FileReader(file, headroomBytes);
  reader.readTo(Number.POSITIVE_INFINITY);
  return reader.bytes;
}

/** The kernel gives pages of the buffer only as they are written: what is skipped costs nothing. */
export class FileReader {
  readonly #file: ModuleFile;
  readonly #buffer: ArrayBuffer;
  readonly #start: number;
  #length = 0;
  #fileOffset = 0;
  #isAtEnd = false;

  constructor(file: ModuleFile, headroomBytes: number) {
    if (file.sizeBytes > maxBytes) {
      throw new GuestFailure('not-a-module', `has ${file.sizeBytes} bytes, more than a module may have (1 GiB)`);
    }
    this.#file = file;
    this.#buffer = new ArrayBuffer(headroomBytes + file.sizeBytes);
    this.#start = headroomBytes;
  }

  /** What was read so far. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, this.#start, this.#length);
  }

  /** Bytes of the file behind those. */
  get unread(): number {
    return this.#isAtEnd ? 0 : this.#file.sizeBytes - this.#fileOffset;
  }

  /** Until that many bytes are there, or the file has no more. */
  readTo(length: number): void {
    while (this.#length < length && this.unread > 0) {
      const count = this.#file.readAt({
        buffer: this.#buffer,
        address: this.#start + this.#length,
        length: Math.min(length - this.#length, this.unread),
        offset: this.#fileOffset,
      });
      if (count < 0) throw new GuestFailure('not-a-module', `can't be read: errno ${-count}`);
      this.#isAtEnd = count === 0; // truncated since it was opened
      this.#length += count;
      this.#fileOffset += count;
    }
  }

  /** Leaves out what stands from `from` to `to`, of which some may be read already. */
  skip(from: number, to: number): void {
    this.#fileOffset += to - this.#length;
    this.#length = from;
  }
}
