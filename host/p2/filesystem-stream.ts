/** Streams of a file at a position of their own. Nothing is held back: each write is done when it returns. */
import { type MemoryBuffer, statBytes, statWords } from '../../native/data.ts';
import { errno } from '../kernel/errno.ts';
import type { OpenFile } from './filesystem-descriptor.ts';
import type { Awaited } from './pollable.ts';
import { FileInput, FileOutput, InputStream, OutputStream } from './stream.ts';

/** A file is never waited for. */
const ready: Awaited = { kind: 'ready' };

/** As much as one call takes: nothing is copied, so there is no need for less. */
const permitBytes: number = 1 << 20;

export class FileReader extends InputStream {
  readonly #open: OpenFile;
  readonly #start: bigint;
  /** Bytes read since. */
  #done = 0;
  /** The value of `#done` at the end of the file, or what was its end; -1: not asked for yet. */
  #end = -1;
  #wasFull = false;
  readonly #offset = (): bigint => this.#start + BigInt(this.#done);

  constructor(open: OpenFile, offset: bigint) {
    super();
    this.#open = open.retain();
    this.#start = offset;
  }

  read(memory: MemoryBuffer, at: number, length: number): number {
    const { file } = this.#open;
    const count =
      this.#open.moveTo(this, this.#offset) < 0
        ? file.pread(memory, at, length, this.#offset())
        : file.read(memory, at, length, false);
    if (count > 0) this.#done += count;
    this.#wasFull = count === length;
    return count;
  }

  /** By the size that the file had when it was first asked for: not before one read has shown that there is more. */
  override expected(length: number): number {
    if (!this.#wasFull) return 0;
    if (this.#end < 0) this.#end = Math.max(this.#size() - Number(this.#start), 0);
    return Math.min(length, Math.max(this.#end - this.#done, 0));
  }

  awaited(): Awaited {
    return ready;
  }

  override dispose(): void {
    this.#open.release();
  }

  #size(): number {
    const record = new BigUint64Array(statBytes / 8);
    return this.#open.file.stat(record.buffer, 0) < 0 ? 0 : Number(record[statWords.size]);
  }
}

abstract class Writer extends OutputStream {
  protected readonly open: OpenFile;

  constructor(open: OpenFile) {
    super();
    this.open = open.retain();
  }

  checkWrite(): number {
    return permitBytes;
  }

  write(memory: MemoryBuffer, at: number, length: number): number {
    for (let done = 0; done < length; ) {
      const count = this.writeSome(memory, at + done, length - done);
      // None at all is no file's answer; asking again might be for ever.
      if (count <= 0) return count === 0 ? -errno.EIO : count;
      done += count;
    }
    return 0;
  }

  flush(): number {
    return 0;
  }

  awaited(): Awaited {
    return ready;
  }

  override dispose(): void {
    this.open.release();
  }

  /** A count, or −errno. */
  protected abstract writeSome(memory: MemoryBuffer, at: number, length: number): number;
}

export class FileWriter extends Writer {
  readonly #start: bigint;
  #done = 0;
  readonly #offset = (): bigint => this.#start + BigInt(this.#done);

  constructor(open: OpenFile, offset: bigint) {
    super(open);
    this.#start = offset;
  }

  protected writeSome(memory: MemoryBuffer, at: number, length: number): number {
    const { file } = this.open;
    const count =
      this.open.moveTo(this, this.#offset) < 0
        ? file.pwrite(memory, at, length, this.#offset())
        : file.write(memory, at, length, false);
    if (count > 0) this.#done += count;
    return count;
  }
}

export class FileAppender extends Writer {
  protected writeSome(memory: MemoryBuffer, at: number, length: number): number {
    this.open.forgetPosition();
    return this.open.file.append(memory, at, length);
  }
}

/** FIFOs and devices have no position: an offset means nothing to them. */
export class PipeReader extends FileInput {
  readonly #open: OpenFile;

  constructor(open: OpenFile) {
    super(null, open.file);
    this.#open = open.retain();
  }

  override dispose(): void {
    this.#open.release();
  }
}

export class PipeWriter extends FileOutput {
  readonly #open: OpenFile;

  constructor(open: OpenFile) {
    super(null, open.held);
    this.#open = open.retain();
  }

  override dispose(): void {
    super.dispose();
    this.#open.release();
  }
}
