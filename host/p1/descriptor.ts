/** A WASI descriptor: a file of the kernel, with the rights that this number carries. */
import { type FileKind, fileKinds } from '../../native/data.ts';
import { errno } from '../kernel/errno.ts';
import type { File } from '../kernel/file.ts';
import { Stdio } from '../kernel/stdio.ts';
import { allRights, rights as r } from './abi.ts';

/** What only content has. */
const contentRights: number =
  r.FD_READ | r.FD_WRITE | r.FD_SEEK | r.FD_TELL | r.FD_ADVISE | r.FD_ALLOCATE | r.FD_FILESTAT_SET_SIZE;
const positionRights: number = r.FD_SEEK | r.FD_TELL | r.FD_ADVISE | r.FD_ALLOCATE | r.FD_FILESTAT_SET_SIZE;
const directoryRights: number =
  r.PATH_CREATE_DIRECTORY |
  r.PATH_CREATE_FILE |
  r.PATH_LINK_SOURCE |
  r.PATH_LINK_TARGET |
  r.PATH_OPEN |
  r.FD_READDIR |
  r.PATH_READLINK |
  r.PATH_RENAME_SOURCE |
  r.PATH_RENAME_TARGET |
  r.PATH_FILESTAT_GET |
  r.PATH_FILESTAT_SET_SIZE |
  r.PATH_FILESTAT_SET_TIMES |
  r.PATH_SYMLINK |
  r.PATH_REMOVE_DIRECTORY |
  r.PATH_UNLINK_FILE;
const socketRights: number = r.SOCK_SHUTDOWN | r.SOCK_ACCEPT;
const anyFileRights: number =
  r.FD_DATASYNC | r.FD_SYNC | r.FD_FDSTAT_SET_FLAGS | r.FD_FILESTAT_GET | r.FD_FILESTAT_SET_TIMES;

/** The rights that make sense for a file: what is beyond is dropped when it is opened. */
export function applicableRights(file: File): number {
  if (file.kind === fileKinds.directory) return anyFileRights | directoryRights;
  // C libraries take a character device without the rights to seek for a terminal.
  const content = file.seekable ? contentRights : r.FD_READ | r.FD_WRITE;
  return anyFileRights | content | r.POLL_FD_READWRITE;
}

/** What the caller's stdin or stdout may be used for. Not growing it: that would be output that nobody counts. */
export function stdioRights(file: File, direction: number): number {
  const position = file.seekable ? r.FD_SEEK | r.FD_TELL | r.FD_ADVISE : 0;
  const common = r.FD_FDSTAT_SET_FLAGS | r.FD_FILESTAT_GET | r.POLL_FD_READWRITE | r.FD_SYNC | r.FD_DATASYNC;
  return direction | position | common;
}

export const connectionRights: number =
  r.FD_READ | r.FD_WRITE | r.FD_FDSTAT_SET_FLAGS | r.FD_FILESTAT_GET | r.POLL_FD_READWRITE | r.SOCK_SHUTDOWN;
export const listenerRights: number =
  r.SOCK_ACCEPT | r.SOCK_SHUTDOWN | r.FD_READ | r.FD_FDSTAT_SET_FLAGS | r.FD_FILESTAT_GET | r.POLL_FD_READWRITE;

/** How a descriptor came to a guest at its start; null for what it opened. */
export type Preopen = { guestPath: Uint8Array } | 'listener' | null;

export interface DescriptorOptions {
  rights: number;
  inheriting: number;
  fdflags: number;
  preopen: Preopen;
}

export class Descriptor {
  readonly file: File;
  rights: number;
  inheriting: number;
  /** Rights that were here and that the guest gave up. */
  dropped = 0;
  /** As opened or set: Linux reads some of them back as others. */
  fdflags: number;
  readonly preopen: Preopen;

  constructor(file: File, { rights, inheriting, fdflags, preopen }: DescriptorOptions) {
    this.file = file;
    this.rights = rights;
    this.inheriting = inheriting;
    this.fdflags = fdflags;
    this.preopen = preopen;
  }

  /** 0 when all of these are there; otherwise −errno. */
  lacks(wanted: number): number {
    return (this.rights & wanted) === wanted ? 0 : -refusal(this.file, wanted);
  }
}

/** The wrong kind of file is told as POSIX tells it; only a right that could be there is "not capable". */
function refusal(file: File, wanted: number): number {
  const kind: FileKind = file.kind;
  const isDirectory = kind === fileKinds.directory;
  if (isDirectory && wanted & (r.FD_WRITE | r.FD_ALLOCATE)) return errno.EBADF; // it is open for reading
  if (isDirectory && wanted & r.FD_FILESTAT_SET_SIZE) return errno.EINVAL;
  if (isDirectory && wanted & contentRights) return errno.EISDIR;
  if (wanted & directoryRights && !isDirectory) return errno.ENOTDIR;
  // Stdio is no socket for a guest, whatever the caller put there.
  if (wanted & socketRights && (kind !== fileKinds.streamSocket || file instanceof Stdio)) return errno.ENOTSOCK;
  if (wanted & positionRights && !file.seekable) return errno.ESPIPE;
  return errno.ENOTCAPABLE;
}

/** A guest's 64-bit rights: names that WASI doesn't have mean nothing. */
export function knownRights(value: bigint): number {
  return Number(value & BigInt(allRights));
}
