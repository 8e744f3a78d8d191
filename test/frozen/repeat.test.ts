/** A start that was done before is done again by the launcher alone, and whatever it meets is told as ever. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ImageFolder, imageFolder } from '../helpers/frozen.ts';
import { guest } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { wasmctrBin } from '../helpers/wasmctr.ts';

/** Groups that the launcher can make: those of version 1. */
const hasV1 = readFileSync('/proc/self/cgroup', 'utf8').includes(':memory:') && process.geteuid?.() === 0;

let images: ImageFolder;
let home: string;
let module: string;
beforeAll(() => {
  images = imageFolder();
  images.refresh();
  home = mkdtempSync(join(tmpdir(), 'wasmctr-repeat-'));
});
beforeEach(() => {
  module = join(mkdtempSync(join(home, 'test-')), 'told.wasm');
  copyFileSync(guest('wat/as-told'), module);
});
afterAll(async () => {
  images.remove();
  rmSync(home, { recursive: true });
  await expectNothingLeft();
});

const records = (): string[] => readdirSync(images.folder).filter((name) => name.includes('.again-'));

interface Told {
  input?: string;
  args?: readonly string[];
  env?: Record<string, string>;
  prefix?: readonly string[];
}

/** Standard input is always a pipe: one situation. */
function run({ input = '', args = [module], env = {}, prefix = [] }: Told = {}) {
  const [program = '', ...words] = [...prefix, wasmctrBin, 'run', ...args];
  const all = { XDG_CACHE_HOME: images.cache, WASMCTR_FROZEN: '1', ...env };
  const options = { input, env: all, encoding: 'utf8', timeout: 20_000 } as const;
  const { stdout, stderr, status, signal } = spawnSync(program, words, options);
  return { stdout, stderr, status, signal };
}

interface Traced {
  /** By the launcher itself, where it makes the control groups. */
  madeGroups: boolean;
  /** There was JavaScript in the supervisor: its event loop. */
  supervised: boolean;
}

/** Under strace all is slow, and its filter is part of the situation. */
function trace(told: Told = {}): Traced {
  const file = join(home, 'trace');
  const strace = ['/usr/bin/strace', '--seccomp-bpf', '-f', '-o', file, '-e', 'trace=clone3,epoll_pwait,mkdirat'];
  const prefix = [...strace, ...(told.prefix ?? [])];
  run({ ...told, prefix });
  const lines = readFileSync(file, 'utf8').split('\n');
  const launcher = lines[0]?.split(' ')[0] ?? '';
  const calls = (name: string): boolean =>
    lines.some((line) => line.startsWith(launcher) && line.includes(` ${name}(`));
  return { madeGroups: calls('mkdirat'), supervised: calls('epoll_pwait') };
}

/** Whether the launcher starts it from a record, once there can be one. */
function isRepeated(told: Told = {}): boolean {
  trace(told);
  return trace(told).madeGroups;
}

const plain = { stdout: 'told\n', stderr: '', status: 0, signal: null };

describe.runIf(hasV1)('a start', () => {
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
    const args = ['--timeout', '1s', module];
    expect(run({ args })).toEqual(plain);
    expect(run({ args, input: 's' })).toMatchObject({ stdout: 'told\n', status: 124 });
    trace({ args });
    expect(trace({ args, input: 's' })).toEqual({ madeGroups: true, supervised: true });
  });

  test('that writes more than it may is stopped', () => {
    const args = ['--max-output', '1MiB', module];
    expect(run({ args })).toEqual(plain);
    const full = run({ args, input: 'w' });
    expect(full.stdout.length).toBeLessThanOrEqual(2 ** 20);
    expect(full.stdout.length).toBeGreaterThan(2 ** 20 - 5);
    expect(full.stderr).toContain('output limit reached');
  });

  test.each([1, 4, 12, 60])('is ended by a signal after %i ms, and leaves nothing', async (afterMs) => {
    expect(run()).toEqual(plain);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const child = spawn(wasmctrBin, ['run', module], {
        env: { XDG_CACHE_HOME: images.cache, WASMCTR_FROZEN: '1' },
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
    const kept = (): string[] => readdirSync(join(images.cache, 'wasmctr')).filter((name) => name.startsWith('code-'));
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
    rmSync(join(images.cache, 'wasmctr', kept()[0] ?? ''));
    expect(run({ env })).toEqual(plain);
  });

  test('dies with its launcher', async () => {
    expect(run()).toEqual(plain);
    for (const afterMs of [3, 8, 16, 40]) {
      const child = spawn(wasmctrBin, ['run', module], {
        env: { XDG_CACHE_HOME: images.cache, WASMCTR_FROZEN: '1' },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      child.stdin.end('s');
      await sleep(afterMs);
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    // Those that follow remove the groups of the killed.
    for (let i = 0; i < 3; i++) run({ args: ['--stats', module] });
  });
});

describe.runIf(hasV1)('a start is not repeated', () => {
  test('with what a supervisor has to do', () => {
    const before = records().length;
    for (const flags of [['--stats'], ['--dir', home], ['--strace'], ['--env', 'HOME'], ['--timeout', '999ms']]) {
      const args = [...flags, module];
      expect(isRepeated({ args }), flags.join(' ')).toBe(false);
    }
    expect(records().length).toBe(before);
  });

  test('when the module, the arguments or its settings are others', () => {
    expect(isRepeated()).toBe(true);
    const repeats = (told: Told): boolean => trace(told).madeGroups;
    expect(repeats({})).toBe(true);
    expect(repeats({ args: [module, 'more'] })).toBe(false);
    expect(repeats({ env: { WASMCTR_CACHE: '0' } })).toBe(false);
    expect(repeats({ prefix: ['/usr/bin/prlimit', '--core=0:0'] })).toBe(false);
    writeFileSync(module, readFileSync(module));
    expect(repeats({})).toBe(false);
    expect(repeats({})).toBe(true);
  });

  test('when standard streams are of another kind', () => {
    run();
    const file = openSync(join(home, 'output'), 'w');
    const env = { XDG_CACHE_HOME: images.cache, WASMCTR_FROZEN: '1' };
    const before = records().length;
    expect(spawnSync(wasmctrBin, ['run', module], { stdio: ['pipe', file, 'pipe'], env }).status).toBe(0);
    closeSync(file);
    expect(records().length).toBe(before + 1);
  });

  test('from a record that is damaged, open to others, or of another image', () => {
    expect(isRepeated()).toBe(true);
    const [name = ''] = records().toSorted((a, b) => mtime(b) - mtime(a));
    const file = join(images.folder, name);
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
    images.refresh();
    expect(isUsed()).toBe(false);
  });
});

const mtime = (name: string): number => statSync(join(images.folder, name)).mtimeMs;

test.runIf(hasV1)('records are few', () => {
  expect(run()).toEqual(plain);
  const prefix = (records()[0] ?? '').replace(/-[0-9a-f]+$/, '-');
  for (let i = 0; i < 140; i++) {
    const file = join(images.folder, `${prefix}${i}`);
    writeFileSync(file, '');
    utimesSync(file, 1, 1);
  }
  expect(run({ args: [module, 'one more'] })).toEqual(plain);
  expect(records().length).toBe(128);
});
