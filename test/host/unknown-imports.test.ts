import { describe, expect, test } from 'vitest';
import { failureOf, outcomeOf, run, wat } from './run-bytes.ts';

const start = '(func (export "_start"))';

test('one message lists all, with kinds and types', async () => {
  const module = await wat(`(module
    (import "env" "foo" (func (param i32) (result i32)))
    (import "env" "foo" (func (param i32) (result i32)))
    (import "env" "table" (table 1 10 funcref))
    (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
    (import "wasi_snapshot_preview1" "no_such_call" (func)) ${start})`);
  expect(failureOf(module)).toEqual({
    code: 'unknown-imports',
    message:
      'nothing provides env.foo: func (i32) -> i32; env.table: table 1..10 funcref; wasi_snapshot_preview1.no_such_call: func ()',
  });
});

describe('--unknown-imports trap', () => {
  test('runs, and traps with the name when the function is called', async () => {
    const quiet = await wat(`(module (import "env" "foo" (func)) ${start})`);
    expect(outcomeOf(quiet, { unknownImports: 'trap' })).toEqual({ kind: 'exit', code: 0 });
    const calling = await wat(`(module $m (import "env" "foo" (func $foo)) (func $f (export "_start") (call $foo)))`);
    expect(outcomeOf(calling, { unknownImports: 'trap' })).toMatchObject({
      kind: 'trap',
      name: 'unknown import',
      message: 'called the import env.foo, which nothing provides',
      backtrace: [expect.stringMatching(/m!f$/)],
    });
  });

  test('what is no function still stops it', async () => {
    const module = await wat(`(module (import "env" "foo" (func)) (import "env" "memory" (memory 1)) ${start})`);
    expect(failureOf(module, { unknownImports: 'trap' }).message).toBe(
      'nothing provides env.memory: memory 1, and only functions can be replaced by traps',
    );
  });
});

describe('families', () => {
  test.each([
    ['gojs', 'runtime.wasmExit', /^is a Go program for JavaScript hosts .*GOOS=wasip1/],
    ['wbg', '__wbindgen_throw', /^is made by wasm-bindgen .*wasm32-wasip1/],
    ['__wbindgen_placeholder__', '__wbg_log_1', /wasm-bindgen/],
    ['env', 'emscripten_resize_heap', /^is made by Emscripten .*STANDALONE_WASM/],
    ['env', 'invoke_vii', /Emscripten/],
    ['a', 'a', /Emscripten/],
    ['env', 'abort', /^is an AssemblyScript program without its WASI shim.*wasi-shim\/asconfig.json/],
    ['wasi', 'thread-spawn', /threads are not supported/],
    ['wasix_32v1', 'fd_dup', /^is made for WASIX/],
    ['wasi_snapshot_preview1', 'sock_open', /^is made for WasmEdge.*--listen/],
    ['wasi:cli/environment@0.2.0', 'get-arguments', /^is the core module of a component.*wasm-tools component new/],
    ['wasi_ephemeral_nn', 'load', /^is made for a WASI proposal/],
  ])('%s.%s', async (module, name, says) => {
    const failure = failureOf(await wat(`(module (import "${module}" "${name}" (func)) ${start})`));
    expect(failure.code).toBe('other-host');
    expect(failure.message).toMatch(says);
    expect(failure.message).toContain(`${module}.${name}: func ()`);
  });
});

describe('hostile imports', () => {
  test('no property of the host’s own objects can be imported', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      const inside = await wat(`(module (import "wasi_snapshot_preview1" "${name}" (func)) ${start})`);
      expect(failureOf(inside).code).toBe('unknown-imports');
      const outside = await wat(`(module (import "${name}" "${name}" (func)) ${start})`);
      expect(failureOf(outside).code).toBe('unknown-imports');
      expect(outcomeOf(outside, { unknownImports: 'trap' })).toEqual({ kind: 'exit', code: 0 });
    }
  });

  test('a WASI function declared with another type', async () => {
    const module = await wat(`(module
      (import "wasi_snapshot_preview1" "random_get" (func (param i64 i32) (result i32))) (memory (export "memory") 1) ${start})`);
    expect(failureOf(module)).toEqual({
      code: 'import-type',
      message:
        'imports functions with other types than they have: wasi_snapshot_preview1.random_get as func (i64, i32) -> i32, which is func (i32, i32) -> i32',
    });
  });

  test('many and long names stay one message of a bounded size', async () => {
    const imports = Array.from({ length: 3000 }, (_, i) => `(import "env" "f${i}${'x'.repeat(300)}\\0a" (func))`).join(
      '',
    );
    const { final } = run(await wat(`(module ${imports} ${start})`));
    const text = JSON.stringify(final);
    expect(text.length).toBeLessThan(32_768);
    expect(text).toMatch(/; and \d+ more/);
    expect(text).not.toContain('\\n');
  });
});
