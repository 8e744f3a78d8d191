/** What the launcher does not repeat, and what becomes of records. */
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makesGroups, plain, type Told, useRepeats } from '../helpers/repeats.ts';
import { wasmctrBin } from '../helpers/wasmctr.ts';

const { home, images, isRepeated, module, records, run, trace } = useRepeats();

describe.runIf(makesGroups)('a start is not repeated', () => {
  test('with what a supervisor has to do', () => {
    const before = records().length;
    for (const flags of [['--stats'], ['--tmpfs', '/t'], ['--strace'], ['--env', 'HOME'], ['--timeout', '999ms']]) {
      const args = [...flags, module()];
      expect(isRepeated({ args }), flags.join(' ')).toBe(false);
    }
    expect(records().length).toBe(before);
  });

  test('when the module, the arguments or its settings are others', () => {
    expect(isRepeated()).toBe(true);
    const repeats = (told: Told): boolean => trace(told).madeGroups;
    expect(repeats({})).toBe(true);
    expect(repeats({ args: [module(), 'more'] })).toBe(false);
    expect(repeats({ env: { WASMCTR_CACHE: '0' } })).toBe(false);
    expect(repeats({ prefix: ['/usr/bin/prlimit', '--core=0:0'] })).toBe(false);
    writeFileSync(module(), readFileSync(module()));
    expect(repeats({})).toBe(false);
    expect(repeats({})).toBe(true);
  });

  test('when standard streams are of another kind', () => {
    run();
    const file = openSync(join(home(), 'output'), 'w');
    const env = { XDG_CACHE_HOME: images().cache, WASMCTR_FROZEN: '1' };
    const before = records().length;
    expect(spawnSync(wasmctrBin, ['run', module()], { stdio: ['pipe', file, 'pipe'], env }).status).toBe(0);
    closeSync(file);
    expect(records().length).toBe(before + 1);
  });

  test('from a record that is damaged, open to others, or of another image', () => {
    expect(isRepeated()).toBe(true);
    const [name = ''] = records().toSorted((a, b) => mtime(b) - mtime(a));
    const file = join(images().folder, name);
    const bytes = readFileSync(file);
    const isUsed = (): boolean => trace().madeGroups;
    for (let at = 0; at < bytes.length; at += 97) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(file, flipped);
      expect(isUsed()).toBe(false);
    }
    for (const length of [0, 1, 100, bytes.length - 1]) {
      writeFileSync(file, bytes.subarray(0, length));
      expect(isUsed()).toBe(false);
    }
    rmSync(file);
    expect(isRepeated()).toBe(true);
    chmodSync(file, 0o644);
    expect(isUsed()).toBe(false);
    // It was written anew.
    expect(isUsed()).toBe(true);
    images().refresh();
    expect(isUsed()).toBe(false);
  });
});

const mtime = (name: string): number => statSync(join(images().folder, name)).mtimeMs;

test.runIf(makesGroups)('records are few', () => {
  expect(run()).toEqual(plain);
  const prefix = (records()[0] ?? '').replace(/-[0-9a-f]+$/, '-');
  for (let i = 0; i < 140; i++) {
    const file = join(images().folder, `${prefix}${i}`);
    writeFileSync(file, '');
    utimesSync(file, 1, 1);
  }
  expect(run({ args: [module(), 'one more'] })).toEqual(plain);
  expect(records().length).toBe(128);
});
