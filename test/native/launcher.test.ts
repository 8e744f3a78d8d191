/** bin/wasmctr finds its Node and chooses the compiler, wherever and however it is called. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launcherFlags } from '../helpers/fork.ts';
import { guest, pythonWasm, root } from '../helpers/guests.ts';
import { startWasmctr, wasmctrBin } from '../helpers/wasmctr.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-launcher-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function hello(program: string, options: { cwd?: string; env?: Record<string, string> } = {}): string {
  return execFileSync(program, ['run', guest('c/hello')], { encoding: 'utf8', env: {}, ...options });
}

describe('says hello', () => {
  test('with an empty environment, from the root folder', () => {
    expect(hello(wasmctrBin, { cwd: '/' })).toBe('hello\n');
  });

  test('through a chain of symbolic links, one of them relative', () => {
    const first = join(folder, 'wasmctr');
    symlinkSync(wasmctrBin, first);
    symlinkSync('./wasmctr', join(folder, 'wc'));
    expect(hello(join(folder, 'wc'), { cwd: folder })).toBe('hello\n');
    expect(hello('./wc', { cwd: folder })).toBe('hello\n');
  });

  test('from a folder that is gone', () => {
    const gone = mkdtempSync(join(folder, 'gone-'));
    const script = `cd ${gone} && rmdir ${gone} && exec ${wasmctrBin} run ${guest('c/hello')}`;
    expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: {} })).toBe('hello\n');
  });

  test('found through PATH, where `node` is another one', () => {
    const node = join(folder, 'node');
    writeFileSync(node, '#!/bin/sh\necho the wrong node >&2\nexit 99\n');
    chmodSync(node, 0o755);
    symlinkSync(wasmctrBin, join(folder, 'wasmctr-in-path'));
    const env = { PATH: folder };
    const { stdout, stderr } = spawnSync('/usr/bin/env', ['wasmctr-in-path', 'run', guest('c/hello')], {
      encoding: 'utf8',
      env,
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'hello\n', stderr: '' });
  });

  test('whatever the caller tells Node through the environment', () => {
    const env = { NODE_OPTIONS: '--no-such-flag', NODE_PATH: '/nowhere', LD_LIBRARY_PATH: '/nowhere' };
    expect(hello(wasmctrBin, { env })).toBe('hello\n');
  });
});

/** The command line and environment of the process that supervises a guest which does not end. */
async function running(module: string, args: readonly string[]): Promise<{ argv: string[]; environ: string }> {
  const run = startWasmctr(['run', module, ...args], { env: { SECRET: 'in-the-environment' }, stdin: undefined });
  const read = (name: string): string => readFileSync(`/proc/${run.pid}/${name}`, 'utf8');
  // The launcher becomes Node by execve, a millisecond after it has started.
  while (!read('cmdline').includes('--single-threaded')) await new Promise((resolve) => setTimeout(resolve, 1));
  const facts = { argv: read('cmdline').split('\0').slice(0, -1), environ: read('environ') };
  process.kill(run.pid, 'SIGKILL');
  await run.result;
  return facts;
}

describe('compiles by size', () => {
  test('a small module by the optimising compiler alone', async () => {
    const { argv, environ } = await running(guest('c/spin'), ['an-argument']);
    expect(argv).toEqual(expect.arrayContaining(launcherFlags('--no-liftoff')));
    expect(argv).not.toContain('--liftoff');
    expect(argv.join(' '), 'what the caller gave').not.toMatch(/spin|an-argument/);
    expect(environ).toBe('');
  });

  test('a big module by tiers', async () => {
    const { argv } = await running(pythonWasm, ['-c', 'while True: pass']);
    expect(argv).toEqual(expect.arrayContaining(launcherFlags('--liftoff')));
    expect(argv).not.toContain('--no-liftoff');
  });
});

test('a package whose addon was not built says so in one line', () => {
  const broken = join(folder, 'broken');
  mkdirSync(join(broken, 'bin'), { recursive: true });
  copyFileSync(wasmctrBin, join(broken, 'bin/wasmctr'));
  // Copied, not linked: Node would resolve the addon from where a link leads.
  cpSync(join(root, 'dist'), join(broken, 'dist'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(broken, 'node_modules'));
  const { status, stderr } = spawnSync(join(broken, 'bin/wasmctr'), ['run', guest('c/hello')], { encoding: 'utf8' });
  expect(status).toBe(125);
  expect(stderr).toMatch(/^wasmctr: the native addon can't be loaded \([^\n]*\): run `npm rebuild wasmctr`\n$/);
});
