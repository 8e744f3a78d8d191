/** path_*: what is done beneath a directory (metadata is in filestat.ts). The addon reads the paths. */
import { openFlags } from '../../native/data.ts';
import type { File, PathArgument } from '../kernel/file.ts';
import { address } from '../kernel/memory.ts';
import { EFAULT, EINVAL, EMFILE, ENOTCAPABLE, fdflags, lookupflags, oflags, rights as r, wasiErrno } from './abi.ts';
import { type Context, descriptorWith } from './context.ts';
import { applicableRights, Descriptor, knownRights } from './descriptor.ts';

const anyFdflags = 0x1f;
const anyOflags = 0xf;
const readRights: number = r.FD_READ | r.FD_READDIR;

export interface PathFunctions {
  path_create_directory(fd: number, path: number, length: number): number;
  path_link(
    fd: number,
    flags: number,
    path: number,
    length: number,
    newFd: number,
    newPath: number,
    newLength: number,
  ): number;
  path_open(
    fd: number,
    dirflags: number,
    path: number,
    length: number,
    oflags: number,
    base: bigint,
    inheriting: bigint,
    fdflags: number,
    opened: number,
  ): number;
  path_readlink(fd: number, path: number, length: number, buffer: number, bufferLength: number, used: number): number;
  path_remove_directory(fd: number, path: number, length: number): number;
  path_rename(fd: number, path: number, length: number, newFd: number, newPath: number, newLength: number): number;
  path_symlink(target: number, targetLength: number, fd: number, path: number, length: number): number;
  path_unlink_file(fd: number, path: number, length: number): number;
}

export function pathFunctions(context: Context): PathFunctions {
  const { memory, descriptors } = context;

  const pathAt = (at: number, length: number): PathArgument => ({
    memory: memory.buffer,
    at: address(at),
    length: address(length),
  });

  /** `act` on the directory, if the descriptor has the right. */
  function beneath(fd: number, right: number, act: (directory: File) => number): number {
    const descriptor = descriptorWith(context, fd, right);
    return wasiErrno(typeof descriptor === 'number' ? descriptor : act(descriptor.file));
  }

  /** `act` on two directories. */
  function between(
    [from, fromRight]: readonly [number, number],
    [to, toRight]: readonly [number, number],
    act: (from: File, to: File) => number,
  ): number {
    return beneath(from, fromRight, (source) => {
      const target = descriptorWith(context, to, toRight);
      return typeof target === 'number' ? target : act(source, target.file);
    });
  }

  return {
    path_create_directory: (fd, path, length) =>
      beneath(fd, r.PATH_CREATE_DIRECTORY, (directory) => directory.makeDirectory(pathAt(path, length))),

    path_link(fd, flags, path, length, newFd, newPath, newLength) {
      // Following would need linkat(2) to resolve the target by itself, without any bounds.
      if (flags !== 0) return EINVAL;
      return between([fd, r.PATH_LINK_SOURCE], [newFd, r.PATH_LINK_TARGET], (from, to) =>
        from.link(pathAt(path, length), to, pathAt(newPath, newLength)),
      );
    },

    path_open(fd, dirflags, path, length, opening, base, inheriting, flags, opened) {
      const at = address(opened);
      if (!memory.has(at, 4)) return EFAULT;
      if (dirflags >>> 0 > lookupflags.SYMLINK_FOLLOW) return EINVAL;
      if (opening >>> 0 > anyOflags || flags >>> 0 > anyFdflags) return EINVAL;
      // A directory can't be created by opening it; older kernels would make a file instead.
      if (opening & oflags.DIRECTORY && opening & oflags.CREAT) return EINVAL;
      const rights = knownRights(base);
      const inherited = knownRights(inheriting);
      const parent = descriptorWith(context, fd, neededRights(opening));
      if (typeof parent === 'number') return wasiErrno(parent);
      if (opening & oflags.TRUNC && parent.dropped & r.PATH_FILESTAT_SET_SIZE) return ENOTCAPABLE;
      if ((rights | inherited | neededInheriting(opening, flags)) & ~parent.inheriting) return ENOTCAPABLE;
      if (!descriptors.hasRoom()) return EMFILE;
      const file = parent.file.openAt(pathAt(path, length), linuxOpenFlags(opening, dirflags, flags, rights));
      if (typeof file === 'number') return wasiErrno(file);
      const options = { inheriting: inherited, fdflags: flags, preopen: null };
      memory.setU32(at, descriptors.add(new Descriptor(file, { ...options, rights: rights & applicableRights(file) })));
      return 0;
    },

    path_readlink(fd, path, length, buffer, bufferLength, used) {
      const at = address(used);
      if (!memory.has(at, 4)) return EFAULT;
      return beneath(fd, r.PATH_READLINK, (directory) => {
        const size = directory.readLink(pathAt(path, length), address(buffer), address(bufferLength));
        if (size >= 0) memory.setU32(at, size);
        return size;
      });
    },

    path_remove_directory: (fd, path, length) =>
      beneath(fd, r.PATH_REMOVE_DIRECTORY, (directory) => directory.removeDirectory(pathAt(path, length))),

    path_rename: (fd, path, length, newFd, newPath, newLength) =>
      between([fd, r.PATH_RENAME_SOURCE], [newFd, r.PATH_RENAME_TARGET], (from, to) =>
        from.rename(pathAt(path, length), to, pathAt(newPath, newLength)),
      ),

    path_symlink: (target, targetLength, fd, path, length) =>
      beneath(fd, r.PATH_SYMLINK, (directory) => directory.symlink(pathAt(target, targetLength), pathAt(path, length))),

    path_unlink_file: (fd, path, length) =>
      beneath(fd, r.PATH_UNLINK_FILE, (directory) => directory.unlink(pathAt(path, length))),
  };
}

/** On the directory. */
function neededRights(opening: number): number {
  return r.PATH_OPEN | (opening & oflags.CREAT ? r.PATH_CREATE_FILE : 0);
}

/**
 * What it must be able to hand on. Truncating is writing; the specification's PATH_FILESTAT_SET_SIZE may be missing,
 * since Go's library opens its directories without, but not where the guest gave it up.
 */
function neededInheriting(opening: number, flags: number): number {
  const truncate = opening & oflags.TRUNC ? r.FD_WRITE : 0;
  const data = flags & fdflags.DSYNC ? r.FD_DATASYNC : 0;
  const all = flags & (fdflags.SYNC | fdflags.RSYNC) ? r.FD_SYNC : 0;
  return truncate | data | all;
}

function linuxOpenFlags(opening: number, dirflags: number, flags: number, rights: number): number {
  const choose = (chosen: number, flag: number): number => (chosen ? flag : 0);
  return (
    choose(rights & readRights, openFlags.read) |
    // That right alone: C libraries and Go's ask for all the others when they open for reading.
    choose(rights & r.FD_WRITE, openFlags.write) |
    choose(opening & oflags.CREAT, openFlags.create) |
    choose(opening & oflags.EXCL, openFlags.exclusive) |
    choose(opening & oflags.TRUNC, openFlags.truncate) |
    choose(opening & oflags.DIRECTORY, openFlags.directory) |
    choose(dirflags ^ lookupflags.SYMLINK_FOLLOW, openFlags.noFollow) |
    choose(flags & fdflags.APPEND, openFlags.append) |
    choose(flags & fdflags.NONBLOCK, openFlags.nonblock) |
    choose(flags & fdflags.DSYNC, openFlags.dataSync) |
    choose(flags & (fdflags.SYNC | fdflags.RSYNC), openFlags.sync)
  );
}
