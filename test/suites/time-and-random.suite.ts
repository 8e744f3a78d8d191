/** Clocks, waiting, randomness, yielding. */
import { afterAll, describe, expect, it } from 'vitest';
import { expectNothingLeft } from '../helpers/leaks.ts';
import type { Wasi } from '../helpers/wasi.ts';
import { runGuest } from '../helpers/wasmctr.ts';

export function timeAndRandomSuite({ version, of }: Wasi): void {
  afterAll(() => expectNothingLeft());

  describe('clocks', () => {
    it('tell the time, advance, and have a resolution in nanoseconds', async () => {
      const before = Math.floor(Date.now() / 1000);
      const { stdout } = await runGuest(of('c/clocks'));
      const [wall, forward, realtimeNs, monotonicNs] = stdout.trim().split(' ').map(Number);
      expect(wall).toBeGreaterThanOrEqual(before);
      expect(wall).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000));
      expect(forward).toBe(1);
      for (const resolution of [realtimeNs, monotonicNs]) {
        expect(resolution).toBeGreaterThan(0);
        expect(resolution).toBeLessThanOrEqual(10_000_000);
      }
    });

    // WASI 0.2 has no such clock.
    it.runIf(version === '0.1')('count the CPU time of the container', async () => {
      expect((await runGuest(of('c/cpu-clock'))).stdout).toBe('errno 0 advanced 1\nerrno 0 advanced 1\n');
    });

    it('AssemblyScript has Date and hrtime', async () => {
      const before = Date.now();
      const [wall, monotonic] = (await runGuest(of('as/clock'))).stdout.trim().split('\n');
      // The shim asks with a precision of a millisecond.
      expect(Number(wall)).toBeGreaterThanOrEqual(before - 1);
      expect(Number(wall)).toBeLessThanOrEqual(Date.now() + 1);
      expect(monotonic).toBe('monotonic');
    });
  });

  describe('waiting', () => {
    it('sleeps as long as asked', async () => {
      const start = performance.now();
      const { stdout, code } = await runGuest(of('c/sleep'), ['300']);
      expect(performance.now() - start).toBeGreaterThanOrEqual(300);
      expect({ stdout, code }).toEqual({ stdout: 'sleeping\nawake\n', code: 0 });
    });

    it('answers only the clock that has run out', async () => {
      const { stdout } = await runGuest(of('c/poll-clocks'));
      const match = /^errno 0 events 1 userdata 9 type 0 error 0 ms (\d+)\n$/.exec(stdout);
      expect(stdout).toMatch(/^errno 0 events 1/);
      expect(Number(match?.[1])).toBeGreaterThanOrEqual(20);
      expect(Number(match?.[1])).toBeLessThan(2000);
    });

    it('waits for absolute times on both clocks', async () => {
      const { stdout } = await runGuest(of('c/poll-absolute'));
      const waits = [...stdout.matchAll(/^errno 0 events 1 ms (\d+)$/gm)].map((match) => Number(match[1]));
      expect(waits).toHaveLength(2);
      for (const ms of waits) {
        expect(ms).toBeGreaterThanOrEqual(30);
        expect(ms).toBeLessThan(2000);
      }
    });

    it('yields', async () => {
      expect((await runGuest(of('c/yield'))).stdout).toBe('0\n');
    });
  });

  describe('randomness', () => {
    it.each([0, 1, 256, 257, 100_000])('%i bytes, as many as asked', async (length) => {
      const first = await runGuest(of('c/random'), [String(length)]);
      expect(first.bytes).toHaveLength(length);
      if (length >= 256) {
        const second = await runGuest(of('c/random'), [String(length)]);
        expect(first.bytes.equals(second.bytes)).toBe(false);
        // 256 random bytes have some 162 different values; a broken source has one.
        expect(new Set(first.bytes).size).toBeGreaterThan(100);
      }
    });

    it('AssemblyScript has crypto', async () => {
      const values = (await runGuest(of('as/random'))).stdout.trim().split(',').map(Number);
      expect(values).toHaveLength(16);
      expect(new Set(values).size).toBeGreaterThan(4);
    });
  });
}
