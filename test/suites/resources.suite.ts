/** A guest that wants too much is told so politely, and ended when it does not listen. */
import { afterAll, describe, expect, it } from 'vitest';
import { expectNothingLeft } from '../helpers/leaks.ts';
import type { Wasi } from '../helpers/wasi.ts';
import { runGuest } from '../helpers/wasmctr.ts';

export function resourceSuite({ of }: Wasi): void {
  afterAll(() => expectNothingLeft());

  describe('memory', () => {
    it('growth fails at the limit', async () => {
      const { stdout, code } = await runGuest(of('c/grow-memory'), [], { flags: ['--memory', '100MiB'] });
      expect(code).toBe(0);
      const megabytes = Number(/^(\d+) MiB\n$/.exec(stdout)?.[1]);
      expect(megabytes).toBeGreaterThanOrEqual(98);
      expect(megabytes).toBeLessThanOrEqual(100);
    });

    it('malloc fails at the limit, with every page in use', async () => {
      const { stdout, code } = await runGuest(of('c/fill-memory'), [], { flags: ['--memory', '100MiB'] });
      expect(code).toBe(0);
      expect(Number(/^(\d+) blocks\n$/.exec(stdout)?.[1])).toBeGreaterThan(60);
    });

    it('the default is finite', async () => {
      const { stdout } = await runGuest(of('c/grow-memory'));
      expect(Number(/^(\d+) MiB\n$/.exec(stdout)?.[1])).toBeLessThanOrEqual(1024);
    });
  });

  describe('time', () => {
    it('a loop without calls ends at --timeout', async () => {
      const start = performance.now();
      const { stdout, stderr, code } = await runGuest(of('c/spin'), [], { flags: ['--timeout', '500ms'] });
      expect({ stdout, code }).toEqual({ stdout: 'spinning\n', code: 124 });
      expect(stderr).toMatch(/^wasmctr: timed out: [^\n]+: ETIMEDOUT: raise --timeout \(now 500ms\)\n$/);
      expect(performance.now() - start).toBeLessThan(3000);
    });

    it('a sleeper ends at --timeout', async () => {
      const { code } = await runGuest(of('c/sleep'), ['60000'], { flags: ['--timeout', '300ms'] });
      expect(code).toBe(124);
    });

    it('a loop ends at --cpu-time, a sleeper does not', async () => {
      const spinning = await runGuest(of('c/spin'), [], { flags: ['--cpu-time', '500ms'] });
      expect(spinning.code).toBeGreaterThanOrEqual(124);
      expect(spinning.stderr).toMatch(/^wasmctr: out of CPU time: [^\n]+\n$/);
      expect((await runGuest(of('c/sleep'), ['1200'], { flags: ['--cpu-time', '1s'] })).code).toBe(0);
    });

    it('a guest computes', async () => {
      expect((await runGuest(of('as/fib'), ['27'])).stdout).toBe('196418\n');
    });
  });
}
