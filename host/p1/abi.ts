/** WASI 0.1's numbers: errno, rights, flags, layouts. Names and values are the specification's. */
import { type FileKind, fileKinds } from '../../native/data.ts';
import { errno } from '../kernel/errno.ts';

/** In the order of the specification: a name's position is its number. */
export const wasiErrnoNames = [
  'SUCCESS',
  'E2BIG',
  'EACCES',
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EAGAIN',
  'EALREADY',
  'EBADF',
  'EBADMSG',
  'EBUSY',
  'ECANCELED',
  'ECHILD',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EDEADLK',
  'EDESTADDRREQ',
  'EDOM',
  'EDQUOT',
  'EEXIST',
  'EFAULT',
  'EFBIG',
  'EHOSTUNREACH',
  'EIDRM',
  'EILSEQ',
  'EINPROGRESS',
  'EINTR',
  'EINVAL',
  'EIO',
  'EISCONN',
  'EISDIR',
  'ELOOP',
  'EMFILE',
  'EMLINK',
  'EMSGSIZE',
  'EMULTIHOP',
  'ENAMETOOLONG',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'ENFILE',
  'ENOBUFS',
  'ENODEV',
  'ENOENT',
  'ENOEXEC',
  'ENOLCK',
  'ENOLINK',
  'ENOMEM',
  'ENOMSG',
  'ENOPROTOOPT',
  'ENOSPC',
  'ENOSYS',
  'ENOTCONN',
  'ENOTDIR',
  'ENOTEMPTY',
  'ENOTRECOVERABLE',
  'ENOTSOCK',
  'ENOTSUP',
  'ENOTTY',
  'ENXIO',
  'EOVERFLOW',
  'EOWNERDEAD',
  'EPERM',
  'EPIPE',
  'EPROTO',
  'EPROTONOSUPPORT',
  'EPROTOTYPE',
  'ERANGE',
  'EROFS',
  'ESPIPE',
  'ESRCH',
  'ESTALE',
  'ETIMEDOUT',
  'ETXTBSY',
  'EXDEV',
  'ENOTCAPABLE',
] as const;
type WasiErrnoName = (typeof wasiErrnoNames)[number];

const numberOf = (name: WasiErrnoName): number => wasiErrnoNames.indexOf(name);

export const EBADF: number = numberOf('EBADF');
export const EFAULT: number = numberOf('EFAULT');
export const EINVAL: number = numberOf('EINVAL');
export const ENOTSUP: number = numberOf('ENOTSUP');
export const ENAMETOOLONG: number = numberOf('ENAMETOOLONG');
export const ENOTCAPABLE: number = numberOf('ENOTCAPABLE');
export const ENOTDIR: number = numberOf('ENOTDIR');
export const EIO: number = numberOf('EIO');
export const EMFILE: number = numberOf('EMFILE');

/** Where Linux has another name for it. */
const renamed: Partial<Record<string, WasiErrnoName>> = { EOPNOTSUPP: 'ENOTSUP' };

/** Linux number → WASI number; what WASI has no number for is EIO. */
const wasiErrnos: readonly number[] = linuxToWasi();

function linuxToWasi(): number[] {
  const table = new Array<number>(errno.ENOTCAPABLE + 1).fill(EIO);
  for (const [name, linux] of Object.entries(errno)) {
    const position = wasiErrnoNames.indexOf((renamed[name] ?? name) as WasiErrnoName);
    if (position >= 0) table[linux] = position;
  }
  return table;
}

/** A result of the kernel (count or −errno) as the errno that the guest gets. */
export function wasiErrno(result: number): number {
  return result >= 0 ? 0 : (wasiErrnos[-result] ?? EIO);
}

export const rights = {
  FD_DATASYNC: 0x1,
  FD_READ: 0x2,
  FD_SEEK: 0x4,
  FD_FDSTAT_SET_FLAGS: 0x8,
  FD_SYNC: 0x10,
  FD_TELL: 0x20,
  FD_WRITE: 0x40,
  FD_ADVISE: 0x80,
  FD_ALLOCATE: 0x100,
  PATH_CREATE_DIRECTORY: 0x200,
  PATH_CREATE_FILE: 0x400,
  PATH_LINK_SOURCE: 0x800,
  PATH_LINK_TARGET: 0x1000,
  PATH_OPEN: 0x2000,
  FD_READDIR: 0x4000,
  PATH_READLINK: 0x8000,
  PATH_RENAME_SOURCE: 0x10000,
  PATH_RENAME_TARGET: 0x20000,
  PATH_FILESTAT_GET: 0x40000,
  PATH_FILESTAT_SET_SIZE: 0x80000,
  PATH_FILESTAT_SET_TIMES: 0x100000,
  FD_FILESTAT_GET: 0x200000,
  FD_FILESTAT_SET_SIZE: 0x400000,
  FD_FILESTAT_SET_TIMES: 0x800000,
  PATH_SYMLINK: 0x1000000,
  PATH_REMOVE_DIRECTORY: 0x2000000,
  PATH_UNLINK_FILE: 0x4000000,
  POLL_FD_READWRITE: 0x8000000,
  SOCK_SHUTDOWN: 0x10000000,
  SOCK_ACCEPT: 0x20000000,
} as const;

/** All 30: a number, not a BigInt, since every call tests one. */
export const allRights = 0x3fffffff;

export const fdflags = { APPEND: 1, DSYNC: 2, NONBLOCK: 4, RSYNC: 8, SYNC: 16 } as const;
export const oflags = { CREAT: 1, DIRECTORY: 2, EXCL: 4, TRUNC: 8 } as const;
export const lookupflags = { SYMLINK_FOLLOW: 1 } as const;
export const fstflags = { ATIM: 1, ATIM_NOW: 2, MTIM: 4, MTIM_NOW: 8 } as const;
export const riflags = { RECV_PEEK: 1, RECV_WAITALL: 2 } as const;
export const roflags = { RECV_DATA_TRUNCATED: 1 } as const;
export const sdflags = { RD: 1, WR: 2 } as const;
export const eventtypes = { CLOCK: 0, FD_READ: 1, FD_WRITE: 2 } as const;
export const eventrwflags = { FD_READWRITE_HANGUP: 1 } as const;
export const subclockflags = { SUBSCRIPTION_CLOCK_ABSTIME: 1 } as const;

/** The kernel's kinds have WASI's numbers, but for the one that WASI doesn't have. */
export function filetypeOf(kind: FileKind): number {
  return kind === fileKinds.terminal ? fileKinds.characterDevice : kind;
}

/** prestat's tags: `dir` is the only one of the specification; C libraries skip what they don't know. */
export const preopentypes = { DIR: 0, LISTENER: 1 } as const;

/** WASI's clocks have Linux's order and start, but not all of its numbers. */
export const clockids = { REALTIME: 0, MONOTONIC: 1, PROCESS_CPUTIME_ID: 2, THREAD_CPUTIME_ID: 3 } as const;
