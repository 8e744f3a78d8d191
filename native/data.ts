/**
 * Data plane of the seam: one crossing per WASI call, no copies. Every call returns a count (0 where there is nothing
 * to count) or −errno, and never throws. −1000 (ENOTCAPABLE) means that a path led out of its directory.
 *
 * `memory` is the guest's buffer and an address in it; addresses are numbers up to 2^53, 64-bit quantities BigInts.
 * Results wider than 32 bits are written to memory, little-endian. Memory is checked before anything is done.
 */
import type { Fd } from './native.ts';

export type MemoryBuffer = ArrayBuffer | SharedArrayBuffer;

/** What a descriptor or directory entry is; a pipe is `unknown`. */
export const fileKinds = {
  unknown: 0,
  blockDevice: 1,
  characterDevice: 2,
  directory: 3,
  regularFile: 4,
  streamSocket: 6,
  symbolicLink: 7,
  /** A character device without a position; stat records and directory entries say `characterDevice`. */
  terminal: 8,
} as const;
export type FileKind = (typeof fileKinds)[keyof typeof fileKinds];

/** Whether lseek(2) means anything there. */
export function hasPosition(kind: FileKind): boolean {
  return kind === fileKinds.regularFile || kind === fileKinds.blockDevice || kind === fileKinds.characterDevice;
}

/** open(2)'s flags, whose numbers differ between machines. */
export const openFlags = {
  read: 0x1,
  write: 0x2,
  create: 0x4,
  exclusive: 0x8,
  truncate: 0x10,
  directory: 0x20,
  noFollow: 0x40,
  append: 0x80,
  nonblock: 0x100,
  dataSync: 0x200,
  sync: 0x400,
  /** O_PATH: no access to the content. */
  path: 0x800,
} as const;

/** How a transfer waits. */
export const waitModes = {
  /** The descriptor's own O_NONBLOCK decides. */
  own: 0,
  /** Shared with the caller: wait, even where the caller set O_NONBLOCK. */
  sharedBlocking: 1,
  /** Shared with the caller: EAGAIN unless ready, without setting O_NONBLOCK. */
  sharedNonblocking: 2,
} as const;
export type WaitMode = (typeof waitModes)[keyof typeof waitModes];

/** `openAt` answers with the descriptor and, above these bits, its kind. */
export const openedFd = { bits: 27, mask: 0x7ffffff } as const;

/** For `setTimes`: which times to give (1, 4) or to take from the clock (2, 8); both is EINVAL. */
export const timeFlags = { access: 1, accessNow: 2, modification: 4, modificationNow: 8 } as const;

/** `stat` records: eight 64-bit words. */
export const statWords = {
  device: 0,
  inode: 1,
  kind: 2,
  links: 3,
  size: 4,
  access: 5,
  modification: 6,
  change: 7,
} as const;
export const statBytes = 64;

/** `receive` adds this to the count when a datagram was cut. */
export const receivedTruncated: number = 2 ** 32;

export interface DataPlane {
  /** Into iovecs ({u32 address, u32 length}) that stand in guest memory; likewise in all calls with `iovs`. */
  readv(fd: Fd, memory: MemoryBuffer, iovs: number, count: number, mode: WaitMode): number;
  /** At most `limit` bytes of what the iovecs describe. */
  writev(fd: Fd, memory: MemoryBuffer, iovs: number, count: number, mode: WaitMode, limit: number): number;
  preadv(fd: Fd, memory: MemoryBuffer, iovs: number, count: number, offset: bigint): number;
  pwritev(fd: Fd, memory: MemoryBuffer, iovs: number, count: number, offset: bigint, limit: number): number;
  /** The same for one buffer, which need not be described in guest memory. */
  read(fd: Fd, memory: MemoryBuffer, at: number, length: number, mode: WaitMode): number;
  write(fd: Fd, memory: MemoryBuffer, at: number, length: number, mode: WaitMode): number;
  pread(fd: Fd, memory: MemoryBuffer, at: number, length: number, offset: bigint): number;
  pwrite(fd: Fd, memory: MemoryBuffer, at: number, length: number, offset: bigint): number;
  /** lseek(2), `whence` in Linux's numbers; the new offset as u64 at `result`. */
  lseek(fd: Fd, offset: bigint, whence: number, memory: MemoryBuffer, result: number): number;

