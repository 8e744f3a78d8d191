import { expect, test } from 'vitest';
import { bufferAt, outside, result } from './guest.ts';
import { StreamsGuest } from './streams.ts';
import { planted } from './tree.ts';

const clock = 'wasi:clocks/monotonic-clock';
const millisecond = 1_000_000n;

function now(guest: StreamsGuest): bigint {
  return guest.call(clock, 'now') as bigint;
}
function after(guest: StreamsGuest, ns: bigint): number {
  return guest.call(clock, 'subscribe-duration', ns) as number;
}
function at(guest: StreamsGuest, instant: bigint): number {
  return guest.call(clock, 'subscribe-instant', instant) as number;
}

test('a duration is waited for, an instant of the past is ready', () => {
  const guest = new StreamsGuest();
  const before = performance.now();
  const timer = after(guest, 30n * millisecond);
  expect(guest.isReady(timer)).toBe(false);
  guest.block(timer);
  expect(performance.now() - before).toBeGreaterThanOrEqual(30);
  expect(guest.isReady(timer)).toBe(true);
  for (const pollable of [after(guest, 0n), at(guest, 0n), at(guest, now(guest))]) {
    expect(guest.isReady(pollable)).toBe(true);
    guest.block(pollable);
  }
});

test('poll waits for the first, and tells all that are ready', () => {
  const guest = new StreamsGuest();
  const [never, soon, past] = [after(guest, -1n), after(guest, 20n * millisecond), at(guest, 1n)];
  expect(guest.poll([never, soon])).toEqual([1]);
  expect(guest.poll([past, never, soon, past])).toEqual([0, 2, 3]);
  expect(guest.poll([at(guest, -1n), soon])).toEqual([1]);
});

test('thousands of pollables, of time and of descriptors', () => {
  const { guest } = planted();
  const timers = Array.from({ length: 9000 }, (_, i) =>
    i === 4321 ? at(guest, 1n) : after(guest, 3600n * 1000n * millisecond),
  );
  const { stdin } = { stdin: guest.stream('read', guest.open('file')) as number };
  const readers = Array.from({ length: 1000 }, () => guest.subscribe('input', stdin));
  const before = performance.now();
  expect(guest.poll(timers)).toEqual([4321]);
  expect(guest.poll([...timers, ...readers])).toEqual([4321, ...readers.map((_, i) => 9000 + i)]);
  expect(performance.now() - before).toBeLessThan(2000);
  for (const pollable of [...timers, ...readers]) guest.dropPollable(pollable);
  guest.dropStream('input', stdin);
});

test('handles and what stands behind them are used again', () => {
  const guest = new StreamsGuest();
  const first = after(guest, 0n);
  guest.dropPollable(first);
  for (let i = 0; i < 50_000; i++) guest.dropPollable(after(guest, 0n));
  expect(after(guest, 0n)).toBe(first);
  expect(guest.table('pollable').length).toBeLessThan(10);
});

test('more resources than the ceiling trap', () => {
  const guest = new StreamsGuest();
  const make = (): void => {
    for (let i = 0; i <= 100_000; i++) after(guest, 0n);
  };
  expect(make).toThrow(/more than 100000 resources/);
});

test('lists that are empty, too long, or outside', () => {
  const guest = new StreamsGuest();
  expect(() => guest.poll([])).toThrow(/empty poll list/);
  const poll = (list: number, count: number, to = result): unknown =>
    guest.call('wasi:io/poll', 'poll', list, count, to);
  expect(() => poll(bufferAt, 65_537)).toThrow(/more than 65536 pollables/);
  expect(() => poll(bufferAt, -1)).toThrow(/more than 65536 pollables/);
  expect(() => poll(outside, 2)).toThrow(/not aligned|outside of memory/);
  expect(() => poll(bufferAt + 1, 1)).toThrow(/not aligned/);
  guest.view().setUint32(bufferAt, after(guest, 0n), true);
  expect(() => poll(bufferAt, 1, result + 2)).toThrow(/not aligned/);
  guest.view().setUint32(bufferAt, 99, true);
  expect(() => poll(bufferAt, 1)).toThrow(/unknown handle/);
});

test('a pollable keeps its stream from being dropped', () => {
  const { guest } = planted();
  const stream = guest.stream('read', guest.open('file')) as number;
  const pollable = guest.subscribe('input', stream);
  expect(() => guest.dropStream('input', stream)).toThrow(/before the resources that were made from it/);
  const { guest: other } = planted();
  const [its, both] = [other.stream('read', other.open('file')) as number, [0, 1]];
  const pollables = both.map(() => other.subscribe('input', its));
  for (const each of pollables) other.dropPollable(each);
  other.dropStream('input', its);
  expect(guest.isReady(pollable)).toBe(true);
});

test('a handle that is none traps', () => {
  const guest = new StreamsGuest();
  const timer = after(guest, 0n);
  for (const handle of [0, timer + 1, -1, 0x4000_0000]) {
    expect(() => guest.isReady(handle)).toThrow(/unknown handle/);
    expect(() => guest.block(handle)).toThrow(/unknown handle/);
    expect(() => guest.dropPollable(handle)).toThrow(/unknown handle/);
  }
  guest.dropPollable(timer);
  expect(() => guest.block(timer)).toThrow(/unknown handle/);
});
