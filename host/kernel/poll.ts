/** Waiting for files and time together: one ppoll(2), which takes any mix of them. */
import type { DataPlane } from '../../native/data.ts';
import { fileKinds, statBytes, statWords } from '../../native/data.ts';
import type { File } from './file.ts';

/** Of struct pollfd. */
const POLLIN = 1;
const POLLOUT = 4;
const POLLERR = 8;
const POLLHUP = 16;
const POLLNVAL = 32;
const pollfdBytes = 8;

export interface Interest {
  file: File;
  event: 'read' | 'write';
}

export interface Readiness {
  ready: boolean;
  /** There is something to read. */
  data: boolean;
  /** The other end is gone. */
  hangup: boolean;
  /** No event will ever come from it: the descriptor can't be polled. */
  invalid: boolean;
}

/** Waits until an interest is ready or the time is over; `timeoutNs` below 0: however long it takes. */
export function waitFor(native: DataPlane, interests: readonly Interest[], timeoutNs: number): Readiness[] | number {
  const pollfds = new DataView(new ArrayBuffer(interests.length * pollfdBytes));
  interests.forEach(({ file, event }, i) => {
    pollfds.setInt32(i * pollfdBytes, file.fd, true);
    pollfds.setInt16(i * pollfdBytes + 4, event === 'read' ? POLLIN : POLLOUT, true);
  });
  const result = native.poll(pollfds.buffer, interests.length, timeoutNs);
  if (result < 0) return result;
  return interests.map((_, i) => {
    const events = pollfds.getInt16(i * pollfdBytes + 6, true);
    return {
      ready: events !== 0,
      data: (events & POLLIN) !== 0,
      hangup: (events & (POLLHUP | POLLERR)) !== 0,
      invalid: (events & POLLNVAL) !== 0,
    };
  });
}

const SEEK_CUR = 1;

/**
 * Bytes that can be read without waiting: what is left of a file, otherwise 1.
 * Not FIONREAD: it would let ioctl(2) into the filter for a number that callers only compare with 0.
 */
export function readableBytes(native: DataPlane, { file, event }: Interest, { data }: Readiness): bigint {
  if (event === 'write') return 1n;
  if (file.kind !== fileKinds.regularFile) return data ? 1n : 0n;
  const words = new BigUint64Array(statBytes / 8 + 1);
  const size = native.stat(file.fd, words.buffer, 0) < 0 ? 0n : (words[statWords.size] ?? 0n);
  const offset = native.lseek(file.fd, 0n, SEEK_CUR, words.buffer, statBytes) < 0 ? 0n : (words[statBytes / 8] ?? 0n);
  return size > offset ? size - offset : 0n;
}
