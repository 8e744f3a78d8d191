/** wasi:filesystem/types: a file's content, size and durability. */
import { errno } from '../kernel/errno.ts';
import type { FilesystemTypes } from './abi.generated.ts';
import { listRange, returnPointer, storeBytes } from './canonical.ts';
import type { Context } from './context.ts';
import { type OpenFile, openFileOf } from './filesystem-descriptor.ts';
import { storeOutcome } from './filesystem-error-code.ts';
import { transferLength } from './io-streams-input.ts';
import { type Lower, trap } from './lower.ts';

type ContentFunctions = Pick<
  FilesystemTypes,
  `[method]descriptor.${'read' | 'write' | 'advise' | 'set-size' | 'sync' | 'sync-data'}`
>;

const lastAdvice = 5;

export function contentFunctions({ resources, scratch }: Context): ContentFunctions {
  /** fsync(2) does for both, in one call of the filter. */
  const sync = (lower: Lower<'descriptor'>) => (self: number, result: number) => {
    const at = returnPointer(lower, result, 2, 1);
    storeOutcome(lower.memory, at, 1, openFileOf(resources, lower.tables, self).file.sync());
  };

  return {
    /** result<tuple<list<u8>, bool>>: pointer at +4, length at +8, whether this is the end at +12. */
    '[method]descriptor.read': (lower) => (self, wanted, offset, result) => {
      const at = returnPointer(lower, result, 16, 4);
      const open = openFileOf(resources, lower.tables, self);
      const length = transferLength(wanted, scratch.byteLength);
      const count = open.isDirectory ? -errno.EBADF : open.file.pread(scratch, 0, length, offset);
      if (!storeOutcome(lower.memory, at, 4, count)) return;
      storeBytes(lower, at + 4, new Uint8Array(scratch, 0, count));
      lower.memory.setU8(at + 12, count === 0 ? 1 : 0);
    },

    '[method]descriptor.write': (lower) => (self, pointer, length, offset, result) => {
      const at = returnPointer(lower, result, 16, 8);
      const open = openFileOf(resources, lower.tables, self);
      const from = listRange(lower, pointer, length);
      const { memory } = lower;
      const count = open.isDirectory ? -errno.EBADF : open.file.pwrite(memory.buffer, from, length >>> 0, offset);
      if (storeOutcome(memory, at, 8, count)) memory.setU64(at + 8, BigInt(count));
    },

    '[method]descriptor.advise': (lower) => (self, offset, length, advice, result) => {
      const at = returnPointer(lower, result, 2, 1);
      const open = openFileOf(resources, lower.tables, self);
      if (advice >>> 0 > lastAdvice) trap('invalid advice');
      storeOutcome(lower.memory, at, 1, advise(open, offset, length));
    },

    '[method]descriptor.set-size': (lower) => (self, size, result) => {
      const at = returnPointer(lower, result, 2, 1);
      const open = openFileOf(resources, lower.tables, self);
      storeOutcome(lower.memory, at, 1, open.isDirectory ? -errno.EBADF : open.file.setSize(size));
    },

    '[method]descriptor.sync': sync,
    '[method]descriptor.sync-data': sync,
  };
}

/** Taken note of: advice changes no result, and fadvise64(2) would be one more call in the filter. */
function advise(open: OpenFile, offset: bigint, length: bigint): number {
  if (open.isDirectory) return -errno.EBADF;
  if (!open.file.seekable) return -errno.ESPIPE;
  return offset < 0n || length < 0n ? -errno.EINVAL : 0;
}
