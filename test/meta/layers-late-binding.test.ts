/**
 * Loading host code asks nothing of the kernel and nothing of the environment: between two marks in strace's record
 * there is memory management only. What is loaded can then be forked, or frozen into a file.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleScript, launcherFlags, publishedAddon } from '../helpers/fork.ts';
import { root } from '../helpers/guests.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-late-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a compiled bundle between two marks; what it asks of the environment, clocks or randomness is an error. */
const loader = `
const { readFileSync, statSync } = require('node:fs');
const { Script } = require('node:vm');
const script = new Script(readFileSync(process.argv[2], 'utf8'), { filename: 'bundle.cjs' });
const refuse = (name) => () => { throw new Error(name + ' while loading'); };
const env = process.env;
Object.defineProperty(process, 'env', { get: refuse('process.env') });
for (const [object, name] of [[Date, 'now'], [performance, 'now'], [Math, 'random'], [process, 'cwd'], [process, 'hrtime']])
  Object.defineProperty(object, name, { value: refuse(name) });
const run = script.runInThisContext();
statSync('/first-mark', { throwIfNoEntry: false });
run({}, require, { exports: {} }, '/bundle.cjs', '/');
statSync('/second-mark', { throwIfNoEntry: false });
Object.defineProperty(process, 'env', { value: env });
`;

/** The names of system calls made by the main thread while the module is loaded. */
function callsWhileLoading(entry: string): string[] {
  const bundle = bundleScript(join(root, entry), folder, publishedAddon);
  writeFileSync(
    bundle,
    `(function (exports, require, module, __filename, __dirname) {${readFileSync(bundle, 'utf8')}\n})`,
  );
  const script = join(folder, 'loader.cjs');
  writeFileSync(script, loader);
  const record = join(folder, 'record.txt');
  execFileSync('strace', ['-o', record, process.execPath, ...launcherFlags('--liftoff'), script, bundle], { env: {} });
  const lines = readFileSync(record, 'utf8').split('\n');
  const between = lines.slice(mark(lines, 'first-mark') + 1, mark(lines, 'second-mark'));
  return between.map((line) => line.split('(')[0] ?? '').filter((name) => name !== '');
}

function mark(lines: readonly string[], name: string): number {
  const index = lines.findIndex((line) => line.includes(name));
  if (index < 0) throw new Error(`no ${name} in the record`);
  return index;
}

/** V8's memory: heap pages, code pages, and threads that are told of them. */
const memoryCalls = ['mmap', 'munmap', 'mprotect', 'madvise', 'brk', 'futex'];

describe('loading', () => {
  test.each(['host/main.ts', 'runtime/start.ts'])('%s touches nothing', (entry) => {
    expect(callsWhileLoading(entry).filter((name) => !memoryCalls.includes(name))).toEqual([]);
  });

  test('a module that does touch something is seen', () => {
    const entry = join(folder, 'early.ts');
    writeFileSync(
      entry,
      "import { readFileSync } from 'node:fs'; export const early = readFileSync('/proc/self/status');",
    );
    expect(callsWhileLoading(relative(root, entry))).toContain('openat');
  });
});
