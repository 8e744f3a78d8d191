import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadNative } from '../../../native/load.ts';
import { inspectFile } from '../../../runtime/cli/inspect-file.ts';
import { typesFile } from '../../../runtime/cli/types-file.ts';
import { componentOf, kitWit } from '../../helpers/wit-component.ts';
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

const kit = file('kit.wasm', await componentOf(kitWit, 'kit'));

test("a component's WIT alone", async () => {
  const { code, stdout } = await inspect('--wit', kit);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^package root:component;\n/);
  expect(await inspect('--wit', file('c.wat', wat))).toMatchObject({
    code: 126,
    stderr: expect.stringContaining('a core module has no WIT'),
  });
});

const types = (...argv: string[]) => cli(['types', ...argv], { types: (request) => typesFile(native, request) });

test("a component's types, on stdout and in a file", async () => {
  const { code, stdout } = await types(kit);
  expect(code).toBe(0);
  expect(stdout).toContain('export type Imports = {');
  const output = join(folder, 'kit.d.ts');
  expect(await types(kit, '-o', output)).toMatchObject({ code: 0, stdout: '' });
  expect(readFileSync(output, 'utf8')).toBe(stdout);
});

test.each<[string, string[], string, number]>([
  ['a core module', [file('d.wat', wat)], 'only components have types', 126],
  ['damaged', [file('e.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 7, 9))], "can't read the types", 126],
  ['nowhere to write', [kit, '-o', join(folder, 'none/kit.d.ts')], 'ENOENT', 125],
])('no types: %s', async (_, argv, message, exitCode) => {
  const { code, stdout, stderr } = await types(...argv);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
});
