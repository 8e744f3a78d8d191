/** wasi:io/streams: input-stream. */
import { errno } from '../kernel/errno.ts';
import type { IoStreams } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import type { Lower } from './lower.ts';
import { Pollable } from './pollable.ts';
import { InputStream, maxTransferBytes } from './stream.ts';
import { failureOf, storeStreamError } from './stream-error.ts';

type InputFunctions = Pick<
  IoStreams,
  Extract<keyof IoStreams, `[method]input-stream.${string}`> | '[resource-drop]input-stream'
>;

type InputLower = Lower<'error' | 'input-stream'>;

/** `len` of a guest, as far as one call goes. */
export function transferLength(length: bigint, most: number = maxTransferBytes): number {
  const unsigned = BigInt.asUintN(64, length);
  return unsigned > BigInt(most) ? most : Number(unsigned);
}

export function inputFunctions(context: Context): InputFunctions {
  const { resources } = context;

  function fail(lower: InputLower, stream: InputStream, at: number, payload: number, result: number): void {
    stream.isClosed = true;
    lower.memory.setU8(at, 1);
    const error = result === 0 ? null : failureOf(result);
    storeStreamError(context, lower.tables.error, at + payload, { memory: lower.memory, error });
  }

  /** result<list<u8>, stream-error>: the list at +4, or the error. */
  function read(wait: boolean) {
    return (lower: InputLower) => {
      const spare = new SpareBuffer(lower);
      return (self: number, wanted: bigint, result: number) => {
        const at = returnPointer(lower, result, 12, 4);
        const stream = resources.get(lower.tables['input-stream'], self, InputStream);
        const length = transferLength(wanted);
        if (stream.isClosed) return fail(lower, stream, at, 4, 0);
        // Of a zero-length read only closing is told.
        const target = length === 0 ? 1 : spare.take(length);
        const count = length === 0 ? 0 : stream.read(lower.memory.buffer, target, length, wait);
        if (length > 0 && count <= 0) {
          spare.keep(target, length);
          if (count !== -errno.EAGAIN) return fail(lower, stream, at, 4, count);
        }
        const bytes = Math.max(count, 0);
        const list = bytes === 0 ? 1 : spare.cut(target, length, bytes);
        lower.memory.setU8(at, 0);
        lower.memory.setU32(at + 4, list);
        lower.memory.setU32(at + 8, bytes);
      };
    };
  }

  /** result<u64, stream-error>: the count at +8, or the error. */
  function skip(wait: boolean) {
    return (lower: InputLower) => (self: number, wanted: bigint, result: number) => {
      const at = returnPointer(lower, result, 16, 8);
      const stream = resources.get(lower.tables['input-stream'], self, InputStream);
      const length = transferLength(wanted, context.scratch.byteLength);
      if (stream.isClosed) return fail(lower, stream, at, 8, 0);
      const count = length === 0 ? -errno.EAGAIN : stream.read(context.scratch, 0, length, wait);
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

/**
 * Guest memory that is read into before anyone knows how much there is: what a read did not fill is cut off, and what
 * one did not use at all serves the next. At most one piece is kept for each import that reads.
 */
class SpareBuffer {
  readonly #lower: Pick<Lower<never>, 'allocate' | 'shrink'>;
  #at = 0;
  #length = 0;

  constructor(lower: Pick<Lower<never>, 'allocate' | 'shrink'>) {
    this.#lower = lower;
  }

  take(length: number): number {
    if (this.#length === 0) return this.#lower.allocate(length, 1);
    const at = this.#length === length ? this.#at : this.#lower.shrink(this.#at, this.#length, 1, length);
    this.#length = 0;
    return at;
  }

  keep(at: number, length: number): void {
    this.#at = at;
    this.#length = length;
  }

  cut(at: number, length: number, used: number): number {
    return used === length ? at : this.#lower.shrink(at, length, 1, used);
  }
}
