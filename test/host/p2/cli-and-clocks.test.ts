/** wasi:cli, wasi:clocks and wasi:random: functions without state of their own. */
import { describe, expect, test } from 'vitest';
import { ComponentExit } from '../../../host/p2/exit.ts';
import { fileKinds } from '../../../native/data.ts';
import { Guest, outside, result } from './guest.ts';

describe('wasi:cli', () => {
  const strings = (guest: Guest, count: number, stride: number): string[] => {
    const at = guest.u32(result);
    return Array.from({ length: count }, (_, i) => guest.text(at + i * stride));
  };

  test('arguments and environment, as they were given', () => {
    const env = ['A=1', 'B=', 'NAME', 'PATH=/a=b', 'Ü=ß'];
    const guest = new Guest({ args: ['program', '', 'ünïcode \u{1f600}'], env });
    guest.call('wasi:cli/environment', 'get-arguments', result);
    expect(guest.u32(result + 4)).toBe(3);
    expect(strings(guest, 3, 8)).toEqual(['program', '', 'ünïcode \u{1f600}']);
    guest.call('wasi:cli/environment', 'get-environment', result);
    expect(guest.u32(result + 4)).toBe(5);
    const pairs = Array.from({ length: 5 }, (_, i) => {
      const at = guest.u32(result) + i * 16;
      return [guest.text(at), guest.text(at + 8)];
    });
    expect(pairs).toEqual([
      ['A', '1'],
      ['B', ''],
      ['NAME', ''],
      ['PATH', '/a=b'],
      ['Ü', 'ß'],
    ]);
  });

  test('none of either', () => {
    const guest = new Guest({ args: [], env: [] });
    for (const name of ['get-arguments', 'get-environment']) {
      guest.call('wasi:cli/environment', name, result);
      expect(guest.u32(result + 4)).toBe(0);
    }
  });

  test('initial-cwd is the working directory, or none', () => {
    const at = new Guest({ workdir: '/data/sub' });
    at.call('wasi:cli/environment', 'initial-cwd', result);
    expect([at.u8(result), at.text(result + 4)]).toEqual([1, '/data/sub']);
    const nowhere = new Guest();
    nowhere.call('wasi:cli/environment', 'initial-cwd', result);
    expect(nowhere.u8(result)).toBe(0);
  });

  test('exit and exit-with-code end the guest with a code', () => {
    const codes: number[] = [];
    const guest = new Guest({ onExit: (code) => codes.push(code) });
    const exit =
      (name: string, value: number): (() => unknown) =>
      () =>
        guest.call('wasi:cli/exit', name, value);
    for (const status of [0, 1]) expect(exit('exit', status)).toThrow(ComponentExit);
    for (const code of [0, 7, 255]) expect(exit('exit-with-code', code)).toThrow(ComponentExit);
    expect(codes).toEqual([0, 1, 0, 7, 255]);
    expect(exit('exit', 2)).toThrow(/invalid variant discriminant/);
    expect(codes.length).toBe(5);
  });

  test('terminals are told where they are', () => {
    const stdio = [fileKinds.terminal, fileKinds.regularFile, null];
    const guest = new Guest({ stdio });
    const isTerminal = (name: string): boolean => {
      guest.call(`wasi:cli/terminal-${name}`, `get-terminal-${name}`, result);
      return guest.u8(result) === 1;
    };
    expect(['stdin', 'stdout', 'stderr'].map(isTerminal)).toEqual([true, false, false]);
    isTerminal('stdin');
    guest.drop('wasi:cli/terminal-input', 'terminal-input', guest.u32(result + 4));
  });
});

describe('wasi:clocks', () => {
  test('the monotonic clock goes on', () => {
    const guest = new Guest();
    const now = (): bigint => guest.call('wasi:clocks/monotonic-clock', 'now') as bigint;
    const before = now();
    for (let i = 0; i < 1e6; i++);
    expect(now()).toBeGreaterThan(before);
    expect(guest.call('wasi:clocks/monotonic-clock', 'resolution')).toBeGreaterThan(0n);
  });

  test('the wall clock is the caller’s', () => {
    const guest = new Guest();
    guest.call('wasi:clocks/wall-clock', 'now', result);
    expect(Math.abs(Number(guest.u64(result)) * 1000 + guest.u32(result + 8) / 1e6 - Date.now())).toBeLessThan(1000);
    guest.call('wasi:clocks/wall-clock', 'resolution', result);
    expect(guest.u64(result)).toBe(0n);
    expect(guest.u32(result + 8)).toBeGreaterThan(0);
    expect(() => guest.call('wasi:clocks/wall-clock', 'now', outside)).toThrow(/outside of memory/);
    expect(() => guest.call('wasi:clocks/wall-clock', 'now', result + 4)).toThrow(/not aligned/);
  });

  test('the time zone is UTC', () => {
    const guest = new Guest();
    guest.call('wasi:clocks/timezone', 'display', 0n, 0, result);
    expect([guest.u32(result), guest.text(result + 4), guest.u8(result + 12)]).toEqual([0, 'UTC', 0]);
    expect(guest.call('wasi:clocks/timezone', 'utc-offset', 0n, 0)).toBe(0);
  });
});

describe('wasi:random', () => {
  const sources = [
    ['wasi:random/random', 'get-random-bytes', 'get-random-u64'],
    ['wasi:random/insecure', 'get-insecure-random-bytes', 'get-insecure-random-u64'],
  ] as const;

  test.each(sources)('%s gives bytes', (name, bytes, u64) => {
    const guest = new Guest();
    guest.call(name, bytes, 0n, result);
    expect(guest.u32(result + 4)).toBe(0);
    guest.call(name, bytes, 100_000n, result);
    const list = guest.list(result);
    expect(list.length).toBe(100_000);
    expect(new Set(list).size).toBe(256);
    const numbers = new Set(Array.from({ length: 100 }, () => guest.call(name, u64)));
    expect(numbers.size).toBe(100);
  });

  test.each(sources)('%s gives no more than its ceiling, before it asks for memory', (name, bytes) => {
    const guest = new Guest();
    for (const length of [(64n << 20n) + 1n, 1n << 63n, -1n]) {
      expect(() => guest.call(name, bytes, length, result)).toThrow(/random bytes at once/);
    }
    expect(guest.allocations).toEqual([]);
    expect(() => guest.call(name, bytes, 1n, outside)).toThrow(/outside of memory/);
  });

  test('a seed is another each time', () => {
    const guest = new Guest();
    const seed = (): string => {
      guest.call('wasi:random/insecure-seed', 'insecure-seed', result);
      return `${guest.u64(result)} ${guest.u64(result + 8)}`;
    };
    expect(seed()).not.toBe(seed());
  });
});