  fileKind(fd: Fd): number;
  /** F_SETFL: `append` and `nonblock` of `openFlags`. */
  setStatusFlags(fd: Fd, flags: number): number;
  /** A stat record at `at`. */
  stat(fd: Fd, out: MemoryBuffer, at: number): number;
  setSize(fd: Fd, size: bigint): number;
  /** fallocate(2): grows where needed, never shrinks. */
  allocate(fd: Fd, offset: bigint, length: bigint): number;
  sync(fd: Fd): number;
  /** Nanoseconds since 1970. */
  setTimes(fd: Fd, access: bigint, modification: bigint, flags: number): number;
  closeFd(fd: Fd): number;

  /** openat2(2) beneath `dir`; see `openedFd`. */
  openAt(dir: Fd, memory: MemoryBuffer, path: number, length: number, flags: number): number;
  /** A readable descriptor of a directory, which may itself be O_PATH. */
  reopenDirectory(dir: Fd): number;
  statAt(
    dir: Fd,
    memory: MemoryBuffer,
    path: number,
    length: number,
    follow: 0 | 1,
    out: MemoryBuffer,
    at: number,
  ): number;
  setTimesAt(
    dir: Fd,
    memory: MemoryBuffer,
    path: number,
    length: number,
    follow: 0 | 1,
    access: bigint,
    modification: bigint,
    flags: number,
  ): number;

  makeDirectory(dir: Fd, memory: MemoryBuffer, path: number, length: number): number;
  unlink(dir: Fd, memory: MemoryBuffer, path: number, length: number, directory: 0 | 1): number;
  rename(
    dir: Fd,
    memory: MemoryBuffer,
    path: number,
    length: number,
    newDir: Fd,
    newPath: number,
    newLength: number,
  ): number;
  /** A hard link; a symbolic link as `path` is linked itself. */
  link(
    dir: Fd,
    memory: MemoryBuffer,
    path: number,
    length: number,
    newDir: Fd,
    newPath: number,
    newLength: number,
  ): number;
  /** ENOTCAPABLE for an absolute target. */
  symlink(memory: MemoryBuffer, target: number, targetLength: number, dir: Fd, path: number, length: number): number;
  readLink(dir: Fd, memory: MemoryBuffer, path: number, length: number, buffer: number, bufferLength: number): number;

  /** WASI 0.1 directory entries from position `cookie` on, the last one cut where the buffer ends. */
  readDirectory(fd: Fd, memory: MemoryBuffer, buffer: number, length: number, cookie: bigint): number;

  accept(fd: Fd, nonblock: 0 | 1): number;
  /** `flags`: 1 peek, 2 wait for all; see `receivedTruncated`. */
  receive(fd: Fd, memory: MemoryBuffer, iovs: number, count: number, flags: number): number;
  send(fd: Fd, memory: MemoryBuffer, iovs: number, count: number): number;
  /** `how` in Linux's numbers. */
  shutdown(fd: Fd, how: number): number;

  /** Nanoseconds as u64 at `result`; `clock` in Linux's numbers. */
  clockTime(clock: number, memory: MemoryBuffer, result: number): number;
  clockResolution(clock: number, memory: MemoryBuffer, result: number): number;
  /** Fills the whole range from the kernel's generator. */
  random(memory: MemoryBuffer, buffer: number, length: number): number;
  /** ppoll(2) over `struct pollfd[]`; a negative timeout waits for ever. */
  poll(pollfds: ArrayBuffer, count: number, timeoutNs: number): number;
}
