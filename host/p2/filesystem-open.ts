/** wasi:filesystem/types: descriptor.open-at, and what is asked of a descriptor's opening. */
import { fileKinds, openFlags } from '../../native/data.ts';
import { errno } from '../kernel/errno.ts';
import type { File, PathArgument } from '../kernel/file.ts';
import type { FilesystemTypes } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { Descriptor, descriptorFlags, OpenFile, openFileOf } from './filesystem-descriptor.ts';
import { storeOutcome } from './filesystem-error-code.ts';
import { checkRefused, pathArgument, symlinkFollow } from './filesystem-path.ts';

type OpenFunctions = Pick<FilesystemTypes, '[method]descriptor.open-at' | '[method]descriptor.get-flags'>;

const opening = { create: 0x1, directory: 0x2, exclusive: 0x4, truncate: 0x8 } as const;
/** All but mutate-directory. */
const anyFileFlags = 0x1f;
const makesFiles: number = opening.create | opening.exclusive | opening.truncate;

export function openFunctions({ resources, files }: Context): OpenFunctions {
  /** A new open file, or −errno. */
  function openAt(
    open: OpenFile,
    path: PathArgument,
    pathFlags: number,
    how: number,
    flags: number,
  ): OpenFile | number {
    if (!open.isDirectory) return -errno.ENOTDIR;
    // A directory can't be created by opening it; older kernels would make a file instead.
    if (how & opening.directory && how & makesFiles) return -errno.EINVAL;
    if (flags & descriptorFlags.mutateDirectory && !open.mayMutate) return -errno.EROFS;
    if (!files.hasRoom()) return -errno.EMFILE;
    const file = open.file.openAt(path, linuxOpenFlags(pathFlags, how, flags));
    if (typeof file === 'number') return file;
    files.add();
    return new OpenFile(file, { flags: flagsOf(file, flags), mayMutate: open.mayMutate, files });
  }

  return {
    /** result<own<descriptor>>: the handle at +4. */
    '[method]descriptor.open-at': (lower) => (self, pathFlags, pointer, length, how, flags, result) => {
      const { memory, tables } = lower;
      const at = returnPointer(lower, result, 8, 4);
      const open = openFileOf(resources, tables, self);
      const path = pathArgument(lower, pointer, length);
      const opened = openAt(open, path, pathFlags, how, flags);
      if (typeof opened === 'number') {
        checkRefused(lower, path, opened);
        storeOutcome(memory, at, 4, opened);
        return;
      }
      memory.setU8(at, 0);
      memory.setU32(at + 4, resources.add(tables.descriptor, new Descriptor(opened)));
    },

    /** result<descriptor-flags>: a byte at +1. */
    '[method]descriptor.get-flags': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 2, 1);
      const { flags } = openFileOf(resources, lower.tables, self);
      lower.memory.setU8(at, 0);
      lower.memory.setU8(at + 1, flags);
    },
  };
}

/** Those that mean something there. What was opened for nothing else is open for reading. */
function flagsOf(file: File, flags: number): number {
  const { read, write, mutateDirectory } = descriptorFlags;
  if (file.kind === fileKinds.directory) return read | (flags & mutateDirectory);
  return (flags & anyFileFlags) | (flags & write ? 0 : read);
}

/**
 * Unlike the WIT has it, but as wasmtime does it, a directory without mutate-directory may still be changed: libraries
 * that were made for WASI 0.1 open theirs without, and change them. What holds is whether the grant is read-only.
 */
function linuxOpenFlags(pathFlags: number, how: number, flags: number): number {
  const choose = (chosen: number, flag: number): number => (chosen ? flag : 0);
  return (
    choose(flags & descriptorFlags.read, openFlags.read) |
    choose(flags & descriptorFlags.write, openFlags.write) |
    choose(how & opening.create, openFlags.create) |
    choose(how & opening.exclusive, openFlags.exclusive) |
    choose(how & opening.truncate, openFlags.truncate) |
    choose(how & opening.directory, openFlags.directory) |
    choose(~pathFlags & symlinkFollow, openFlags.noFollow) |
    choose(flags & descriptorFlags.dataIntegritySync, openFlags.dataSync) |
    choose(flags & (descriptorFlags.fileIntegritySync | descriptorFlags.requestedWriteSync), openFlags.sync)
  );
}
