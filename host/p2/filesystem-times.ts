/** wasi:filesystem/types' new-timestamp. */
import { timeFlags } from '../../native/data.ts';
import { errno } from '../kernel/errno.ts';
import type { Times } from '../kernel/file.ts';
import { trap } from './lower.ts';

/** As a new-timestamp crosses: case, seconds, nanoseconds. */
type NewTimestamp = readonly [kind: number, seconds: bigint, nanoseconds: number];

const kinds = { noChange: 0, now: 1, timestamp: 2 } as const;
const nsPerSecond = 1_000_000_000n;

/** What the data plane takes, or −EOVERFLOW for a time after 2554: nanoseconds have 64 bits. */
export function timesOf(access: NewTimestamp, modification: NewTimestamp): Times | number {
  const accessNs = nanosecondsOf(access);
  const modificationNs = nanosecondsOf(modification);
  if (accessNs === null || modificationNs === null) return -errno.EOVERFLOW;
  const flags =
    flagOf(access, timeFlags.access, timeFlags.accessNow) |
    flagOf(modification, timeFlags.modification, timeFlags.modificationNow);
  return { access: accessNs, modification: modificationNs, flags };
}

function flagOf([kind]: NewTimestamp, given: number, now: number): number {
  return kind === kinds.timestamp ? given : kind === kinds.now ? now : 0;
}

/** More nanoseconds than a second has are carried, as in wasmtime. */
function nanosecondsOf([kind, seconds, nanoseconds]: NewTimestamp): bigint | null {
  if (kind >>> 0 > kinds.timestamp) trap('invalid variant discriminant of a new-timestamp');
  if (kind !== kinds.timestamp) return 0n;
  const ns = BigInt.asUintN(64, seconds) * nsPerSecond + BigInt(nanoseconds >>> 0);
  return ns === BigInt.asUintN(64, ns) ? ns : null;
}
