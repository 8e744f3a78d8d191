/** Components give what they give elsewhere: under jco's own host, and under wasmtime where it is installed. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, guest, npmTools } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest } from '../helpers/wasmctr.ts';
import { treeOf } from './file-script.ts';

interface Outcome {
  stdout: string;
  /** Codes differ: jco run knows 0 and 1, a trap is 134 here and there and 1 elsewhere. */
  ok: boolean;
}

interface Case {
  name: string;
  args?: readonly string[];
  stdin?: string;
  env?: Record<string, string>;
  /** Has a folder, as /d. */
  files?: boolean;
  /** jco's host does otherwise, and why. */
  notJco?: string;
}

const cases: Case[] = [
  { name: 'wat-p2/hello' },
  { name: 'wat-p2/run-error' },
  { name: 'wat-p2/echo-stdin', stdin: 'some input\n'.repeat(5000) },
  { name: 'wat-p2/realloc-grows', args: ['żółw'] },
  { name: 'wat-p2/handles-come-back', notJco: 'it takes 12 s' },
  { name: 'wat-p2/import-in-start' },
  { name: 'wat-p2/composed' },
  { name: 'wat-p2/versions-mixed' },
  { name: 'wat-p2/start-traps' },
  { name: 'wat-p2/trap-handle-unknown' },
  { name: 'wat-p2/trap-double-drop' },
  { name: 'wat-p2/trap-handle-negative', notJco: 'it lets handles pass that nobody has' },
  { name: 'wat-p2/trap-list-out-of-range', notJco: 'it cuts lists at the end of memory' },
  { name: 'wat-p2/trap-list-unaligned' },
  { name: 'wat-p2/trap-return-unaligned', notJco: 'it does not look at alignment' },
  { name: 'wat-p2/trap-string-surrogate', notJco: 'it replaces what is not UTF-8' },
  { name: 'wat-p2/trap-poll-nothing' },
  { name: 'rust-p2/hello' },
  { name: 'rust-p2/main-error' },
  { name: 'rust-p2/panic' },
  { name: 'rust-p2/shout', args: ['one', 'two'] },
  { name: 'rust-p2/collections', stdin: 'one two\ntwo\n' },
  { name: 'rust-p2/cat', stdin: 'x'.repeat(300_000) },
  { name: 'rust-p2/random' },
  { name: 'rust-p2/streams', stdin: 'abcdefghijk', notJco: 'it is never ready for a write of 4096 bytes' },
  { name: 'rust-p2/files', args: ['/d'], files: true, notJco: 'it makes no hard links' },
  { name: 'rust-p2/descriptors', files: true, notJco: 'it has no streams that append' },
  { name: 'c-p2/cat', stdin: 'through\n' },
  { name: 'c-p2/exit-code', args: ['7'] },
  { name: 'c-p2/print-env', env: { A: '1', B: 'zwei' } },
  { name: 'c-p2/write-file', args: ['/d/file', 'content'], files: true },
  { name: 'c-p2/positional', args: ['/d/file'], files: true },
  { name: 'c-p2/unlink-open', args: ['/d/file'], files: true, notJco: 'it has no metadata of what has no name' },
  { name: 'as-p2/hello' },
  { name: 'as-p2/fib', args: ['20'] },
];

let tools: string;
let scratch: string;
beforeAll(() => {
  build('c-p2', 'as-p2', 'rust-p2');
  tools = npmTools();
  scratch = mkdtempSync(join(tmpdir(), 'wasmctr-differential-'));
  // jco's host has no folders unless a module gives it some.
  const shim = join(
    tools,
    '@bytecodealliance/jco/node_modules/@bytecodealliance/preview2-shim/dist/nodejs/filesystem.js',
  );
  writeFileSync(
    join(scratch, 'preopen.mjs'),
    `import { _addPreopen, _clearPreopens } from '${shim}';\n_clearPreopens();\n_addPreopen('/d', process.env.FOLDER);\n`,
  );
}, 300_000);
afterAll(async () => {
  rmSync(scratch, { recursive: true });
  await expectNothingLeft();
});

async function inFolder(run: (folder: string) => Promise<Outcome>): Promise<Outcome & { tree: string[] }> {
  const folder = mkdtempSync(join(scratch, 'd-'));
  return { ...(await run(folder)), tree: treeOf(folder) };
}

async function ours({ name, args, stdin, env = {}, files }: Case, folder: string): Promise<Outcome> {
  const flags = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
  if (files) flags.push('--dir', `${folder}::/d`);
  const { stdout, stderr, code } = await runGuest(name, args, { flags, stdin: stdin ?? '' });
  // Not the guest's failure, with which the others' would be compared.
  if (code === 125 || code === 126) throw new Error(stderr);
  return { stdout, ok: code === 0 };
}

function command(file: string, args: readonly string[], env: NodeJS.ProcessEnv, stdin: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const settings = { env, maxBuffer: 1 << 26, timeout: 60_000 };
    const child = execFile(file, args, settings, (error, stdout) => resolve({ stdout, ok: error === null }));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
}

function jco({ name, args = [], stdin = '', env = {}, files }: Case, folder: string): Promise<Outcome> {
  const cli = join(tools, '@bytecodealliance/jco/dist/jco.js');
  const preopen = files ? ['--jco-import', join(scratch, 'preopen.mjs')] : [];
  return command(process.execPath, [cli, 'run', ...preopen, guest(name), ...args], { ...env, FOLDER: folder }, stdin);
}

function wasmtime({ name, args = [], stdin = '', env = {}, files }: Case, folder: string): Promise<Outcome> {
  const variables = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
  const dir = files ? ['--dir', `${folder}::/d`] : [];
  return command('wasmtime', ['run', ...variables, ...dir, guest(name), ...args], process.env, stdin);
}

describe('as under jco', () => {
  it.each(cases.filter(({ notJco, env }) => !notJco && !env))('$name', async (one) => {
    const [mine, theirs] = await Promise.all([inFolder((d) => ours(one, d)), inFolder((d) => jco(one, d))]);
    expect(mine).toEqual(theirs);
  });
});

const hasWasmtime = (process.env.PATH ?? '').split(delimiter).some((folder) => existsIn(folder));

describe.runIf(hasWasmtime)('as under wasmtime', () => {
  it.each(cases)('$name', async (one) => {
    const [mine, theirs] = await Promise.all([inFolder((d) => ours(one, d)), inFolder((d) => wasmtime(one, d))]);
    expect(mine).toEqual(theirs);
  });
});

function existsIn(folder: string): boolean {
  return folder !== '' && existsSync(join(folder, 'wasmtime'));
}
