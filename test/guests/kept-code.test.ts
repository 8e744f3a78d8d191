/** The second run of a big module begins with the machine code that the first one showed to be worth it. */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunResult } from '../../runtime/result.ts';
import { type WasmctrOptions, wasmctr } from '../helpers/wasmctr.ts';
import { wat } from '../host/run-bytes.ts';

/** Enough to count as big; the engine leaves custom sections alone. */
const paddingBytes = 1_200_000;

/** Adds up in a loop that is hot, writes one character, and exits with the sum's low bits. */
function program(character: string): string {
  return `(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\08\\00\\00\\00\\01\\00\\00\\00${character}")
    (func $sum (param $n i32) (result i32) (local $all i32)
      (loop (local.set $all (i32.add (local.get $all) (local.get $n)))
        (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $all))
    (func (export "_start")
      (drop (call $sum (i32.const 20000000)))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))
      (call $exit (i32.and (call $sum (i32.const 10)) (i32.const 63)))))`;
}

async function bigModule(path: string, character = 'x'): Promise<string> {
  const padding = Buffer.alloc(paddingBytes);
  const size = Buffer.from([0x80 | (paddingBytes & 0x7f), 0x80 | ((paddingBytes >> 7) & 0x7f), paddingBytes >> 14]);
  writeFileSync(path, Buffer.concat([await wat(program(character)), Buffer.from([0]), size, padding]));
  return path;
}

let home: string;
let module: string;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'wasmctr-kept-'));
  module = await bigModule(join(home, 'big.wasm'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

interface Ran {
  stdout: string;
  exitCode: number | null;
  code: RunResult['code'];
}

async function run(flags: readonly string[] = [], { env = {} }: WasmctrOptions = {}): Promise<Ran> {
  const receipt = join(home, 'receipt.json');
  const args = ['run', '--stats-file', receipt, ...flags, module];
  const { stdout, code: exitCode } = await wasmctr(args, { env: { XDG_CACHE_HOME: home, ...env } });
  const { code } = JSON.parse(readFileSync(receipt, 'utf8')) as RunResult;
  return { stdout, exitCode, code };
}

const cold: Ran = { stdout: 'x', exitCode: 55, code: 'compiled' };
const hot: Ran = { ...cold, code: 'kept' };

function entries(kind: string): string[] {
  const folder = join(home, 'wasmctr');
  // Where nothing was kept there is none.
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(`${kind}-`)) : [];
}

/** The process that makes code waits 2 s until the file's digest can be trusted. */
async function madeCode(count = 1): Promise<string> {
  for (let tries = 0; tries < 300 && entries('code').length < count; tries++) await sleep(100);
  const [entry] = entries('code');
  if (entry === undefined || entries('code').length < count) throw new Error('no code was made');
  return join(home, 'wasmctr', entry);
}

test('the second run is hot, and says so; nobody waited', async () => {
  expect(await run()).toEqual(cold);
  expect(statSync(await madeCode()).mode & 0o777).toBe(0o600);
  expect(await run()).toEqual(hot);
  expect(await run(['--no-warm'])).toEqual(cold);
  expect(await run([], { env: { WASMCTR_CACHE: '0' } })).toEqual(cold);
  // The limit is written into the module that is compiled.
  expect(await run(['--memory', '32MiB'])).toEqual(cold);
});

test('of a small module code is kept when that is asked for, and not otherwise', async () => {
  writeFileSync(module, await wat(program('x')));
  expect(await run()).toEqual(cold);
  await sleep(3000);
  expect(entries('code')).toEqual([]);
  expect(await run(['--warm'])).toEqual(cold);
  await madeCode();
  expect(await run()).toEqual(hot);
  expect(await run(['--memory', '32MiB'])).toEqual(cold);
  expect(await run(['--no-warm'])).toEqual(cold);
  // From standard input it would not be found again.
  writeFileSync(module, await wat(program('y')));
  expect(await run()).toEqual({ ...cold, stdout: 'y' });
});

test('without a cache, or when it is not wanted, nothing is made', async () => {
  expect(await run(['--no-warm'])).toEqual(cold);
  expect(await run([], { env: { WASMCTR_CACHE: '0' } })).toEqual(cold);
  await sleep(3000);
  // Images of warm processes have a switch of their own.
  const left = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/^wasmctr(\/frozen.*)?$/.test(name),
  );
  expect(left.sort()).toEqual(['big.wasm', 'receipt.json']);
});

test('a module that changed is compiled again', async () => {
  await run();
  await madeCode();
  await bigModule(module, 'y');
  expect(await run()).toEqual({ ...cold, stdout: 'y' });
  await madeCode(2);
  expect(await run()).toEqual({ ...hot, stdout: 'y' });
});

test('a file that is no longer what its digest says brings no code, and no verdict, to that digest', async () => {
  await run();
  await madeCode();
  const [name = ''] = entries('digest');
  const path = join(home, 'wasmctr', name);
  // As it was remembered of a trusted module: the entry of another digest, valid in itself.
  const [other, key] = [randomBytes(32), readFileSync(path).subarray(32, 64)];
  writeFileSync(path, Buffer.concat([other, key, createHash('sha256').update(other).digest()]));
  expect(await run()).toEqual(cold);
  await sleep(3000);
  expect(entries('code')).toHaveLength(1);
});

test.each<[string, (bytes: Buffer) => Uint8Array]>([
  ['a flipped byte', (bytes) => bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte))],
  ['half of it', (bytes) => bytes.subarray(0, bytes.length / 2)],
  ['nothing', () => Buffer.alloc(0)],
  ['a trailer without code', (bytes) => bytes.subarray(bytes.length - 64)],
])('%s in place of code costs time, and nothing else', async (_, change) => {
  await run();
  const path = await madeCode();
  writeFileSync(path, change(readFileSync(path)));
  expect(await run()).toEqual(cold);
});

test("code is another user's, or open to others: it is not used", async () => {
  await run();
  const path = await madeCode();
  chmodSync(path, 0o666);
  expect(await run()).toEqual(cold);
  await madeCode();
  chownSync(path, 65_534, 65_534);
  expect(await run()).toEqual(cold);
});

test('a file that others may write has code too', async () => {
  chmodSync(module, 0o666);
  expect(await run()).toEqual(cold);
  await madeCode();
  expect(await run()).toEqual(hot);
});

test('many first runs at once make one piece of code', async () => {
  const runs = await Promise.all(Array.from({ length: 6 }, () => run().catch(() => null)));
  expect(runs.length).toBe(6);
  await madeCode();
  await sleep(500);
  expect(entries('code')).toHaveLength(1);
  expect(await run()).toEqual(hot);
});

test('two users share nothing', async () => {
  await run();
  await madeCode();
  const other = join(home, 'other');
  mkdirSync(other, { mode: 0o700 });
  expect(await run([], { env: { XDG_CACHE_HOME: other } })).toEqual(cold);
});
