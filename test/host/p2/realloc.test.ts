/** A guest's cabi_realloc is the guest's: what it answers and what it does meanwhile is checked. */
import { expect, test } from 'vitest';
import { bufferAt, Guest, outside, result } from './guest.ts';
import { StreamsGuest } from './streams.ts';
import { planted } from './tree.ts';

const getArguments =
  (guest: Guest): (() => unknown) =>
  () =>
    guest.call('wasi:cli/environment', 'get-arguments', result);

test('an address that is nonsense traps', () => {
  for (const address of [outside, -1, 0x40_0000 - 1, 0x40_0000]) {
    const guest = new Guest({ realloc: () => address, args: ['some text'] });
    expect(getArguments(guest)).toThrow(WebAssembly.RuntimeError);
  }
  const odd = new Guest({ realloc: () => bufferAt + 1, args: ['text'] });
  expect(getArguments(odd)).toThrow(/not aligned/);
});

test('memory may grow meanwhile', () => {
  const args = ['first', 'second', 'x'.repeat(5000)];
  const guest = new Guest({
    args,
    realloc(self, _at, _old, align, bytes) {
      self.memory.grow(1);
      return self.allocate(bytes, align);
    },
  });
  getArguments(guest)();
  expect(args.map((_, i) => guest.text(guest.u32(result) + i * 8))).toEqual(args);
});

test('an import called meanwhile traps, whichever', () => {
  const calls: ((guest: StreamsGuest) => unknown)[] = [
    getArguments,
    (guest) => guest.call('wasi:clocks/monotonic-clock', 'now'),
    (guest) => guest.call('wasi:clocks/monotonic-clock', 'subscribe-duration', 0n),
    (guest) => guest.call('wasi:random/random', 'get-random-u64'),
    (guest) => guest.call('wasi:random/random', 'get-random-bytes', 1n, result),
    (guest) => guest.call('wasi:cli/stdout', 'get-stdout'),
    (guest) => guest.call('wasi:cli/exit', 'exit', 0),
    (guest) => guest.isReady(1),
    (guest) => guest.dropPollable(1),
    (guest) => guest.call('wasi:filesystem/preopens', 'get-directories', result),
  ];
  for (const call of calls) {
    let inner: unknown = null;
    const guest = new StreamsGuest({
      args: ['text'],
      realloc(self, _at, _old, align, bytes) {
        try {
          const value = call(self as StreamsGuest);
          if (typeof value === 'function') value();
        } catch (error) {
          inner = error;
          throw error;
        }
        return self.allocate(bytes, align);
      },
    });
    expect(guest.call('wasi:clocks/monotonic-clock', 'subscribe-duration', 0n)).toBe(1);
    expect(getArguments(guest)).toThrow(/cannot leave component instance/);
    expect(String(inner)).toContain('cannot leave component instance');
  }
});

test('is asked for as much as there is, once, and never to move what it gave', () => {
  const { guest } = planted();
  const file = guest.open('file');
  guest.allocations.length = 0;
  expect(guest.read(file, 100_000n, 0n)).toEqual(['hello, world\n', false]);
  expect(guest.read(file, 100_000n, 100n)).toEqual(['', true]);
  expect(guest.allocations).toEqual([13, 0]);
});

test('a component without it, or without a memory, traps where one is needed', () => {
  const guest = new Guest();
  const lower = guest.lowerOf('wasi:cli/environment', 'get-arguments');
  expect(() => lower({ memory: guest.memory })(result)).toThrow(/cabi_realloc/);
  expect(() => lower({})(result)).toThrow(/needs a memory/);
});
