import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { calledExports, chooseEntry } from '../../host/entry.ts';
import { GuestFailure } from '../../host/failure.ts';
import { loadModule } from '../../host/load.ts';
import { memoryOf } from '../../host/memory-export.ts';
import { readSections } from '../../host/wasm-binary.ts';
import { limitMemories } from '../../host/wasm-binary-limits.ts';
import { readInterface } from '../../host/wasm-binary-module.ts';
import { guest } from '../helpers/guests.ts';
import { memoryFile, wat } from './run-bytes.ts';

/** Changed bytes, mostly in front: that is where types, imports, memories and exports stand. */
const edits = fc.array(
  fc.record({
    at: fc.oneof(fc.nat(400), fc.nat(100_000)),
    remove: fc.nat(2),
    insert: fc.oneof(fc.uint8Array({ maxLength: 2 }), fc.constantFrom(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f))),
  }),
  { minLength: 1, maxLength: 4 },
);
/** One byte, one bit: more of these are still valid. */
const flips = fc.array(fc.record({ at: fc.nat(100_000), bit: fc.nat(7) }), { minLength: 1, maxLength: 2 });

let samples: Uint8Array[];
beforeAll(async () => {
  samples = [
    new Uint8Array(readFileSync(guest('c/hello'))).slice(0, 20_000),
    new Uint8Array(readFileSync(guest('wat/stack-overflow'))),
    await wat(`(module
      (type $p (func (param i32) (result i64 f32)))
      (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
      (import "e" "p" (func (type $p))) (import "e" "g" (global (mut i32))) (import "e" "t" (table 1 2 funcref))
      (memory (export "memory") 1 3) (global (export "g") i32 (i32.const 4))
      (func (export "_start")) (func (export "f") (type $p) (i64.const 1) (f32.const 2))
      (data (i32.const 0) "abc"))`),
    await wat(`(module
      (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1) (func $main) (start $main))`),
  ];
});

function changed(sample: number, list: readonly { at: number; remove: number; insert: Uint8Array }[]): Uint8Array {
  const bytes = [...(samples[sample] ?? [])];
  for (const { at, remove, insert } of list) bytes.splice(at % bytes.length, remove, ...insert);
  return new Uint8Array(bytes);
}

function flipped(sample: number, list: readonly { at: number; bit: number }[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(samples[sample] ?? []);
  for (const { at, bit } of list) {
    const index = at % bytes.length;
    bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
  }
  return bytes;
}

function load(bytes: Uint8Array): string {
  try {
    const options = { memoryLimitBytes: 64 << 20, calledExports: calledExports(null) };
    const loaded = loadModule(memoryFile(bytes), options);
    memoryOf(loaded.interface).check();
    chooseEntry(loaded.interface.exports, null, loaded.startName !== null);
    return 'loaded';
  } catch (error) {
    if (error instanceof GuestFailure && error.code !== 'internal') return error.code;
    throw error;
  }
}

describe('damaged programs', () => {
  test('are refused or loaded, never a bug of ours', () => {
    const results = new Set<string>();
    fc.assert(
      fc.property(fc.nat(3), fc.oneof(edits, flips), (sample, list) => {
        const isFlip = list.every((change) => 'bit' in change);
        results.add(load(isFlip ? flipped(sample, list as never) : changed(sample, list as never)));
      }),
      { numRuns: 1500 },
    );
    expect([...results]).toEqual(expect.arrayContaining(['loaded', 'invalid-module']));
  });

  test('that the engine takes are read as the engine reads them', () => {
    let valid = 0;
    fc.assert(
      fc.property(fc.constantFrom(1, 2), flips, (sample, list) => {
        const bytes = flipped(sample, list);
        if (!WebAssembly.validate(bytes)) return;
        valid++;
        const module = new WebAssembly.Module(bytes);
        const { imports, exports } = readInterface(readSections(bytes));
        expect(
          imports.map((entry) => ({ module: entry.module, name: entry.name, kind: kind(entry.type.kind) })),
        ).toEqual(WebAssembly.Module.imports(module));
        expect(exports.map((entry) => ({ name: entry.name, kind: kind(entry.kind) }))).toEqual(
          WebAssembly.Module.exports(module),
        );
        const limited = limitMemories({ ...readSections(bytes), bytes }, 1 << 20);
        if ('minBytes' in limited) expect(limited.minBytes).toBeGreaterThan(1 << 20);
        else expect(() => new WebAssembly.Module(limited.bytes)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
    expect(valid).toBeGreaterThan(100);
  });
});

/** The JavaScript API's word. */
function kind(word: string): string {
  return word === 'func' ? 'function' : word;
}
