/** What a descriptor stands for. The base class refuses everything: a kind of file overrides what it can do. */
import type { DataPlane, FileKind, MemoryBuffer } from '../../native/data.ts';
import type { Fd } from '../../native/native.ts';
import type { IoCounters } from '../config.ts';
import { errno } from './errno.ts';
import type { UseRecord } from './uses.ts';

/** What all files of one guest share. */
export interface Host {
  native: DataPlane;
  counters: IoCounters;
  /** Bytes to stdout and stderr together. */
  maxOutputBytes: number;
  /** null: nobody asks what was used. */
  uses: UseRecord | null;
}

/** PIPE_BUF: so much never blocks on a pipe that ppoll(2) calls writable. */
export const atomicBytes = 4096;

/** A path in guest memory. */
export interface PathArgument {
  memory: MemoryBuffer;
  at: number;
  length: number;
}

/** Times as `DataPlane.setTimes` takes them. */
export interface Times {
  access: bigint;
  modification: bigint;
  flags: number;
}

/** Results as in the data plane: a count or −errno. */
export abstract class File {
  abstract readonly kind: FileKind;
  /** The kernel's descriptor. */
  readonly fd: Fd;
  protected readonly host: Host;

  constructor(host: Host, fd: Fd) {
    this.host = host;
    this.fd = fd;
  }

  /** Whether it has a position. */
  get seekable(): boolean {
    return false;
  }

  // Content.

  readv(_memory: MemoryBuffer, _iovs: number, _count: number): number {
    return this.refuseContent();
  }

  writev(_memory: MemoryBuffer, _iovs: number, _count: number): number {
    return this.refuseContent();
  }

  preadv(_memory: MemoryBuffer, _iovs: number, _count: number, _offset: bigint): number {
    return this.refuseContent();
  }

  pwritev(_memory: MemoryBuffer, _iovs: number, _count: number, _offset: bigint): number {
    return this.refuseContent();
  }

  // The same for one buffer. "Now": −EAGAIN instead of waiting, where waiting is possible at all.

  read(_memory: MemoryBuffer, _at: number, _length: number, _now: boolean): number {
    return this.refuseContent();
  }

  write(_memory: MemoryBuffer, _at: number, _length: number, _now: boolean): number {
    return this.refuseContent();
  }

  pread(_memory: MemoryBuffer, _at: number, _length: number, _offset: bigint): number {
    return this.refuseContent();
  }

  pwrite(_memory: MemoryBuffer, _at: number, _length: number, _offset: bigint): number {
    return this.refuseContent();
  }

  /** At the end, wherever that is when it happens: what others append at the same time stays whole. */
  append(_memory: MemoryBuffer, _at: number, _length: number): number {
    return this.refuseContent();
  }

  lseek(_offset: bigint, _whence: number, _memory: MemoryBuffer, _result: number): number {
    return this.refuseContent();
  }

  setSize(_size: bigint): number {
    return this.refuseContent();
  }

  allocate(_offset: bigint, _length: bigint): number {
    return this.refuseContent();
  }

  /** For the data alone, and for the metadata too: fsync(2) does both, and is one call less than with fdatasync(2). */
  sync(): number {
    return -errno.EINVAL;
  }

  // What every descriptor has.

  /** A stat record (data.ts) at `at`. */
  stat(out: MemoryBuffer, at: number): number {
    return this.host.native.stat(this.fd, out, at);
  }

  setTimes(_times: Times): number {
    return -errno.EPERM;
  }

  /** `append` and `nonblock` of openFlags. */
  setStatusFlags(_flags: number): number {
    return -errno.EOPNOTSUPP;
  }

  close(): number {
    return this.host.native.closeFd(this.fd);
  }

  // Directories.

  openAt(_path: PathArgument, _flags: number): File | number {
    return -errno.ENOTDIR;
  }

  statAt(_path: PathArgument, _follow: boolean, _out: MemoryBuffer, _at: number): number {
    return -errno.ENOTDIR;
  }

  setTimesAt(_path: PathArgument, _follow: boolean, _times: Times): number {
    return -errno.ENOTDIR;
  }

  makeDirectory(_path: PathArgument): number {
    return -errno.ENOTDIR;
  }

  removeDirectory(_path: PathArgument): number {
    return -errno.ENOTDIR;
  }

  unlink(_path: PathArgument): number {
    return -errno.ENOTDIR;
  }

  rename(_path: PathArgument, _to: File, _newPath: PathArgument): number {
    return -errno.ENOTDIR;
  }

  link(_path: PathArgument, _to: File, _newPath: PathArgument): number {
    return -errno.ENOTDIR;
  }

  symlink(_target: PathArgument, _path: PathArgument): number {
    return -errno.ENOTDIR;
  }

  readLink(_path: PathArgument, _buffer: number, _length: number): number {
    return -errno.ENOTDIR;
  }

  readDirectory(_memory: MemoryBuffer, _buffer: number, _length: number, _cookie: bigint): number {
    return -errno.ENOTDIR;
  }

  // Sockets.

  accept(_nonblock: boolean): File | number {
    return -errno.ENOTSOCK;
  }

  receive(_memory: MemoryBuffer, _iovs: number, _count: number, _flags: number): number {
    return -errno.ENOTSOCK;
  }

  send(_memory: MemoryBuffer, _iovs: number, _count: number): number {
    return -errno.ENOTSOCK;
  }

  shutdown(_how: number): number {
    return -errno.ENOTSOCK;
  }

  protected refuseContent(): number {
    return -errno.EBADF;
  }

  protected countRead(result: number): number {
    this.host.counters.calls++;
    if (result > 0) this.host.counters.readBytes += result;
    return result;
  }

  protected countWritten(result: number): number {
    this.host.counters.calls++;
    if (result > 0) this.host.counters.writtenBytes += result;
    return result;
  }
}
