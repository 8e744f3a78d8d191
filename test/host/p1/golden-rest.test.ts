import { describe, expect, test } from 'vitest';
import { ProcExit, type ProcRaise } from '../../../host/p1/index.ts';
import { expectGolden, golden } from './golden.ts';
import { createGuest } from './guest.ts';
import { buffer, eventsAt, outside, putSubscriptions, result, subscriptionsAt } from './layout.ts';

const argsAndEnv = { args: ['prog', '', 'ünï'], env: ['A=1', 'EMPTY='] };

describe('strings', () => {
  golden(
    'args_environ',
    (g) => {
      g.call.args_sizes_get?.(result, result + 4);
      g.call.args_get?.(buffer, buffer + 64);
      g.call.environ_sizes_get?.(result, result + 4);
      g.call.environ_get?.(buffer, buffer + 64);
      expect(g.text(buffer + 64, 10)).toBe('A=1\0EMPTY=');
      for (const name of ['args_sizes_get', 'environ_sizes_get', 'args_get', 'environ_get']) {
        g.call[name]?.(outside + 5, result);
        g.call[name]?.(result, outside + 5);
      }
    },
    argsAndEnv,
  );

  test('args_get gives pointers to what is behind them', async () => {
    const guest = await createGuest(argsAndEnv);
    guest.call.args_get?.(buffer, 0x1_0000);
    const pointers = [0, 4, 8].map((offset) => guest.u32(buffer + offset));
    expect(pointers).toEqual([0x1_0000, 0x1_0005, 0x1_0006]);
    expect(guest.text(0x1_0000, 12)).toBe('prog\0\0ünï\0');
  });

  test('memory at the very end is enough, one byte less is not', async () => {
    const guest = await createGuest({ args: ['abc'], memoryPages: 1 });
    expect(guest.call.args_get?.(0, 0x1_0000 - 4)).toBe('SUCCESS');
    expect(guest.call.args_get?.(0, 0x1_0000 - 3)).toBe('EFAULT');
    expect(guest.call.args_sizes_get?.(0x1_0000 - 4, 0)).toBe('SUCCESS');
    expect(guest.call.args_sizes_get?.(0x1_0000 - 3, 0)).toBe('EFAULT');
  });
});

describe('processes', () => {
  test('proc_exit throws the code, all 32 bits of it', async () => {
    const guest = await createGuest();
    for (const [given, code] of [
      [0, 0],
      [126, 126],
      [256, 256],
      [-1, 0xffff_ffff],
    ] as const) {
      expect(() => guest.call.proc_exit?.(given)).toThrow(new ProcExit(code) as unknown as Error);
    }
    expectGolden('proc_exit', guest.trace);
  });

  test('proc_raise ends the guest as the signal would end a process', async () => {
    const guest = await createGuest();
    const raised = Array.from({ length: 33 }, (_, signal) => {
      try {
        return guest.call.proc_raise?.(signal);
      } catch (error) {
        return (error as ProcRaise).signal;
      }
    });
    expect(raised[6]).toBe(6);
    expect(raised[30]).toBe(31);
    expectGolden('proc_raise', guest.trace);
  });

  golden('sched_yield', (g) => {
    g.call.sched_yield?.();
  });

  golden('random_get', (g) => {
    for (const length of [0, 1, 0x1_0000]) g.call.random_get?.(buffer, length);
    g.call.random_get?.(buffer, -1);
    g.call.random_get?.(outside, 16);
    const seen = new Set(g.bytes(buffer, 0x1_0000));
    expect(seen.size).toBe(256);
  });
});

describe('time', () => {
  test('clocks go on, the real one as the caller sees it', async () => {
    const guest = await createGuest();
    const read = (clock: number): bigint => {
      expect(guest.call.clock_time_get?.(clock, 0n, result)).toBe('SUCCESS');
      return guest.u64(result);
    };
    expect(Math.abs(Number(read(0) / 1_000_000n) - Date.now())).toBeLessThan(1000);
    for (const clock of [1, 2, 3]) {
      const before = read(clock);
      for (let i = 0; i < 1e6; i++);
      expect(read(clock)).toBeGreaterThan(before);
    }
  });

  golden('clock', (g) => {
    for (const clock of [0, 1, 2, 3, 4, -1]) g.call.clock_res_get?.(clock, result);
    for (const clock of [4, 11, -1]) g.call.clock_time_get?.(clock, 0n, result);
    g.call.clock_time_get?.(0, 0n, outside + 1);
    for (const clock of [0, 2]) g.call.clock_res_get?.(clock, outside + 1);
  });
});

