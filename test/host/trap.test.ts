import { describe, expect, test } from 'vitest';
import type { GuestOutcome } from '../../host/config.ts';
import { outcomeOf, run, wat } from './run-bytes.ts';

type Trap = Extract<GuestOutcome, { kind: 'trap' }>;

async function trapOf(text: string): Promise<Trap> {
  const outcome = outcomeOf(await wat(text));
  if (outcome.kind !== 'trap') throw new Error(JSON.stringify(outcome));
  return outcome;
}

const starting = (body: string, fields = '') => `(module $m
  (memory 1 2) (table $t 4 funcref)
  (type $void (func)) (func $takes (param i32)) (elem (i32.const 1) $takes)
  ${fields}
  (func $inner ${body})
  (func (export "_start") (call $inner)))`;

describe('names', () => {
  test.each([
    ['unreachable', 'unreachable', ''],
    ['out of bounds memory access', '(drop (i32.load (i32.const 1000000000)))', ''],
    ['out of bounds memory access', '(memory.fill (i32.const 65530) (i32.const 0) (i32.const 100))', ''],
    ['out of bounds memory access', '(memory.init $d (i32.const 0) (i32.const 9) (i32.const 9))', '(data $d "abc")'],
    ['integer divide by zero', '(drop (i32.div_s (i32.const 1) (i32.const 0)))', ''],
    ['integer divide by zero', '(drop (i64.rem_u (i64.const 1) (i64.const 0)))', ''],
    ['integer overflow', '(drop (i32.div_s (i32.const -2147483648) (i32.const -1)))', ''],
    ['invalid conversion to integer', '(drop (i32.trunc_f32_s (f32.const nan)))', ''],
    ['undefined element', '(call_indirect (type $void) (i32.const 100))', ''],
    ['indirect call type mismatch', '(call_indirect (type $void) (i32.const 1))', ''],
    ['indirect call type mismatch', '(call_indirect (type $void) (i32.const 0))', ''],
    ['out of bounds table access', '(drop (table.get $t (i32.const 10)))', ''],
    ['out of bounds table access', '(table.set $t (i32.const 10) (ref.null func))', ''],
    ['unaligned atomic', '(drop (i32.atomic.load (i32.const 1)))', ''],
    ['atomic wait on non-shared memory', '(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))', ''],
    ['call stack exhausted', '(call $inner)', ''],
    ['uncaught exception', '(throw $e)', '(tag $e)'],
  ])('%s: %s', async (name, body, fields) => {
    const trap = await trapOf(starting(body, fields));
    expect(trap.name).toBe(name);
    expect(trap.message).toMatch(/^[a-z].{10,}/);
    if (name !== 'uncaught exception') expect(trap.backtrace[0]).toMatch(/^ {2}0: 0x[0-9a-f]+ {2}m!inner$/);
  });

  test('a data segment that does not fit', async () => {
    const trap = await trapOf('(module (memory 1) (data (i32.const 65535) "abc") (func (export "_start")))');
    expect(trap.name).toBe('out of bounds memory access');
  });

  test('an element segment that does not fit', async () => {
    const trap = await trapOf('(module (table 1 funcref) (elem (i32.const 1) $f) (func $f (export "_start")))');
    expect(trap.name).toBe('out of bounds table access');
  });
});

describe('backtraces', () => {
  test('innermost first, unnamed functions by number, frames of the host left out', async () => {
    const trap = await trapOf(starting('unreachable'));
    expect(trap.backtrace.map((line) => line.replace(/0x\w+/, '0x'))).toEqual([
      '  0: 0x  m!inner',
      '  1: 0x  m!<wasm function 2>',
    ]);
  });

  test('the file names a module without a name', async () => {
    const bytes = await wat('(module (func $f unreachable) (func (export "_start") (call $f)))');
    const outcome = outcomeOf(bytes, { args: ['/opt/app\x1b[31m.wasm'] });
    expect(outcome.kind === 'trap' && outcome.backtrace[0]).toMatch(/ {2}app\?\[31m!f$/);
  });

  test('demangled', async () => {
    const trap = await trapOf(
      '(module $m (func $_ZN3foo3barEi unreachable) (func $_ZN3app4main17h0123456789abcdefE (call $_ZN3foo3barEi)) (func (export "_start") (call $_ZN3app4main17h0123456789abcdefE)))',
    );
    expect(trap.backtrace.map((line) => line.split('!')[1])).toEqual([
      'foo::bar(int)',
      'app::main',
      '<wasm function 2>',
    ]);
  });

  test('a deep recursion stays within 64 frames and one message', async () => {
    const name = 'x'.repeat(5000);
    const { final } = run(await wat(`(module (func $${name} (export "_start") (call $${name})))`));
    if (final.type !== 'outcome' || final.outcome.kind !== 'trap') throw new Error(JSON.stringify(final));
    expect(final.outcome.name).toBe('call stack exhausted');
    expect(final.outcome.backtrace).toHaveLength(64);
    expect(JSON.stringify(final).length).toBeLessThan(32_768);
  });

  test('a name that forges frames and moves the cursor stays one harmless line', async () => {
    const forged = 'a\\0a    at evil (wasm://wasm/1:wasm-function[99]:0x1234)\\1b[2J';
    const module = await wat(`(module $m (func unreachable) (func (export "_start") (call 0)))`);
    const section = nameSection([[0, forged.replace(/\\0a/g, '\n').replace(/\\1b/g, '\x1b')]]);
    const outcome = outcomeOf(new Uint8Array([...module, ...section]));
    if (outcome.kind !== 'trap') throw new Error(JSON.stringify(outcome));
    expect(outcome.backtrace).toHaveLength(2);
    for (const line of outcome.backtrace) expect(line).toMatch(/^\P{Cc}+$/u);
  });
});

test('offsets in a start function that calls WASI are those of the file', async () => {
  const module = await wat(`(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
    (memory (export "memory") 1) (func $main i32.const 42 drop unreachable) (start $main))`);
  const outcome = outcomeOf(module);
  if (outcome.kind !== 'trap') throw new Error(JSON.stringify(outcome));
  const offset = Buffer.from(module).indexOf(Buffer.from([0x41, 42, 0x1a, 0x00])) + 3;
  expect(outcome.backtrace).toEqual([`  0: 0x${offset.toString(16)}  test!main`]);
});

test('a trap in the start section comes after ready', async () => {
  const { ready, final } = run(await wat('(module (func $f unreachable) (start $f) (func (export "_start")))'));
  expect(ready).toHaveLength(1);
  expect(final).toMatchObject({ outcome: { kind: 'trap', name: 'unreachable' } });
});

function nameSection(names: readonly (readonly [index: number, name: string])[]): number[] {
  const vector = names.flatMap(([index, name]) => [index, name.length, ...Buffer.from(name)]);
  const functions = [1, vector.length + 1, names.length, ...vector];
  const body = [4, ...Buffer.from('name'), ...functions];
  return [0, body.length, ...body];
}
