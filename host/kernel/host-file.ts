/** Files, devices and FIFOs opened beneath a directory. */
import { type FileKind, hasPosition, type MemoryBuffer, openFlags, waitModes } from '../../native/data.ts';
import { errno } from './errno.ts';
import { atomicBytes, File, type Host, type Times } from './file.ts';
import type { Grant } from './uses.ts';

export interface HostFileOptions {
  fd: number;
  kind: FileKind;
  /** Opened beneath a read-only directory. */
  readOnly: boolean;
  /** The directory that it came from, as far as anyone asks. */
  grant: Grant | null;
}

export class HostFile extends File {
  readonly kind: FileKind;
  readonly #readOnly: boolean;
  readonly #grant: Grant | null;
  /** O_APPEND is set because `append` needs it. */
  #isAppending = false;

  constructor(host: Host, { fd, kind, readOnly, grant }: HostFileOptions) {
    super(host, fd);
    this.kind = kind;
    this.#grant = grant;
    this.#readOnly = readOnly;
  }

  override get seekable(): boolean {
    return hasPosition(this.kind);
  }

  override readv(memory: MemoryBuffer, iovs: number, count: number): number {
    return this.countRead(this.host.native.readv(this.fd, memory, iovs, count, waitModes.own));
  }

  override writev(memory: MemoryBuffer, iovs: number, count: number): number {
    return this.countWritten(this.host.native.writev(this.fd, memory, iovs, count, waitModes.own, Infinity));
  }

  override preadv(memory: MemoryBuffer, iovs: number, count: number, offset: bigint): number {
    return this.countRead(this.host.native.preadv(this.fd, memory, iovs, count, offset));
  }

  override pwritev(memory: MemoryBuffer, iovs: number, count: number, offset: bigint): number {
    return this.countWritten(this.host.native.pwritev(this.fd, memory, iovs, count, offset, Infinity));
  }

  override read(memory: MemoryBuffer, at: number, length: number, now: boolean): number {
    const mode = now ? waitModes.sharedNonblocking : waitModes.sharedBlocking;
    return this.countRead(this.host.native.read(this.fd, memory, at, length, mode));
  }

  override write(memory: MemoryBuffer, at: number, length: number, now: boolean): number {
    const cleared = this.#setAppending(false);
    if (cleared < 0) return cleared;
    const mode = now ? waitModes.sharedNonblocking : waitModes.sharedBlocking;
    // A writable FIFO may still not take all of a bigger write at once.
    const most = now && !this.seekable ? Math.min(length, atomicBytes) : length;
    return this.countWritten(this.host.native.write(this.fd, memory, at, most, mode));
  }

  override pread(memory: MemoryBuffer, at: number, length: number, offset: bigint): number {
    return this.countRead(this.host.native.pread(this.fd, memory, at, length, offset));
  }

  override pwrite(memory: MemoryBuffer, at: number, length: number, offset: bigint): number {
    // Linux appends with O_APPEND, whatever the offset (pwrite(2), BUGS).
    const cleared = this.#setAppending(false);
    if (cleared < 0) return cleared;
    return this.countWritten(this.host.native.pwrite(this.fd, memory, at, length, offset));
  }

  /**
   * O_APPEND, which stays set until somebody writes elsewhere, and not RWF_APPEND for each write: the filter has
   * the one call already. Nobody else has this open file description.
   */
  override append(memory: MemoryBuffer, at: number, length: number): number {
    const set = this.#setAppending(true);
    if (set < 0) return set;
    return this.countWritten(this.host.native.write(this.fd, memory, at, length, waitModes.own));
  }

  override lseek(offset: bigint, whence: number, memory: MemoryBuffer, result: number): number {
    return this.host.native.lseek(this.fd, offset, whence, memory, result);
  }

  override setSize(size: bigint): number {
    return this.host.native.setSize(this.fd, size);
  }

  override allocate(offset: bigint, length: bigint): number {
    return this.host.native.allocate(this.fd, offset, length);
  }

  override sync(): number {
    return this.host.native.sync(this.fd);
  }

  override setTimes({ access, modification, flags }: Times): number {
    // futimens(2) asks for ownership, not for a writable descriptor: a read-only one would do.
    if (this.#readOnly) return -errno.EROFS;
    this.#grant?.write();
    return this.host.native.setTimes(this.fd, access, modification, flags);
  }

  override setStatusFlags(flags: number): number {
    return this.host.native.setStatusFlags(this.fd, flags);
  }

  #setAppending(isAppending: boolean): number {
    if (this.#isAppending === isAppending) return 0;
    const result = this.setStatusFlags(isAppending ? openFlags.append : 0);
    if (result >= 0) this.#isAppending = isAppending;
    return result;
  }
}