describe('waiting', () => {
  golden('poll_oneoff', (g) => {
    const poll = (count: number): void => void g.call.poll_oneoff?.(subscriptionsAt, eventsAt, count, result);
    const fd = g.open('file');
    poll(putSubscriptions(g, { userdata: 1n, clock: 1, timeout: 1_000_000n }));
    poll(
      putSubscriptions(
        g,
        { userdata: 1n, clock: 1, timeout: 0n },
        { userdata: 2n, clock: 0, timeout: 60_000_000_000n },
      ),
    );
    poll(putSubscriptions(g, { userdata: 3n, clock: 0, timeout: 1n, absolute: true }));
    poll(putSubscriptions(g, { userdata: 3n, clock: 1, timeout: 1n, absolute: true }));
    poll(putSubscriptions(g, { userdata: 4n, type: 'read', fd }, { userdata: 5n, type: 'write', fd }));
    g.call.fd_seek?.(fd, 100n, 0, result);
    poll(putSubscriptions(g, { userdata: 4n, type: 'read', fd }, { userdata: 1n, clock: 1, timeout: 60_000_000_000n }));
    for (const bad of [99, 0xffff_ffff, 3]) poll(putSubscriptions(g, { userdata: 6n, type: 'read', fd: bad }));
    const narrow = g.open('file', { rights: 2 });
    poll(putSubscriptions(g, { userdata: 7n, type: 'read', fd: narrow }, { userdata: 1n, clock: 1, timeout: 0n }));
    for (const clock of [2, 3, 4]) poll(putSubscriptions(g, { userdata: 8n, clock, timeout: 0n }));
    poll(0);
    poll(4097);
    poll(-1);
    putSubscriptions(g, { userdata: 1n, clock: 1, timeout: 0n });
    g.view().setUint8(subscriptionsAt + 8, 3);
    poll(1);
    putSubscriptions(g, { userdata: 1n, clock: 1, timeout: 0n });
    g.view().setUint16(subscriptionsAt + 40, 2, true);
    poll(1);
    putSubscriptions(g, { userdata: 1n, clock: 1, timeout: 0n });
    g.call.poll_oneoff?.(outside, eventsAt, 1, result);
    g.call.poll_oneoff?.(subscriptionsAt, outside, 1, result);
    g.call.poll_oneoff?.(subscriptionsAt, eventsAt, 1, outside + 5);
  });

  test('a sleep lasts as long as was asked, the shorter of two ends it', async () => {
    const guest = await createGuest();
    const before = performance.now();
    const count = putSubscriptions(
      guest,
      { userdata: 1n, clock: 1, timeout: 30_000_000n },
      { userdata: 2n, clock: 0, timeout: 20_000_000n },
    );
    expect(guest.call.poll_oneoff?.(subscriptionsAt, eventsAt, count, result)).toBe('SUCCESS');
    expect(performance.now() - before).toBeGreaterThanOrEqual(20);
    expect(performance.now() - before).toBeLessThan(5000);
    expect(guest.u32(result)).toBe(1);
    expect(guest.u64(eventsAt)).toBe(2n);
  });

  test('an absolute time of either clock', async () => {
    const guest = await createGuest();
    for (const clock of [0, 1]) {
      guest.call.clock_time_get?.(clock, 0n, result);
      const timeout = guest.u64(result) + 20_000_000n;
      putSubscriptions(guest, { userdata: 1n, clock, timeout, absolute: true });
      guest.call.poll_oneoff?.(subscriptionsAt, eventsAt, 1, result + 8);
      guest.call.clock_time_get?.(clock, 0n, result);
      expect(guest.u64(result)).toBeGreaterThanOrEqual(timeout);
    }
  });

  test('4096 subscriptions at once', async () => {
    const guest = await createGuest({ memoryPages: 8 });
    const at = 0x1_0000;
    for (let i = 0; i < 4096; i++) guest.view().setUint32(at + i * 48 + 16, 1, true);
    expect(guest.call.poll_oneoff?.(at, at + 4096 * 48, 4096, result)).toBe('SUCCESS');
    expect(guest.u32(result)).toBe(4096);
  });
});
