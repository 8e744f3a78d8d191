/** Writes WASI's structures for tests, and names the addresses that they use. */
import type { Guest } from './guest.ts';

/** A place for a result. */
export const result = 0x100;
export const iovs = 0x200;
export const buffer = 0x400;
export const pathAt = 0x1000;
export const secondPathAt = 0x3000;
/** Beyond the end, whatever the size of the memory. */
export const outside = 0xffff_fff8;

export const fdRead = 2n;

/** Iovecs at `iovs`: (address, length) pairs. */
export function putIovecs(guest: Guest, ...pairs: readonly (readonly [number, number])[]): [number, number] {
  pairs.forEach(([at, length], i) => {
    guest.view().setUint32(iovs + i * 8, at, true);
    guest.view().setUint32(iovs + i * 8 + 4, length, true);
  });
  return [iovs, pairs.length];
}

/** One iovec over `text`, which stands at `buffer`. */
export function putText(guest: Guest, text: string): [number, number] {
  return putIovecs(guest, guest.put(buffer, text));
}

export const path = (guest: Guest, text: string): [number, number] => guest.put(pathAt, text);
export const secondPath = (guest: Guest, text: string): [number, number] => guest.put(secondPathAt, text);

export interface ClockSubscription {
  userdata: bigint;
  clock: number;
  timeout: bigint;
  absolute?: boolean;
}
export interface FdSubscription {
  userdata: bigint;
  type: 'read' | 'write';
  fd: number;
}

export const subscriptionsAt = 0x4000;
export const eventsAt = 0x6000;

/** Subscriptions of preview1 at `subscriptionsAt`. */
export function putSubscriptions(guest: Guest, ...list: readonly (ClockSubscription | FdSubscription)[]): number {
  guest.bytes(subscriptionsAt, list.length * 48).fill(0);
  list.forEach((subscription, i) => {
    const at = subscriptionsAt + i * 48;
    const view = guest.view();
    view.setBigUint64(at, subscription.userdata, true);
    if ('fd' in subscription) {
      view.setUint8(at + 8, subscription.type === 'read' ? 1 : 2);
      view.setUint32(at + 16, subscription.fd, true);
      return;
    }
    view.setUint32(at + 16, subscription.clock, true);
    view.setBigUint64(at + 24, subscription.timeout, true);
    view.setUint16(at + 40, subscription.absolute ? 1 : 0, true);
  });
  return list.length;
}
