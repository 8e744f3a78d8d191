/** fd_*: what is done to an open descriptor as such (its content is in io.ts, its metadata in filestat.ts). */
import { openFlags } from '../../native/data.ts';
import { errno } from '../kernel/errno.ts';
import { address } from '../kernel/memory.ts';
import {
  EBADF,
  EFAULT,
  EINVAL,
  ENAMETOOLONG,
  ENOTCAPABLE,
  ENOTDIR,
  fdflags,
  filetypeOf,
  preopentypes,
  rights as r,
  wasiErrno,
} from './abi.ts';
import { type Context, descriptorWith } from './context.ts';
import { knownRights } from './descriptor.ts';

const fdstatBytes = 24;
const prestatBytes = 8;
const anyFdflags = 0x1f;
const syncFdflags: number = fdflags.DSYNC | fdflags.RSYNC | fdflags.SYNC;

export interface FdFunctions {
  fd_close(fd: number): number;
  fd_datasync(fd: number): number;
  fd_fdstat_get(fd: number, stat: number): number;
  fd_fdstat_set_flags(fd: number, flags: number): number;
  fd_fdstat_set_rights(fd: number, base: bigint, inheriting: bigint): number;
  fd_prestat_get(fd: number, prestat: number): number;
  fd_prestat_dir_name(fd: number, path: number, length: number): number;
  fd_renumber(fd: number, to: number): number;
  fd_sync(fd: number): number;
}

export function fdFunctions(context: Context): FdFunctions {
  const { memory, descriptors } = context;

  function sync(fd: number, right: number): number {
    const descriptor = descriptorWith(context, fd, right);
    return wasiErrno(typeof descriptor === 'number' ? descriptor : descriptor.file.sync());
  }

  return {
    fd_close(fd) {
      const descriptor = descriptors.remove(fd >>> 0);
      return descriptor === undefined ? EBADF : wasiErrno(descriptor.file.close());
    },

    fd_datasync: (fd) => sync(fd, r.FD_DATASYNC),

    fd_fdstat_get(fd, stat) {
      const at = address(stat);
      if (!memory.has(at, fdstatBytes)) return EFAULT;
      const descriptor = descriptors.get(fd >>> 0);
      if (descriptor === undefined) return EBADF;
      memory.bytes(at, fdstatBytes).fill(0);
      memory.setU8(at, filetypeOf(descriptor.file.kind));
      memory.setU16(at + 2, descriptor.fdflags);
      memory.setU64(at + 8, BigInt(descriptor.rights));
      memory.setU64(at + 16, BigInt(descriptor.inheriting));
      return 0;
    },

    fd_fdstat_set_flags(fd, flags) {
      const wanted = flags >>> 0;
      if (wanted > anyFdflags) return EINVAL;
      const descriptor = descriptorWith(context, fd, r.FD_FDSTAT_SET_FLAGS);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      // Linux ignores these after open(2); a guest that counts on them must know.
      if ((wanted ^ descriptor.fdflags) & syncFdflags) return wasiErrno(-errno.EOPNOTSUPP);
      const append = wanted & fdflags.APPEND ? openFlags.append : 0;
      const nonblock = wanted & fdflags.NONBLOCK ? openFlags.nonblock : 0;
      const result = descriptor.file.setStatusFlags(append | nonblock);
      if (result >= 0) descriptor.fdflags = wanted;
      return wasiErrno(result);
    },

    fd_fdstat_set_rights(fd, base, inheriting) {
      const descriptor = descriptors.get(fd >>> 0);
      if (descriptor === undefined) return EBADF;
      const has = BigInt.asUintN(64, base) & ~BigInt(descriptor.rights);
      const inherits = BigInt.asUintN(64, inheriting) & ~BigInt(descriptor.inheriting);
      if (has !== 0n || inherits !== 0n) return ENOTCAPABLE;
      descriptor.dropped |= descriptor.rights & ~knownRights(base);
      descriptor.rights = knownRights(base);
      descriptor.inheriting = knownRights(inheriting);
      return 0;
    },

    fd_prestat_get(fd, prestat) {
      const at = address(prestat);
      if (!memory.has(at, prestatBytes)) return EFAULT;
      // EBADF also for what is open but no preopen: C libraries count up from 3 until they see it.
      const preopen = descriptors.get(fd >>> 0)?.preopen ?? null;
      if (preopen === null) return EBADF;
      const isListener = preopen === 'listener';
      memory.bytes(at, prestatBytes).fill(0);
      memory.setU8(at, isListener ? preopentypes.LISTENER : preopentypes.DIR);
      memory.setU32(at + 4, isListener ? 0 : preopen.guestPath.length);
      return 0;
    },

    fd_prestat_dir_name(fd, path, length) {
      const preopen = descriptors.get(fd >>> 0)?.preopen ?? null;
      if (preopen === null) return EBADF;
      if (preopen === 'listener') return ENOTDIR;
      const { guestPath } = preopen;
      if (address(length) < guestPath.length) return ENAMETOOLONG;
      const at = address(path);
      if (!memory.has(at, guestPath.length)) return EFAULT;
      memory.bytes(at, guestPath.length).set(guestPath);
      return 0;
    },

    fd_renumber(fd, to) {
      const [from, target] = [fd >>> 0, to >>> 0];
      // Only onto an open number: a guest can't make holes that nothing it knows would fill.
      if (descriptors.get(from) === undefined || descriptors.get(target) === undefined) return EBADF;
      if (from === target) return 0;
      return wasiErrno(descriptors.move(from, target)?.file.close() ?? 0);
    },

    fd_sync: (fd) => sync(fd, r.FD_SYNC),
  };
}
