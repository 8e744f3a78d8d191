/** wasi:io/streams: output-stream. */
import type { IoStreams } from './abi.generated.ts';
import { listRange, returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { type Lower, trap } from './lower.ts';
import { Pollable } from './pollable.ts';
import { OutputStream } from './stream.ts';
import { storeStreamError } from './stream-error.ts';

type OutputFunctions = Omit<
  Pick<IoStreams, Extract<keyof IoStreams, `[method]output-stream.${string}`> | '[resource-drop]output-stream'>,
  '[method]output-stream.splice' | '[method]output-stream.blocking-splice'
>;

type OutputLower = Lower<'error' | 'output-stream'>;

/** Of the calls that write all at once and wait: the specification's. */
const maxBlockingBytes = 4096;

/** The next permit, waited for: bytes, or −errno. */
export function waitForPermit(context: Context, stream: OutputStream): number {
  for (;;) {
    const permit = stream.checkWrite();
    if (permit !== 0) return permit;
    context.wait({ awaited: () => stream.awaited() });
  }
}

/** The stream, and where its result goes. */
interface Target {
  lower: OutputLower;
  stream: OutputStream;
  at: number;
}

export function outputFunctions(context: Context): OutputFunctions {
  const { resources } = context;

  /** result<_, stream-error>: the error at +4. −errno closes the stream. */
  function answer({ lower, stream, at }: Target, result: number): void {
    lower.memory.setU8(at, result < 0 ? 1 : 0);
    if (result >= 0) return;
    stream.isClosed = true;
    storeStreamError(context, lower.tables.error, at + 4, { memory: lower.memory, error: stream.failureOf(result) });
  }

  function target(lower: OutputLower, self: number, result: number): Target {
    const at = returnPointer(lower, result, 12, 4);
    return { lower, at, stream: resources.get(lower.tables['output-stream'], self, OutputStream) };
  }

  function answerClosed({ lower, at }: Target): void {
    lower.memory.setU8(at, 1);
    storeStreamError(context, lower.tables.error, at + 4, { memory: lower.memory, error: null });
  }

  /** A write that check-write did not allow is the guest's mistake: it traps. */
  function spend({ stream }: Target, bytes: number): void {
    if (bytes > stream.permit) trap('write exceeded the permit of check-write');
    stream.permit -= bytes;
  }

  function writeAndFlush(of: Target, bytes: number, write: () => number) {
    if (bytes > maxBlockingBytes) trap(`more than ${maxBlockingBytes} bytes written and flushed at once`);
    if (of.stream.isClosed) return answerClosed(of);
    of.stream.permit = 0;
    const permit = waitForPermit(context, of.stream);
    const written = permit < 0 ? permit : write();
    answer(of, written < 0 ? written : of.stream.flush());
  }

  function flush(wait: boolean) {
    return (lower: OutputLower) => (self: number, result: number) => {
      const of = target(lower, self, result);
      if (of.stream.isClosed) return answerClosed(of);
      // What is held back goes out by check-write and at the end; without waiting there is no more to do.
      const pushed = wait ? of.stream.flush() : of.stream.checkWrite();
      of.stream.permit = 0;
      answer(of, Math.min(pushed, 0));
    };
  }

  return {
    '[method]output-stream.check-write': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 16, 8);
      const stream = resources.get(lower.tables['output-stream'], self, OutputStream);
      const permit = stream.isClosed ? -1 : stream.checkWrite();
      lower.memory.setU8(at, permit < 0 ? 1 : 0);
      if (permit >= 0) {
        stream.permit = permit;
        return lower.memory.setU64(at + 8, BigInt(permit));
      }
      const error = stream.isClosed ? null : stream.failureOf(permit);
      stream.isClosed = true;
      return storeStreamError(context, lower.tables.error, at + 8, { memory: lower.memory, error });
    },

    '[method]output-stream.write': (lower) => (self, pointer, length, result) => {
      const of = target(lower, self, result);
      const from = listRange(lower, pointer, length);
      const bytes = length >>> 0;
      if (of.stream.isClosed) return answerClosed(of);
      spend(of, bytes);
      return answer(of, of.stream.write(lower.memory.buffer, from, bytes));
    },

    '[method]output-stream.blocking-write-and-flush': (lower) => (self, pointer, length, result) => {
      const of = target(lower, self, result);
      const from = listRange(lower, pointer, length);
      const bytes = length >>> 0;
      writeAndFlush(of, bytes, () => of.stream.write(lower.memory.buffer, from, bytes));
    },

    '[method]output-stream.flush': flush(false),
    '[method]output-stream.blocking-flush': flush(true),

    '[method]output-stream.write-zeroes': (lower) => (self, length, result) => {
      const of = target(lower, self, result);
      if (of.stream.isClosed) return answerClosed(of);
      const bytes = BigInt.asUintN(64, length);
      spend(of, bytes > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(bytes));
      return answer(of, of.stream.write(new ArrayBuffer(Number(bytes)), 0, Number(bytes)));
    },

    '[method]output-stream.blocking-write-zeroes-and-flush': (lower) => (self, length, result) => {
      const of = target(lower, self, result);
      const bytes = BigInt.asUintN(64, length);
      const count = bytes > BigInt(maxBlockingBytes) ? maxBlockingBytes + 1 : Number(bytes);
      writeAndFlush(of, count, () => of.stream.write(new ArrayBuffer(count), 0, count));
    },

    '[method]output-stream.subscribe':
      ({ tables }) =>
      (self) => {
        const stream = resources.get(tables['output-stream'], self, OutputStream);
        return resources.add(
          tables.pollable,
          new Pollable(stream, () => (stream.isClosed ? { kind: 'ready' } : stream.awaited())),
        );
      },
    '[resource-drop]output-stream': (representation) => resources.drop(representation),
  };
}
