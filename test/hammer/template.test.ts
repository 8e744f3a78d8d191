/** A thousand containers in a row and five hundred at once, from one template, with every layer on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forkScript, launcherFlags, publishedAddon } from '../helpers/fork.ts';
import { guest } from '../helpers/guests.ts';
import { expectNothingLeft, forgetSession, rememberSession } from '../helpers/leaks.ts';
import { wat } from '../host/run-bytes.ts';

const inARow = 1000;
const atOnce = 500;

const script = forkScript(`${import.meta.dirname}/template-process.ts`, publishedAddon);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-hammer-'));
});
afterAll(() => {
  script.remove();
  rmSync(folder, { recursive: true });
});

interface Summary {
  ok: number;
  faults: string[];
  children: number;
  newDescriptors: string[];
  enforced: string[];
  groups?: number;
}

/** In a session of its own: leaks are counted by session. */
function startTemplate(mode: string, count: number, module: string) {
  const args = [...launcherFlags('--no-liftoff'), script.path, mode, String(count), module];
  const child = spawn(process.execPath, args, { env: {}, detached: true });
  if (child.pid === undefined) throw new Error('did not start');
  rememberSession(child.pid);
  return { child, pid: child.pid, output: buffer(child.stdout), lines: linesOf(child.stderr) };
}

async function* linesOf(stream: Readable): AsyncGenerator<string> {
  for await (const line of createInterface({ input: stream })) yield line;
}

async function nextReport<T>(lines: AsyncGenerator<string>): Promise<T> {
  const { value } = await lines.next();
  return JSON.parse(String(value));
}

test('a thousand in a row', { timeout: 180_000 }, async () => {
  const { child, pid, output, lines } = startTemplate('row', inARow, guest('c/hello'));
  child.stdin.end();
  const summary = await nextReport<Summary>(lines);
  await once(child, 'exit');
  forgetSession(pid);
  expect(summary).toMatchObject({ ok: inARow, faults: [], children: 0, newDescriptors: [] });
  expect(summary.enforced).toEqual(
    expect.arrayContaining(['cgroup.memory', 'namespaces', 'root', 'capabilities', 'uid', 'landlock', 'seccomp']),
  );
  expect((await output).toString()).toBe('hello\n'.repeat(inARow));
  await expectNothingLeft();
});

/** Waits for one byte, and gives it back. */
const echoByte = `(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\40\\00\\00\\00\\01\\00\\00\\00")
  (func (export "_start")
    (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)) (then unreachable))
    (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)) (then unreachable))))`;

test('five hundred at once: all answer, all are gone', { timeout: 180_000 }, async () => {
  const module = join(folder, 'echo-byte.wasm');
  writeFileSync(module, await wat(echoByte));
  const { child, pid, output, lines } = startTemplate('crowd', atOnce, module);
  expect(await nextReport(lines)).toEqual({ alive: atOnce, groups: expect.toSatisfy((groups) => groups >= atOnce) });
  child.stdin.end('x'.repeat(atOnce));
  const summary = await nextReport<Summary>(lines);
  await once(child, 'exit');
  forgetSession(pid);
  expect(summary).toMatchObject({ ok: atOnce, faults: [], children: 0, newDescriptors: [], groups: 0 });
  expect((await output).toString()).toBe('x'.repeat(atOnce));
  await expectNothingLeft();
});
