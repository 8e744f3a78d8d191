/** wasi:filesystem/types: changes to the tree, and links. Opening is in filesystem-open.ts. */
import { errno } from '../kernel/errno.ts';
import type { File, PathArgument } from '../kernel/file.ts';
import type { FilesystemTypes } from './abi.generated.ts';
import { isUtf8, returnPointer, storeBytes } from './canonical.ts';
import type { Context } from './context.ts';
import { openFileOf } from './filesystem-descriptor.ts';
import { storeOutcome } from './filesystem-error-code.ts';
import { beneath, between, maxPathBytes, pathArgument, symlinkFollow } from './filesystem-path.ts';
import type { Lower } from './lower.ts';

type TreeFunctions = Pick<
  FilesystemTypes,
  `[method]descriptor.${
    | 'create-directory-at'
    | 'remove-directory-at'
    | 'unlink-file-at'
    | 'rename-at'
    | 'link-at'
    | 'symlink-at'
    | 'readlink-at'}`
>;

const slash = 0x2f;

export function treeFunctions({ resources, scratch }: Context): TreeFunctions {
  /** Functions of one path: result<_, error-code>. */
  const onPath =
    (act: (directory: File, path: PathArgument) => number) =>
    (lower: Lower<'descriptor'>) =>
    (self: number, pointer: number, length: number, result: number): void => {
      const at = returnPointer(lower, result, 2, 1);
      const open = openFileOf(resources, lower.tables, self);
      const path = pathArgument(lower, pointer, length);
      storeOutcome(
        lower.memory,
        at,
        1,
        beneath(lower, open, path, (directory) => act(directory, path)),
      );
    };

  /** The bytes of a link's target are in the scratch buffer, at `maxPathBytes`; their number, or −errno. */
  function readTarget(directory: File, { memory, at, length }: PathArgument): number {
    if (length >= maxPathBytes) return -errno.ENAMETOOLONG;
    new Uint8Array(scratch).set(new Uint8Array(memory, at, length));
    const path = { memory: scratch, at: 0, length };
    const count = directory.readLink(path, maxPathBytes, maxPathBytes);
    if (count < 0) return count;
    const target = new Uint8Array(scratch, maxPathBytes, count);
    if (target[0] === slash) return -errno.EPERM;
    return isUtf8(target) ? count : -errno.EILSEQ;
  }

  return {
    '[method]descriptor.create-directory-at': onPath((directory, path) => directory.makeDirectory(path)),
    '[method]descriptor.remove-directory-at': onPath((directory, path) => directory.removeDirectory(path)),
    '[method]descriptor.unlink-file-at': onPath((directory, path) => directory.unlink(path)),

    '[method]descriptor.rename-at': (lower) => (self, pointer, length, to, newPointer, newLength, result) => {
      const at = returnPointer(lower, result, 2, 1);
      const [open, newOpen] = [openFileOf(resources, lower.tables, self), openFileOf(resources, lower.tables, to)];
      const [path, newPath] = [pathArgument(lower, pointer, length), pathArgument(lower, newPointer, newLength)];
      const renamed = between(lower, [open, path], [newOpen, newPath], (from, into) =>
        from.rename(path, into, newPath),
      );
      storeOutcome(lower.memory, at, 1, renamed);
    },

    '[method]descriptor.link-at': (lower) => (self, flags, pointer, length, to, newPointer, newLength, result) => {
      const at = returnPointer(lower, result, 2, 1);
      const [open, newOpen] = [openFileOf(resources, lower.tables, self), openFileOf(resources, lower.tables, to)];
      const [path, newPath] = [pathArgument(lower, pointer, length), pathArgument(lower, newPointer, newLength)];
      const linked = between(lower, [open, path], [newOpen, newPath], (from, into) =>
        // Following would need linkat(2) to resolve the target by itself, without any bounds.
        flags & symlinkFollow ? -errno.EINVAL : from.link(path, into, newPath),
      );
      storeOutcome(lower.memory, at, 1, linked);
    },

    '[method]descriptor.symlink-at': (lower) => (self, pointer, length, newPointer, newLength, result) => {
      const at = returnPointer(lower, result, 2, 1);
      const open = openFileOf(resources, lower.tables, self);
      const [target, path] = [pathArgument(lower, pointer, length), pathArgument(lower, newPointer, newLength)];
      const linked = between(lower, [open, target], [open, path], (directory) => directory.symlink(target, path));
      storeOutcome(lower.memory, at, 1, linked);
    },

    /** result<string>: pointer at +4, length at +8. */
    '[method]descriptor.readlink-at': (lower) => (self, pointer, length, result) => {
      const at = returnPointer(lower, result, 12, 4);
      const open = openFileOf(resources, lower.tables, self);
      const path = pathArgument(lower, pointer, length);
      const count = beneath(lower, open, path, (directory) => readTarget(directory, path));
      if (storeOutcome(lower.memory, at, 4, count)) {
        storeBytes(lower, at + 4, new Uint8Array(scratch, maxPathBytes, count));
      }
    },
  };
}
