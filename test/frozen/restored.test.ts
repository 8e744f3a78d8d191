/** What a restored process can do: everything that a started one can, with randomness and identity of its own. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleScript, publishedAddon } from '../helpers/fork.ts';
import { root } from '../helpers/guests.ts';
import { wasmctrBin } from '../helpers/wasmctr.ts';
import { wat } from '../host/run-bytes.ts';

const isRoot = process.geteuid?.() === 0;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-restored-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'dist'));
  copyFileSync(wasmctrBin, join(folder, 'bin/wasmctr'));
  mkdirSync(join(folder, 'native/build'), { recursive: true });
  // The launcher looks for it here; to the linker it is one file with that of the script.
  symlinkSync(publishedAddon, join(folder, 'native/build/wasmctr.node'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const script = bundleScript(join(root, 'test/helpers/frozen-process.ts'), folder, publishedAddon);
  renameSync(script, join(folder, 'dist/cli.cjs'));
  writeFileSync(join(folder, 'loop.wasm'), await wat(loopModule));
  expect(restored(['process'], { WASMCTR_FROZEN: 'refresh' })).toHaveProperty('process');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a process that comes from the image answers. `run` alone is frozen. */
function restored(
  scenarios: readonly string[],
  env: Record<string, string> = {},
  prefix: readonly string[] = [],
): Record<string, unknown> {
  const [program = '', ...args] = [...prefix, join(folder, 'bin/wasmctr'), 'run', ...scenarios];
  const { stdout, stderr, status, signal } = start([program, ...args], env);
  expect({ stderr, status, signal }).toEqual({ stderr: '', status: 0, signal: null });
  return JSON.parse(stdout);
}

function start([program = '', ...args]: readonly string[], env: Record<string, string> = {}) {
  const stdin = openSync(join(folder, 'loop.wasm'), 'r');
  try {
    return spawnSync(program, args, {
      env: { XDG_CACHE_HOME: folder, ...env },
      cwd: dirname(folder),
      timeout: 20_000,
      encoding: 'utf8',
      stdio: [stdin, 'pipe', 'pipe'],
    });
  } finally {
    closeSync(stdin);
  }
}

/** Adds up the numbers below its argument; reads out of bounds. */
const loopModule = `(module (memory 1)
  (func (export "sum") (param $n i32) (result i32) (local $i i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $sum))
  (func (export "trap") (result i32) (i32.load (i32.const 0x7fffffff))))`;

describe('a restored process', () => {
  test('has a pid, a folder, an empty environment and a clock of its own', () => {
    const { process: facts } = restored(['process']);
    expect(facts).toEqual({ pid: true, cwd: dirname(folder), env: 0, soonMs: expect.toSatisfy((ms) => ms < 5_000) });
  });

  test.each([
    ['collection', expect.any(Number)],
    ['timers', { waited: true, ticks: true }],
    ['files', true],
    ['http', 'served'],
    ['worker', 42],
    ['children', 'child\n'],
    ['signals', 'SIGUSR2'],
    ['wasm', { total: 49_995_000, trap: 'RuntimeError: memory access out of bounds' }],
    ['overflow', 'RangeError: Maximum call stack size exceeded'],
    ['jspi', 42],
  ])('can do its %s', (name, expected) => {
    expect(restored([name])[name]).toEqual(expected);
  });

  test('can do everything, one after the other', () => {
    const names = [
      'collection',
      'wasm',
      'files',
      'timers',
      'children',
      'overflow',
      'jspi',
      'http',
      'collection',
      'wasm',
    ];
    expect(Object.keys(restored(names)).sort()).toEqual([...new Set(names)].sort());
  });
});

test.each([
  ['uncaught', 125, 'wasmctr: internal error: Error: thrown where nobody catches'],
  ['nothing', 0, ''],
])('ends by itself: %s', (name, code, text) => {
  const { status, stderr } = start([join(folder, 'bin/wasmctr'), 'run', name]);
  expect({ status, stderr }).toEqual({ status: code, stderr: expect.stringContaining(text) });
});

describe('randomness', () => {
  interface Random {
    bytes: string;
    uuid: string;
    math: readonly number[];
    webcrypto: string;
  }
  const starts = Number(process.env.WASMCTR_RANDOM_STARTS ?? 60);

  test.runIf(isRoot)('differs in every start, under the same pid too', { timeout: 300_000 }, () => {
    const prefix = ['/usr/bin/unshare', '--pid', '--fork', '--mount-proc'];
    const seen = new Set<unknown>();
    for (let i = 0; i < starts; i++) {
      const { bytes, uuid, math, webcrypto } = restored(['random'], {}, prefix).random as Random;
      for (const value of [bytes, uuid, webcrypto, ...math]) seen.add(value);
    }
    expect(seen.size).toBe(starts * 5);
  });
});
