/** fd_filestat_*, path_filestat_*: metadata, in the layout of either ABI. */
import { statWords } from '../../native/data.ts';
import type { File } from '../kernel/file.ts';
import { address } from '../kernel/memory.ts';
import { EFAULT, EINVAL, lookupflags, rights as r, wasiErrno } from './abi.ts';
import { type Context, descriptorWith } from './context.ts';

export interface FilestatLayout {
  bytes: number;
  /** Copies the stat record (data.ts) in scratch to the guest; null: the record itself is the layout. */
  store: ((context: Context, at: number) => void) | null;
}

/** The addon's records have this layout. */
export const filestatLayout: FilestatLayout = { bytes: 64, store: null };

/** wasi_unstable: the number of links takes 32 bits, right behind the type. */
export const filestatLayoutUnstable: FilestatLayout = {
  bytes: 56,
  store({ memory, scratch }, at) {
    const word = (index: number): bigint => scratch[index] ?? 0n;
    memory.bytes(at, 56).fill(0);
    memory.setU64(at, word(statWords.device));
    memory.setU64(at + 8, word(statWords.inode));
    memory.setU8(at + 16, Number(word(statWords.kind)));
    memory.setU32(at + 20, Number(BigInt.asUintN(32, word(statWords.links))));
    memory.setU64(at + 24, word(statWords.size));
    memory.setU64(at + 32, word(statWords.access));
    memory.setU64(at + 40, word(statWords.modification));
    memory.setU64(at + 48, word(statWords.change));
  },
};

const anyFstflags = 0xf;

export interface FilestatFunctions {
  fd_filestat_get(fd: number, stat: number): number;
  fd_filestat_set_size(fd: number, size: bigint): number;
  fd_filestat_set_times(fd: number, access: bigint, modification: bigint, flags: number): number;
  path_filestat_get(fd: number, flags: number, path: number, length: number, stat: number): number;
  path_filestat_set_times(
    fd: number,
    flags: number,
    path: number,
    length: number,
    access: bigint,
    modification: bigint,
    fstflags: number,
  ): number;
}

export function filestatFunctions(context: Context, layout: FilestatLayout): FilestatFunctions {
  const { memory, scratch } = context;

  /** `stat` writes a record where it is told to. */
  function storeFilestat(file: File, at: number, stat: (file: File, out: ArrayBuffer, at: number) => number): number {
    const direct = layout.store === null;
    const result = stat(file, (direct ? memory.buffer : scratch.buffer) as ArrayBuffer, direct ? at : 0);
    if (result >= 0) layout.store?.(context, at);
    return wasiErrno(result);
  }

  return {
    fd_filestat_get(fd, stat) {
      const at = address(stat);
      if (!memory.has(at, layout.bytes)) return EFAULT;
      const descriptor = descriptorWith(context, fd, r.FD_FILESTAT_GET);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      return storeFilestat(descriptor.file, at, (file, out, outAt) => file.stat(out, outAt));
    },

    fd_filestat_set_size(fd, size) {
      const descriptor = descriptorWith(context, fd, r.FD_FILESTAT_SET_SIZE);
      return wasiErrno(typeof descriptor === 'number' ? descriptor : descriptor.file.setSize(size));
    },

    fd_filestat_set_times(fd, access, modification, flags) {
      if (flags >>> 0 > anyFstflags) return EINVAL;
      const descriptor = descriptorWith(context, fd, r.FD_FILESTAT_SET_TIMES);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      return wasiErrno(descriptor.file.setTimes({ access, modification, flags }));
    },

    path_filestat_get(fd, flags, path, length, stat) {
      const at = address(stat);
      if (!memory.has(at, layout.bytes)) return EFAULT;
      if (flags >>> 0 > lookupflags.SYMLINK_FOLLOW) return EINVAL;
      const descriptor = descriptorWith(context, fd, r.PATH_FILESTAT_GET);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      const argument = { memory: memory.buffer, at: address(path), length: address(length) };
      const follow = flags === lookupflags.SYMLINK_FOLLOW;
      return storeFilestat(descriptor.file, at, (file, out, outAt) => file.statAt(argument, follow, out, outAt));
    },

    path_filestat_set_times(fd, flags, path, length, access, modification, fstflags) {
      if (flags >>> 0 > lookupflags.SYMLINK_FOLLOW || fstflags >>> 0 > anyFstflags) return EINVAL;
      const descriptor = descriptorWith(context, fd, r.PATH_FILESTAT_SET_TIMES);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      const argument = { memory: memory.buffer, at: address(path), length: address(length) };
      const times = { access, modification, flags: fstflags };
      return wasiErrno(descriptor.file.setTimesAt(argument, flags === lookupflags.SYMLINK_FOLLOW, times));
    },
  };
}
