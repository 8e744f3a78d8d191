/** wasi:filesystem/types: descriptor.read-via-stream, write-via-stream and append-via-stream. */
import { errno } from '../kernel/errno.ts';
import type { FilesystemTypes } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { type OpenFile, openFileOf } from './filesystem-descriptor.ts';
import { storeOutcome } from './filesystem-error-code.ts';
import { FileAppender, FileReader, FileWriter, PipeReader, PipeWriter } from './filesystem-stream.ts';
import type { Lower } from './lower.ts';
import type { OutputStream } from './stream.ts';

type StreamFunctions = Pick<FilesystemTypes, `[method]descriptor.${'read' | 'write' | 'append'}-via-stream`>;

/** Whether the file was opened for it, its first read or write tells, as in wasmtime: programs make streams ahead. */
export function streamFunctions({ resources }: Context): StreamFunctions {
  function output(
    lower: Lower<'output-stream' | 'descriptor'>,
    [self, result]: readonly [number, number],
    make: (open: OpenFile) => OutputStream,
  ): void {
    const { memory, tables } = lower;
    const at = returnPointer(lower, result, 8, 4);
    const open = openFileOf(resources, tables, self);
    if (!storeOutcome(memory, at, 4, open.isDirectory ? -errno.EBADF : 0)) return;
    const stream = open.file.seekable ? make(open) : new PipeWriter(open);
    memory.setU32(at + 4, resources.add(tables['output-stream'], stream));
  }

  return {
    /** result<own<input-stream>>: the handle at +4. */
    '[method]descriptor.read-via-stream': (lower) => (self, offset, result) => {
      const { memory, tables } = lower;
      const at = returnPointer(lower, result, 8, 4);
      const open = openFileOf(resources, tables, self);
      if (!storeOutcome(memory, at, 4, open.isDirectory ? -errno.EISDIR : 0)) return;
      const stream = open.file.seekable ? new FileReader(open, offset) : new PipeReader(open);
      memory.setU32(at + 4, resources.add(tables['input-stream'], stream));
    },

    '[method]descriptor.write-via-stream': (lower) => (self, offset, result) =>
      output(lower, [self, result], (open) => new FileWriter(open, offset)),

    '[method]descriptor.append-via-stream': (lower) => (self, result) =>
      output(lower, [self, result], (open) => new FileAppender(open)),
  };
}
