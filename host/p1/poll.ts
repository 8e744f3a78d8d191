/** poll_oneoff: waits for clocks and descriptors, in the layout of either ABI. */
import { errno } from '../kernel/errno.ts';
import { address, type GuestMemory } from '../kernel/memory.ts';
import { type Interest, type Readiness, readableBytes, waitFor } from '../kernel/poll.ts';
import { clockids, EFAULT, EINVAL, eventrwflags, eventtypes, rights as r, subclockflags, wasiErrno } from './abi.ts';
import { type Context, descriptorWith } from './context.ts';

export interface SubscriptionLayout {
  bytes: number;
  clockid: number;
  timeout: number;
  flags: number;
}

export const subscriptionLayout: SubscriptionLayout = { bytes: 48, clockid: 16, timeout: 24, flags: 40 };
/** wasi_unstable: a clock has a second userdata in front. */
export const subscriptionLayoutUnstable: SubscriptionLayout = { bytes: 56, clockid: 24, timeout: 32, flags: 48 };

const eventBytes = 32;

/** Attack: 2^26 subscriptions that each become an object here. 4096 is what poll(2) takes where RLIMIT_NOFILE is usual. */
const maxSubscriptions = 4096;

export type Subscription =
  | { type: 'clock'; userdata: bigint; clock: number; timeout: bigint; absolute: boolean }
  | { type: 'read' | 'write'; userdata: bigint; fd: number };

/** undefined where a type or flag isn't WASI's. */
export function decodeSubscription(
  memory: GuestMemory,
  at: number,
  layout: SubscriptionLayout,
): Subscription | undefined {
  const userdata = memory.u64(at);
  switch (memory.u8(at + 8)) {
    case eventtypes.CLOCK: {
      const flags = memory.u16(at + layout.flags);
      if (flags > subclockflags.SUBSCRIPTION_CLOCK_ABSTIME) return undefined;
      const clock = memory.u32(at + layout.clockid);
      return { type: 'clock', userdata, clock, timeout: memory.u64(at + layout.timeout), absolute: flags !== 0 };
    }
    case eventtypes.FD_READ:
      return { type: 'read', userdata, fd: memory.u32(at + 16) };
    case eventtypes.FD_WRITE:
      return { type: 'write', userdata, fd: memory.u32(at + 16) };
    default:
      return undefined;
  }
}

const eventNumbers = { clock: eventtypes.CLOCK, read: eventtypes.FD_READ, write: eventtypes.FD_WRITE } as const;

interface Event {
  of: Subscription;
  /** −errno or 0. */
  result: number;
  bytes: bigint;
  hangup: boolean;
}

interface Clock {
  of: Subscription;
  /** From now on. */
  waitNs: number;
}

interface Watch extends Interest {
  of: Subscription;
}

export interface PollFunctions {
  poll_oneoff(subscriptions: number, events: number, count: number, stored: number): number;
}

export function pollFunctions(context: Context, layout: SubscriptionLayout): PollFunctions {
  const { native, memory, scratch } = context;

  function now(clock: number): bigint {
    native.clockTime(clock, scratch.buffer, 0);
    return scratch[0] ?? 0n;
  }

  function decode(at: number, count: number): Subscription[] | undefined {
    const subscriptions: Subscription[] = [];
    for (let i = 0; i < count; i++) {
      const subscription = decodeSubscription(memory, at + i * layout.bytes, layout);
      if (subscription === undefined) return undefined;
      subscriptions.push(subscription);
    }
    return subscriptions;
  }

  /** Sorts what can be waited for from what fails at once. */
  function prepare(subscriptions: readonly Subscription[]): { clocks: Clock[]; watches: Watch[]; events: Event[] } {
    const clocks: Clock[] = [];
    const watches: Watch[] = [];
    const events: Event[] = [];
    for (const of of subscriptions) {
      if (of.type === 'clock') {
        const bad = clockError(of.clock);
        const wait = of.absolute && bad === 0 ? of.timeout - now(of.clock) : of.timeout;
        if (bad < 0) events.push({ of, result: bad, bytes: 0n, hangup: false });
        else clocks.push({ of, waitNs: wait > 0n ? Number(wait) : 0 });
        continue;
      }
      const right = of.type === 'read' ? r.FD_READ : r.FD_WRITE;
      const descriptor = descriptorWith(context, of.fd, r.POLL_FD_READWRITE | right);
      if (typeof descriptor === 'number') events.push({ of, result: descriptor, bytes: 0n, hangup: false });
      else watches.push({ of, file: descriptor.file, event: of.type });
    }
    return { clocks, watches, events };
  }

  function watchEvent(watch: Watch, readiness: Readiness): Event {
    const result = readiness.invalid ? -errno.EBADF : 0;
    return { of: watch.of, result, bytes: readableBytes(native, watch, readiness), hangup: readiness.hangup };
  }

  function store(at: number, { of, result, bytes, hangup }: Event): void {
    memory.bytes(at, eventBytes).fill(0);
    memory.setU64(at, of.userdata);
    memory.setU16(at + 8, wasiErrno(result));
    memory.setU8(at + 10, eventNumbers[of.type]);
    if (of.type === 'clock') return;
    memory.setU64(at + 16, bytes);
    memory.setU16(at + 24, hangup ? eventrwflags.FD_READWRITE_HANGUP : 0);
  }

  return {
    poll_oneoff(subscriptionsAt, eventsAt, wanted, stored) {
      const [from, to, count, at] = [address(subscriptionsAt), address(eventsAt), address(wanted), address(stored)];
      if (count === 0 || count > maxSubscriptions) return EINVAL;
      if (!memory.has(from, count * layout.bytes) || !memory.has(to, count * eventBytes) || !memory.has(at, 4)) {
        return EFAULT;
      }
      const subscriptions = decode(from, count);
      if (subscriptions === undefined) return EINVAL;
      const { clocks, watches, events } = prepare(subscriptions);
      const firstNs = clocks.reduce((first, { waitNs }) => Math.min(first, waitNs), Infinity);
      const start = now(clockids.MONOTONIC);
      // Infinity: only the descriptors can end it.
      const readiness = waitFor(native, watches, events.length > 0 ? 0 : firstNs === Infinity ? -1 : firstNs);
      if (typeof readiness === 'number') return wasiErrno(readiness);
      const passedNs = Number(now(clockids.MONOTONIC) - start);
      watches.forEach((watch, i) => {
        const state = readiness[i];
        if (state?.ready) events.push(watchEvent(watch, state));
      });
      for (const { of, waitNs } of clocks) {
        if (waitNs <= passedNs) events.push({ of, result: 0, bytes: 0n, hangup: false });
      }
      events.forEach((event, i) => {
        store(to + i * eventBytes, event);
      });
      memory.setU32(at, events.length);
      return 0;
    },
  };
}

/** CPU time stands still while the only thread sleeps: waiting for it would never end. */
function clockError(clock: number): number {
  if (clock === clockids.REALTIME || clock === clockids.MONOTONIC) return 0;
  return clock <= clockids.THREAD_CPUTIME_ID ? -errno.EOPNOTSUPP : -errno.EINVAL;
}
