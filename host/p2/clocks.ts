/** wasi:clocks/monotonic-clock, wall-clock and timezone */
import type { ClocksMonotonicClock, ClocksTimezone, ClocksWallClock } from './abi.generated.ts';
import { returnPointer, storeString } from './canonical.ts';
import type { Context } from './context.ts';
import type { HandleTable, Lower } from './lower.ts';
import { Pollable } from './pollable.ts';

/** Linux's numbers. */
const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
const nsPerSecond = 1_000_000_000n;
const lastInstant = 2n ** 64n - 1n;

export function clocksMonotonicClock(context: Context): ClocksMonotonicClock {
  const { native, resources } = context;
  const words = new BigUint64Array(1);

  function subscribe(table: HandleTable, atNs: bigint): number {
    // Beyond the clock's end is never.
    const end = atNs > lastInstant ? lastInstant : atNs;
    return resources.add(table, new Pollable(null, () => ({ kind: 'deadline', atNs: end })));
  }

  return {
    now: (lower) => () => {
      lower.checkMayLeave();
      native.clockTime(CLOCK_MONOTONIC, words.buffer, 0);
      return words[0] ?? 0n;
    },
    resolution: (lower) => () => {
      lower.checkMayLeave();
      native.clockResolution(CLOCK_MONOTONIC, words.buffer, 0);
      return words[0] ?? 1n;
    },
    'subscribe-instant':
      ({ tables }) =>
      (when) =>
        subscribe(tables.pollable, BigInt.asUintN(64, when)),
    'subscribe-duration':
      ({ tables }) =>
      (duration) =>
        subscribe(tables.pollable, context.nowNs() + BigInt.asUintN(64, duration)),
  };
}

export function clocksWallClock({ native }: Context): ClocksWallClock {
  const words = new BigUint64Array(1);

  /** datetime: seconds u64, nanoseconds u32. */
  function store(lower: Lower, result: number): void {
    const at = returnPointer(lower, result, 16, 8);
    const ns = words[0] ?? 0n;
    lower.memory.setU64(at, ns / nsPerSecond);
    lower.memory.setU32(at + 8, Number(ns % nsPerSecond));
  }

  return {
    now: (lower) => (result) => {
      native.clockTime(CLOCK_REALTIME, words.buffer, 0);
      store(lower, result);
    },
    resolution: (lower) => (result) => {
      native.clockResolution(CLOCK_REALTIME, words.buffer, 0);
      store(lower, result);
    },
  };
}

/** A guest is told UTC, whatever the host's zone: that is the host's business. */
export function clocksTimezone(_context: Context): ClocksTimezone {
  return {
    /** timezone-display: utc-offset s32, name string, in-daylight-saving-time bool. */
    display: (lower) => (_seconds, _nanoseconds, result) => {
      const at = returnPointer(lower, result, 16, 4);
      lower.memory.setU32(at, 0);
      storeString(lower, at + 4, 'UTC');
      lower.memory.setU8(at + 12, 0);
    },
    'utc-offset': (lower) => () => {
      lower.checkMayLeave();
      return 0;
    },
  };
}
