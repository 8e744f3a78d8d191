/** Paths as arguments. The addon reads them where they stand in guest memory, and checks them in the same pass. */
import { errno } from '../kernel/errno.ts';
import type { File, PathArgument } from '../kernel/file.ts';
import { listRange, stringArgument } from './canonical.ts';
import type { OpenFile } from './filesystem-descriptor.ts';
import type { Lower } from './lower.ts';

type MemoryLower = Pick<Lower, 'memory'>;

/** The one of the path-flags. Flags beyond those of a type mean nothing (CanonicalABI.md, "load_flags"). */
export const symlinkFollow = 1;

/** PATH_MAX. */
export const maxPathBytes = 4096;

export function pathArgument(lower: MemoryLower, pointer: number, length: number): PathArgument {
  const at = listRange(lower, pointer, length);
  return { memory: lower.memory.buffer, at, length: length >>> 0 };
}

/** `act` on the directory. */
export function beneath(lower: MemoryLower, open: OpenFile, path: PathArgument, act: (file: File) => number): number {
  const result = open.isDirectory ? act(open.file) : -errno.ENOTDIR;
  if (result < 0) checkRefused(lower, path, result);
  return result;
}

/**
 * A string that is not UTF-8 traps. The addon has read it where the call went through or found nothing; where it was
 * refused, somebody else may have done so without a look at the path.
 */
export function checkRefused(lower: MemoryLower, path: PathArgument, result: number): void {
  if (result !== -errno.ENOENT) checkString(lower, path);
}

/** `act` on two directories, with two paths. */
export function between(
  lower: MemoryLower,
  [open, path]: readonly [OpenFile, PathArgument],
  [newOpen, newPath]: readonly [OpenFile, PathArgument],
  act: (file: File, newFile: File) => number,
): number {
  const result = open.isDirectory && newOpen.isDirectory ? act(open.file, newOpen.file) : -errno.ENOTDIR;
  if (result < 0) {
    checkString(lower, path);
    checkString(lower, newPath);
  }
  return result;
}

/** Attack: a path of 4 GiB, decoded. One that is too long is told so, whatever it holds. */
function checkString(lower: MemoryLower, { at, length }: PathArgument): void {
  if (length < maxPathBytes) stringArgument(lower, at, length);
}
