/** A start that was done before is done again by the launcher alone, and whatever it meets is told as ever. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { build, guest } from '../helpers/guests.ts';
import { makesGroups, plain, useRepeats } from '../helpers/repeats.ts';
import { wasmctrBin } from '../helpers/wasmctr.ts';

const { images, isRepeated, module, records, run, trace } = useRepeats();

describe.runIf(makesGroups)('a start', () => {
  test('is written down once it has gone well, and repeated without a supervisor', () => {
    const before = records().length;
    expect(run()).toEqual(plain);
    expect(records().length).toBe(before + 1);
    for (let i = 0; i < 20; i++) expect(run()).toEqual(plain);
    expect(records().length).toBe(before + 1);
    expect(trace().madeGroups).toBe(false);
    const again = Array.from({ length: 10 }, () => trace());
    expect(again.every(({ madeGroups }) => madeGroups)).toBe(true);
    // Slow as it is here, one or another takes longer than the launcher waits.
    expect(again.some(({ supervised }) => !supervised)).toBe(true);
  });

  test('has its limits when it is repeated', () => {
    const args = ['--memory', '64MiB', '--pids', '3', guest('c/grow-memory')];
    const first = run({ args });
    expect(run({ args })).toEqual(first);
    expect(isRepeated({ args })).toBe(true);
  });

  test('that ends otherwise is told by a supervisor', () => {
    expect(run()).toEqual(plain);
    expect(run({ input: 'e' })).toEqual({ ...plain, status: 3 });
    const trap = run({ input: 't' });
    expect(trap).toMatchObject({ stdout: 'told\n', status: 134 });
    expect(trap.stderr).toContain('unreachable');
    expect(trap).toEqual(run({ input: 't', env: { WASMCTR_FROZEN: '0' } }));
    expect(run()).toEqual(plain);
  });

  test('that takes longer gets a supervisor, with deadlines', () => {
    const args = ['--timeout', '1s', module()];
    expect(run({ args })).toEqual(plain);
    expect(run({ args, input: 's' })).toMatchObject({ stdout: 'told\n', status: 124 });
    trace({ args });
    expect(trace({ args, input: 's' })).toEqual({ madeGroups: true, supervised: true });
  });

  test('that writes more than it may is stopped', () => {
    const args = ['--max-output', '1MiB', module()];
    expect(run({ args })).toEqual(plain);
    const full = run({ args, input: 'w' });
    expect(full.stdout.length).toBeLessThanOrEqual(2 ** 20);
    expect(full.stdout.length).toBeGreaterThan(2 ** 20 - 5);
    expect(full.stderr).toContain('output limit reached');
  });

  test.each([1, 4, 12, 60])('is ended by a signal after %i ms, and leaves nothing', async (afterMs) => {
    expect(run()).toEqual(plain);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const child = spawn(wasmctrBin, ['run', module()], {
        env: { XDG_CACHE_HOME: images().cache, WASMCTR_FROZEN: '1' },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      child.stdin.end('s');
      await sleep(afterMs);
      child.kill(signal);
      const [code, by] = await once(child, 'close');
      // Before the launcher listens the signal ends it as it ends any program.
      expect([130, 143, null]).toContain(code);
      if (code === null) expect(by).toBe(signal);
    }
  });

  test('that is repeated often gets its machine code kept', async () => {
    const env = { WASMCTR_FROZEN: 'auto' };
    const kept = (): string[] =>
      readdirSync(join(images().cache, 'wasmctr')).filter((name) => name.startsWith('code-'));
    expect(kept()).toEqual([]);
    // By dice: of 16 starts one, once there is a record.
    for (let i = 0; i < 400 && kept().length === 0; i++) {
      expect(run({ env })).toEqual(plain);
      if (i % 16 === 15) await sleep(200);
    }
    expect(kept()).toHaveLength(1);
    for (let i = 0; i < 20; i++) expect(run({ env })).toEqual(plain);
    expect(run({ env, input: 'e' })).toEqual({ ...plain, status: 3 });
    // The process that made it has ended with it.
    await sleep(200);
    rmSync(join(images().cache, 'wasmctr', kept()[0] ?? ''));
    expect(run({ env })).toEqual(plain);
  });

  test('of a component is repeated with its pack and code from the cache', async () => {
    build('c-p2');
    const args = [guest('c-p2/hello')];
    const packs = (): string[] =>
      readdirSync(join(images().cache, 'wasmctr')).filter((name) => name.startsWith('component-'));
    // The third run has its code made, in the background.
    for (let i = 0; i < 20 && !isRepeated({ args }); i++) await sleep(300);
    expect(trace({ args }).madeGroups).toBe(true);
    const hello = run({ args });
    expect(hello).toMatchObject({ stdout: 'hello\n', stderr: '', status: 0 });
    for (let i = 0; i < 10; i++) expect(run({ args })).toEqual(hello);
    for (const pack of packs()) rmSync(join(images().cache, 'wasmctr', pack));
    expect(trace({ args }).madeGroups).toBe(false);
    expect(run({ args })).toEqual(hello);
  });

  test('dies with its launcher', async () => {
    expect(run()).toEqual(plain);
    for (const afterMs of [3, 8, 16, 40]) {
      const child = spawn(wasmctrBin, ['run', module()], {
        env: { XDG_CACHE_HOME: images().cache, WASMCTR_FROZEN: '1' },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      child.stdin.end('s');
      await sleep(afterMs);
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    // Those that follow remove the groups of the killed.
    for (let i = 0; i < 3; i++) run({ args: ['--stats', module()] });
  });
});
