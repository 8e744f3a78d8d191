/** Code is made by compiling alone: nothing of the module runs, and what comes out fits the module as it was. */
import { expect, test } from 'vitest';
import { type PreparedModule, prepareModule } from '../../../host/load.ts';
import { readFile } from '../../../host/read-file.ts';
import { loadNative } from '../../../native/load.ts';
import { optimizedModule } from '../../../runtime/kept-code/optimize.ts';
import { memoryFile, wat } from '../../host/run-bytes.ts';

const native = loadNative();

async function prepared(text: string): Promise<PreparedModule> {
  const bytes = readFile(memoryFile(await wat(text)), 128);
  return prepareModule(bytes, { memoryLimitBytes: 1 << 20, calledExports: new Set() });
}

function codeOf(module: PreparedModule, functions: readonly number[]): Uint8Array {
  const imported = module.interface.imports.filter(({ type }) => type.kind === 'func').length;
  return native.serializeCode(optimizedModule({ bytes: module.bytes, imported }, functions));
}

const adder = '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))';

test('a module compiled with it does what it did', async () => {
  const module = await prepared(adder);
  const kept = native.compileWithCode(module.bytes, codeOf(module, [0]));
  if (kept === null) throw new Error('refused');
  const { add } = new WebAssembly.Instance(kept).exports as { add(a: number, b: number): number };
  expect(add(2, 3)).toBe(5);
  expect(WebAssembly.Module.exports(kept)).toEqual([{ name: 'add', kind: 'function' }]);
});

test.each([
  ['a start function', '(module (func $f unreachable) (start $f) (func (export "g")))'],
  [
    "a program's start function",
    `(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1) (func $f (call $exit (i32.const 3))) (start $f) (func (export "g")))`,
  ],
  [
    'imports of every module',
    '(module (import "__proto__" "x" (func)) (import "constructor" "y" (func)) (func (export "g") (call 0)))',
  ],
])('%s: nothing is called', async (_, text) => {
  const module = await prepared(text);
  expect(codeOf(module, [0, 1]).length).toBeGreaterThan(0);
});

test.each([
  ['memories', '(module (import "m" "x" (memory 1)) (func (export "g")))'],
  ['globals', '(module (import "m" "x" (global i32)) (func (export "g")))'],
  ['nothing exported', '(module (func unreachable))'],
])('%s: no code', async (_, text) => {
  const module = await prepared(text);
  expect(() => codeOf(module, [0])).toThrow();
});

test('indexes that the module does not have are left out, whoever made them up', async () => {
  const module = await prepared(adder);
  expect(codeOf(module, [0, 1, 2, 4095, 999_999]).length).toBe(codeOf(module, [0]).length);
  expect(codeOf(module, [7])).toHaveLength(0);
});

test('V8 refuses what is not from it, with its flags', async () => {
  const module = await prepared(adder);
  const code = codeOf(module, [0]);
  for (const length of [0, 1, 19]) expect(native.compileWithCode(module.bytes, code.subarray(0, length))).toBeNull();
  // Magic number, version, CPU features, flags, WebAssembly features.
  for (const at of [0, 4, 8, 12, 16]) {
    const other = code.slice();
    other[at] = (other[at] ?? 0) ^ 1;
    expect(native.compileWithCode(module.bytes, other)).toBeNull();
  }
});
