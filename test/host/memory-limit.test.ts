import { describe, expect, test } from 'vitest';
import { readSections } from '../../host/wasm-binary.ts';
import { limitMemories } from '../../host/wasm-binary-limits.ts';
import { readInterface } from '../../host/wasm-binary-module.ts';
import { moduleHeadroomBytes } from '../../host/wasm-binary-replace.ts';
import { failureOf, memoryFile, outcomeOf, run, runFile, wat } from './run-bytes.ts';

const page = 65536;

/** As the loader lays it out: with room before the module. */
function withHeadroom(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const buffer = new ArrayBuffer(moduleHeadroomBytes + bytes.length);
  const view = new Uint8Array(buffer, moduleHeadroomBytes);
  view.set(bytes);
  return view;
}

function limited(bytes: Uint8Array<ArrayBuffer>, limitBytes: number) {
  const result = limitMemories({ ...readSections(bytes), bytes }, limitBytes);
  if ('minBytes' in result) throw new Error(`needs ${result.minBytes}`);
  return result;
}

function maxima(bytes: Uint8Array): (number | null)[] {
  return readInterface(readSections(bytes)).memories.map(({ max }) => max);
}

const growing = (declaration: string, size = 'i32') => `(module
  ${declaration}
  (func (export "grow") (param ${size}) (result ${size}) (memory.grow (local.get 0)))
  (func (export "_initialize")))`;

describe('the maximum that is written in', () => {
  test.each([
    ['no maximum', '(memory 2)', 10, [10]],
    ['a greater maximum', '(memory 2 60000)', 10, [10]],
    ['a smaller maximum stays', '(memory 2 5)', 10, [5]],
    ['the minimum is all there is', '(memory 10)', 10, [10]],
    ['64-bit', '(memory i64 2)', 10, [10]],
    ['64-bit with a maximum', '(memory i64 2 0x1000000)', 10, [10]],
    ['shared', '(memory 2 60000 shared)', 10, [10]],
    ['two memories share', '(memory 2) (memory 4)', 10, [4, 6]],
    ['not above what 32 bits address', '(memory 2)', 1_000_000, [65536]],
    ['no memory at all', '(memory 0)', 0, [0]],
  ] as const)('%s', async (_, declaration, limitPages, expected) => {
    const bytes = withHeadroom(await wat(`(module ${declaration} (func (export "f") (result i32) (i32.const 7)))`));
    const result = limited(bytes, limitPages * page);
    expect(maxima(result.bytes)).toEqual(expected);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(result.bytes));
    expect((exports.f as () => number)()).toBe(7);
  });

  test('the code keeps its place in the buffer', async () => {
    const original = await wat('(module (memory 1) (func unreachable))');
    const result = limited(withHeadroom(original), 5 * page);
    expect(result.shiftBytes).toBe(1);
    expect(result.bytes.byteOffset).toBe(moduleHeadroomBytes - 1);
    expect(result.bytes.subarray(-10)).toEqual(original.subarray(-10));
  });

  test('without room, or with more memories than it has room for, the module is copied', async () => {
    const tight = new Uint8Array(await wat('(module (memory 1) (func (export "f")))'));
    expect(maxima(limited(tight, 3 * page).bytes)).toEqual([3]);
    const many = withHeadroom(await wat(`(module ${'(memory 0)'.repeat(100)} (func (export "f")))`));
    const result = limited(many, 1000 * page);
    expect(maxima(result.bytes)).toEqual(Array(100).fill(10));
    expect(() => new WebAssembly.Module(result.bytes)).not.toThrow();
  });
});

describe('running under a limit', () => {
  test('memory.grow beyond it returns -1, and up to it works', async () => {
    const module = await wat(growing('(memory 2)'));
    const grow = (pages: string) =>
      outcomeOf(module, { memoryBytes: 10 * page, invoke: { name: 'grow', args: [pages] } });
    expect(grow('8')).toEqual({ kind: 'returned', results: ['2'] });
    expect(grow('9')).toEqual({ kind: 'returned', results: ['-1'] });
    expect(grow('65536')).toEqual({ kind: 'returned', results: ['-1'] });
  });

  test('64-bit memories too', async () => {
    const module = await wat(growing('(memory i64 2)', 'i64'));
    const grow = (pages: string) =>
      outcomeOf(module, { memoryBytes: 10 * page, invoke: { name: 'grow', args: [pages] } });
    expect(grow('8')).toEqual({ kind: 'returned', results: ['2'] });
    expect(grow('0x1000000000')).toEqual({ kind: 'returned', results: ['-1'] });
  });

  test('a minimum above it is refused', async () => {
    expect(failureOf(await wat('(module (memory 100) (func (export "_start")))'), { memoryBytes: 64 * page })).toEqual({
      code: 'memory-limit',
      message: 'needs 6.3 MiB of memory to start, the limit is 4 MiB',
    });
    const huge = await wat('(module (memory i64 0x1000000000000) (func (export "_start")))');
    expect(failureOf(huge).code).toBe('memory-limit');
    const sum = await wat('(module (memory 40) (memory 40) (func (export "_start")))');
    expect(failureOf(sum, { memoryBytes: 64 * page }).code).toBe('memory-limit');
  });

  test('backtraces show offsets of the file, not of what was compiled', async () => {
    const bytes = await wat('(module (memory 1) (func $f unreachable) (func (export "_start") (call $f)))');
    const outcome = outcomeOf(bytes);
    if (outcome.kind !== 'trap') throw new Error(JSON.stringify(outcome));
    const offset = Number(/0x[0-9a-f]+/.exec(outcome.backtrace[0] ?? '')?.[0]);
    // body: size, no locals, unreachable (0x00), end (0x0b)
    expect([...bytes.subarray(offset - 2, offset + 2)]).toEqual([3, 0, 0x00, 0x0b]);
  });

  test('reads that come in small pieces', async () => {
    const bytes = await wat('(module (memory 1) (func (export "_start")))');
    const { final, ready } = runFile(memoryFile(bytes, 3));
    expect(final).toMatchObject({ type: 'outcome', outcome: { kind: 'exit', code: 0 } });
    expect(ready).toHaveLength(1);
    expect(run(bytes).ready[0]?.codeBytes).toBe(ready[0]?.codeBytes);
  });
});
