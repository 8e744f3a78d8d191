/** Descriptors 0 to 2: shared with the caller, whose flags and position they leave alone. */
import {
  type FileKind,
  fileKinds,
  hasPosition,
  type MemoryBuffer,
  openFlags,
  statBytes,
  statWords,
  type WaitMode,
  waitModes,
} from '../../native/data.ts';
import { errno } from './errno.ts';
import { atomicBytes, File, type Host } from './file.ts';

export class Stdio extends File {
  readonly kind: FileKind;
  #mode: WaitMode = waitModes.sharedBlocking;

  constructor(host: Host, fd: number, kind: FileKind) {
    super(host, fd);
    this.kind = kind;
  }

  override get seekable(): boolean {
    return hasPosition(this.kind);
  }

  override readv(memory: MemoryBuffer, iovs: number, count: number): number {
    return this.countRead(this.host.native.readv(this.fd, memory, iovs, count, this.#mode));
  }

  override writev(memory: MemoryBuffer, iovs: number, count: number): number {
    const limit = this.#outputLimit();
    if (limit <= 0) return this.#refuseOutput();
    // A writable pipe may still not take all of a bigger write at once.
    const atOnce = this.#mode === waitModes.sharedNonblocking && !this.seekable ? atomicBytes : Infinity;
    return this.#countOutput(
      this.host.native.writev(this.fd, memory, iovs, count, this.#mode, Math.min(limit, atOnce)),
    );
  }

  override preadv(memory: MemoryBuffer, iovs: number, count: number, offset: bigint): number {
    return this.countRead(this.host.native.preadv(this.fd, memory, iovs, count, offset));
  }

  override pwritev(memory: MemoryBuffer, iovs: number, count: number, offset: bigint): number {
    const limit = this.#outputLimit();
    if (limit <= 0) return this.#refuseOutput();
    return this.#countOutput(this.host.native.pwritev(this.fd, memory, iovs, count, offset, limit));
  }

  override read(memory: MemoryBuffer, at: number, length: number, now: boolean): number {
    const mode = now && this.#canWait ? waitModes.sharedNonblocking : waitModes.sharedBlocking;
    return this.countRead(this.host.native.read(this.fd, memory, at, length, mode));
  }

  override write(memory: MemoryBuffer, at: number, length: number, now: boolean): number {
    const limit = this.#outputLimit();
    if (limit <= 0 && length > 0) return this.#refuseOutput();
    const waits = !now || !this.#canWait;
    // A writable pipe may still not take all of a bigger write at once.
    const most = Math.min(length, limit, waits ? Infinity : atomicBytes);
    const mode = waits ? waitModes.sharedBlocking : waitModes.sharedNonblocking;
    return this.#countOutput(this.host.native.write(this.fd, memory, at, most, mode));
  }

  override lseek(offset: bigint, whence: number, memory: MemoryBuffer, result: number): number {
    this.host.uses?.streamCalls.add('seek');
    if (this.#isFile) return this.host.native.lseek(this.fd, offset, whence, memory, result);
    if (!this.seekable) return -errno.ESPIPE;
    // /dev/null and its like stay where they are.
    if (!(result + 8 <= memory.byteLength)) return -errno.EFAULT;
    new DataView(memory).setBigUint64(result, 0n, true);
    return 0;
  }

  override sync(): number {
    this.host.uses?.streamCalls.add('sync');
    // Pipes and terminals have nothing to sync: Linux says so with EINVAL.
    return this.#isFile ? this.host.native.sync(this.fd) : -errno.EINVAL;
  }

  /** Only files have more to tell. */
  override stat(out: MemoryBuffer, at: number): number {
    this.host.uses?.streamCalls.add('stat');
    if (this.#isFile) return super.stat(out, at);
    if (!(at + statBytes <= out.byteLength)) return -errno.EFAULT;
    const words = new BigUint64Array(statBytes / 8);
    words[statWords.kind] = BigInt(this.kind === fileKinds.terminal ? fileKinds.characterDevice : this.kind);
    words[statWords.links] = 1n;
    new Uint8Array(out, at, statBytes).set(new Uint8Array(words.buffer));
    return 0;
  }

  /** Flags would stay behind for the caller, whose shell then reads EAGAIN: O_NONBLOCK is acted out instead. */
  override setStatusFlags(flags: number): number {
    if (flags & openFlags.append) return -errno.EOPNOTSUPP;
    this.#mode = flags & openFlags.nonblock ? waitModes.sharedNonblocking : waitModes.sharedBlocking;
    return 0;
  }

  /** The kernel's descriptor stays: the next file opened would take its number, and the engine's messages. */
  override close(): number {
    return 0;
  }

  /** Only with files does the filter have the calls for them. */
  get #isFile(): boolean {
    return this.kind === fileKinds.regularFile || this.kind === fileKinds.blockDevice;
  }

  /** Files and /dev/null are always ready: asking them would be a call more. */
  get #canWait(): boolean {
    return !this.#isFile && this.kind !== fileKinds.characterDevice;
  }

  /** Attack: a guest fills the disk or the log behind the caller's stdout. */
  #outputLimit(): number {
    return this.host.maxOutputBytes - this.host.counters.outputBytes;
  }

  #refuseOutput(): number {
    this.host.counters.calls++;
    this.host.counters.outputTruncated = true;
    return -errno.ENOSPC;
  }

  #countOutput(result: number): number {
    if (result > 0) this.host.counters.outputBytes += result;
    return this.countWritten(result);
  }
}
