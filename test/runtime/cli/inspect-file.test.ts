import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadNative } from '../../../native/load.ts';
import { inspectFile } from '../../../runtime/cli/inspect-file.ts';
import { cli } from './io.ts';

const native = loadNative();
const folder = mkdtempSync(join(tmpdir(), 'wasmctr-inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const inspect = (...argv: string[]) => cli(['inspect', ...argv], { inspect: (path) => inspectFile(native, path) });

const wat = `(module
  (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start")))`;

test('WAT text, as text and as JSON', async () => {
  const path = file('a.wat', wat);
  const text = await inspect(path);
  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout).toMatch(/^kind +command, WASI 0\.1\n/);
  const { stdout } = await inspect('--json', path);
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'command',
    wasi: ['0.1'],
    imports: [{ name: 'fd_write', provided: true }],
  });
});

test('a name with escape sequences', async () => {
  const path = file('b.wat', '(module (func (export "\\1b]0;x\\07")))');
  for (const argv of [[path], ['--json', path]]) {
    const { code, stdout } = await inspect(...argv);
    expect(code).toBe(0);
    expect(stdout).not.toContain('\u001b');
  }
});

test.each<[string, string, string, number]>([
  ['missing', join(folder, 'none.wasm'), 'ENOENT', 127],
  ['a directory', folder, 'EISDIR', 126],
  ['empty', file('empty', ''), 'empty', 126],
  ['no module', file('text', 'hello'), 'text', 126],
  ['cut', file('cut.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 9)), "can't inspect", 126],
])('%s', async (_, path, message, exitCode) => {
  const { code, stdout, stderr } = await inspect(path);
  expect(stderr).toMatch(/^wasmctr: [^\n]*\n$/);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
});
