/** wasi:io/streams: output-stream.splice and blocking-splice, through a buffer of ours. */
import { errno } from '../kernel/errno.ts';
import type { IoStreams } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { transferLength } from './io-streams-input.ts';
import { waitForPermit } from './io-streams-output.ts';
import type { Lower } from './lower.ts';
import { InputStream, OutputStream } from './stream.ts';
import { storeStreamError } from './stream-error.ts';

type SpliceFunctions = Pick<IoStreams, '[method]output-stream.splice' | '[method]output-stream.blocking-splice'>;

export function spliceFunctions(context: Context): SpliceFunctions {
  const { resources, scratch } = context;

  /** Bytes moved, or −errno; −EPIPE: one of them is closed. */
  function move(to: OutputStream, from: InputStream, wanted: bigint, wait: boolean): number {
    if (to.isClosed || from.isClosed) return -errno.EPIPE;
    const permit = wait ? waitForPermit(context, to) : to.checkWrite();
    to.permit = 0;
    if (permit < 0) {
      to.isClosed = true;
      return permit;
    }
    const length = transferLength(wanted, Math.min(permit, scratch.byteLength));
    if (length === 0) return 0;
    const count = from.read(scratch, 0, length, wait);
    if (count === -errno.EAGAIN) return 0;
    if (count <= 0) {
      from.isClosed = true;
      return count === 0 ? -errno.EPIPE : count;
    }
    const written = to.write(scratch, 0, count);
    if (written < 0) to.isClosed = true;
    return written < 0 ? written : count;
  }

  function splice(wait: boolean) {
    return (lower: Lower<'error' | 'input-stream' | 'output-stream'>) =>
      (self: number, source: number, wanted: bigint, result: number) => {
        const { memory, tables } = lower;
        const at = returnPointer(lower, result, 16, 8);
        const to = resources.get(tables['output-stream'], self, OutputStream);
        const from = resources.get(tables['input-stream'], source, InputStream);
        const moved = move(to, from, wanted, wait);
        memory.setU8(at, moved < 0 ? 1 : 0);
        if (moved >= 0) return memory.setU64(at + 8, BigInt(moved));
        return storeStreamError(context, tables.error, at + 8, {
          memory,
          error: (to.isClosed ? to : from).failureOf(moved),
        });
      };
  }

  return {
    '[method]output-stream.splice': splice(false),
    '[method]output-stream.blocking-splice': splice(true),
  };
}
