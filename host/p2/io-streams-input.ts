/** wasi:io/streams: input-stream. */
import { errno } from '../kernel/errno.ts';
import type { IoStreams } from './abi.generated.ts';
import { returnPointer, storeBytes } from './canonical.ts';
import type { Context } from './context.ts';
import type { Lower } from './lower.ts';
import { Pollable } from './pollable.ts';
import { InputStream } from './stream.ts';
import { storeStreamError } from './stream-error.ts';

type InputFunctions = Pick<
  IoStreams,
  Extract<keyof IoStreams, `[method]input-stream.${string}`> | '[resource-drop]input-stream'
>;

type InputLower = Lower<'error' | 'input-stream'>;

/** `len` of a guest, as far as one call goes. Attack: a read of 2^63 bytes. */
export function transferLength(length: bigint, most: number): number {
  const wanted = Number(BigInt.asUintN(64, length));
  return Math.min(wanted, most);
}

/** Below, a copy is as fast. */
const minDirectBytes = 4096;
/** Of one read. */
const maxDirectBytes: number = 1 << 20;

const nothing = new Uint8Array(0);

export function inputFunctions(context: Context): InputFunctions {
  const { resources, scratch } = context;

  function fail(lower: InputLower, stream: InputStream, at: number, payload: number, result: number): void {
    stream.isClosed = true;
    lower.memory.setU8(at, 1);
    const error = result === 0 ? null : stream.failureOf(result);
    storeStreamError(context, lower.tables.error, at + payload, { memory: lower.memory, error });
  }

  /** result<list<u8>, stream-error>: the list at +4, or the error. */
  function read(wait: boolean) {
    return (lower: InputLower) => (self: number, wanted: bigint, result: number) => {
      const at = returnPointer(lower, result, 12, 4);
      const stream = resources.get(lower.tables['input-stream'], self, InputStream);
      if (stream.isClosed) return fail(lower, stream, at, 4, 0);
      const length = transferLength(wanted, maxDirectBytes);
      const expected = length < minDirectBytes ? 0 : stream.expected(length);
      // Of a zero-length read only closing is told.
      const count =
        length === 0
          ? -errno.EAGAIN
          : expected < minDirectBytes
            ? readCopied(lower, at + 4, stream, length, wait)
            : readDirect(lower, at + 4, stream, expected);
      if (count <= 0 && count !== -errno.EAGAIN) return fail(lower, stream, at, 4, count);
      if (count <= 0) storeBytes(lower, at + 4, nothing);
      return lower.memory.setU8(at, 0);
    };
  }

  /**
   * Through a buffer of ours: memory of the guest's would have to be set aside before anyone knows how much there is,
   * and adapters of WASI 0.1 neither cut it nor take it back.
   */
  function readCopied(lower: InputLower, list: number, stream: InputStream, length: number, wait: boolean): number {
    const count = stream.read(scratch, 0, Math.min(length, scratch.byteLength), wait);
    if (count > 0) storeBytes(lower, list, new Uint8Array(scratch, 0, count));
    return count;
  }

  /** Where the size is known, into the guest's memory. A file that was cut meanwhile leaves some of it unused. */
  function readDirect({ memory, allocate }: InputLower, list: number, stream: InputStream, length: number): number {
    const pointer = allocate(length, 1);
    const count = stream.read(memory.buffer, pointer, length, true);
    memory.setU32(list, pointer);
    memory.setU32(list + 4, Math.max(count, 0));
    return count;
  }

  /** result<u64, stream-error>: the count at +8, or the error. */
  function skip(wait: boolean) {
    return (lower: InputLower) => (self: number, wanted: bigint, result: number) => {
      const at = returnPointer(lower, result, 16, 8);
      const stream = resources.get(lower.tables['input-stream'], self, InputStream);
      const length = transferLength(wanted, scratch.byteLength);
      if (stream.isClosed) return fail(lower, stream, at, 8, 0);
      const count = length === 0 ? -errno.EAGAIN : stream.read(scratch, 0, length, wait);
      if (count <= 0 && count !== -errno.EAGAIN) return fail(lower, stream, at, 8, count);
      lower.memory.setU8(at, 0);
      lower.memory.setU64(at + 8, BigInt(Math.max(count, 0)));
    };
  }

  return {
    '[method]input-stream.read': read(false),
    '[method]input-stream.blocking-read': read(true),
    '[method]input-stream.skip': skip(false),
    '[method]input-stream.blocking-skip': skip(true),
    '[method]input-stream.subscribe':
      ({ tables }) =>
      (self) => {
        const stream = resources.get(tables['input-stream'], self, InputStream);
        return resources.add(
          tables.pollable,
          new Pollable(stream, () => (stream.isClosed ? { kind: 'ready' } : stream.awaited())),
        );
      },
    '[resource-drop]input-stream': (representation) => resources.drop(representation),
  };
}
