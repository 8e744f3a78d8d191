/** fd_read, fd_write and their kin: an open descriptor's content. The addon reads the iovecs. */
import { address } from '../kernel/memory.ts';
import { EFAULT, EINVAL, rights as r, wasiErrno } from './abi.ts';
import { type Context, descriptorWith } from './context.ts';

/** NORMAL, SEQUENTIAL, RANDOM, WILLNEED, DONTNEED, NOREUSE. */
const lastAdvice = 5;
/** Linux's lseek(2) numbers, by the ABI's. */
export const linuxWhence = [0, 1, 2] as const;
/** wasi_unstable: CUR, END, SET. */
export const linuxWhenceUnstable = [1, 2, 0] as const;
const SEEK_CUR = 1;

export interface IoFunctions {
  fd_advise(fd: number, offset: bigint, length: bigint, advice: number): number;
  fd_allocate(fd: number, offset: bigint, length: bigint): number;
  fd_pread(fd: number, iovs: number, count: number, offset: bigint, read: number): number;
  fd_pwrite(fd: number, iovs: number, count: number, offset: bigint, written: number): number;
  fd_read(fd: number, iovs: number, count: number, read: number): number;
  fd_readdir(fd: number, buffer: number, length: number, cookie: bigint, used: number): number;
  fd_seek(fd: number, offset: bigint, whence: number, result: number): number;
  fd_tell(fd: number, result: number): number;
  fd_write(fd: number, iovs: number, count: number, written: number): number;
}

export function ioFunctions(context: Context, whences: readonly number[]): IoFunctions {
  const { memory } = context;

  /** A count becomes the guest's, an error its errno. The place was checked before. */
  function counted(result: number, at: number): number {
    if (result < 0) return wasiErrno(result);
    memory.setU32(at, result);
    return 0;
  }

  return {
    fd_advise(fd, offset, length, advice) {
      if (advice >>> 0 > lastAdvice || offset < 0n || length < 0n) return EINVAL;
      const descriptor = descriptorWith(context, fd, r.FD_ADVISE);
      // Taken note of: advice changes no result, and fadvise64(2) would be one more call in the filter.
      return typeof descriptor === 'number' ? wasiErrno(descriptor) : 0;
    },

    fd_allocate(fd, offset, length) {
      const descriptor = descriptorWith(context, fd, r.FD_ALLOCATE);
      return wasiErrno(typeof descriptor === 'number' ? descriptor : descriptor.file.allocate(offset, length));
    },

    fd_pread(fd, iovs, count, offset, read) {
      const at = address(read);
      if (!memory.has(at, 4)) return EFAULT;
      const descriptor = descriptorWith(context, fd, r.FD_READ | r.FD_SEEK);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      return counted(descriptor.file.preadv(memory.buffer, address(iovs), address(count), offset), at);
    },

    fd_pwrite(fd, iovs, count, offset, written) {
      const at = address(written);
      if (!memory.has(at, 4)) return EFAULT;
      const descriptor = descriptorWith(context, fd, r.FD_WRITE | r.FD_SEEK);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      return counted(descriptor.file.pwritev(memory.buffer, address(iovs), address(count), offset), at);
    },

    fd_read(fd, iovs, count, read) {
      const at = address(read);
      if (!memory.has(at, 4)) return EFAULT;
      const descriptor = descriptorWith(context, fd, r.FD_READ);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      return counted(descriptor.file.readv(memory.buffer, address(iovs), address(count)), at);
    },

    fd_readdir(fd, buffer, length, cookie, used) {
      const at = address(used);
      if (!memory.has(at, 4)) return EFAULT;
      const descriptor = descriptorWith(context, fd, r.FD_READDIR);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      return counted(descriptor.file.readDirectory(memory.buffer, address(buffer), address(length), cookie), at);
    },

    fd_seek(fd, offset, whence, result) {
      const linux = whences[whence >>> 0];
      if (linux === undefined) return EINVAL;
      // Asking where it is takes less than moving it.
      const right = linux === SEEK_CUR && offset === 0n ? r.FD_TELL : r.FD_SEEK;
      const descriptor = descriptorWith(context, fd, right);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      return wasiErrno(descriptor.file.lseek(offset, linux, memory.buffer, address(result)));
    },

    fd_tell(fd, result) {
      const descriptor = descriptorWith(context, fd, r.FD_TELL);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      return wasiErrno(descriptor.file.lseek(0n, SEEK_CUR, memory.buffer, address(result)));
    },

    fd_write(fd, iovs, count, written) {
      const at = address(written);
      if (!memory.has(at, 4)) return EFAULT;
      const descriptor = descriptorWith(context, fd, r.FD_WRITE);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      return counted(descriptor.file.writev(memory.buffer, address(iovs), address(count)), at);
    },
  };
}
