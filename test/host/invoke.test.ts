import { describe, expect, test } from 'vitest';
import { formatValue, parseValue } from '../../host/invoke.ts';
import { failureOf, outcomeOf, wat } from './run-bytes.ts';

describe('arguments', () => {
  test.each([
    ['i32', '0', 0],
    ['i32', '-2147483648', -2147483648],
    ['i32', '4294967295', -1],
    ['i32', '0xffffffff', -1],
    ['i32', '-0x10', -16],
    ['i32', '+7', 7],
    ['i64', '-9223372036854775808', -(2n ** 63n)],
    ['i64', '18446744073709551615', -1n],
    ['i64', '0x7fffffffffffffff', 2n ** 63n - 1n],
    ['f32', '0.1', Math.fround(0.1)],
    ['f32', '1e39', Number.POSITIVE_INFINITY],
    ['f64', '1e308', 1e308],
    ['f64', '-inf', Number.NEGATIVE_INFINITY],
    ['f64', 'Infinity', Number.POSITIVE_INFINITY],
    ['f64', 'nan', Number.NaN],
    ['f64', '-0', -0],
    ['f64', '0x1.8p3', 12],
    ['f64', '-0x.8', -0.5],
    ['f64', '0x1p-1074', 2 ** -1074],
    ['f64', '.5', 0.5],
    ['f64', '5.', 5],
  ] as const)('%s %s', (type, text, value) => {
    expect(parseValue(type, text)).toBe(value);
  });

  test.each([
    ['i32', '4294967296'],
    ['i32', '-2147483649'],
    ['i32', '1.5'],
    ['i32', '1e3'],
    ['i32', ''],
    ['i32', ' 1'],
    ['i32', '0x'],
    ['i32', '--1'],
    ['i32', '1n'],
    ['i64', '18446744073709551616'],
    ['i64', '-9223372036854775809'],
    ['i64', '1'.repeat(100_000)],
    ['f64', 'abc'],
    ['f64', '1e'],
    ['f64', '.'],
    ['f64', '0x.p3'],
    ['f64', '0x12345678901234'],
    ['f64', '1,5'],
  ])('%s refuses %s', (type, text) => {
    expect(parseValue(type, text)).toBeNull();
  });
});

test.each([
  ['i32', -1, '-1'],
  ['i64', 2n ** 63n - 1n, '9223372036854775807'],
  ['f32', Math.fround(0.1), '0.1'],
  ['f32', Math.fround(16777216), '16777216'],
  ['f32', Math.fround(3.4028234663852886e38), '3.4028235e+38'],
  ['f64', 0.1, '0.1'],
  ['f64', -0, '-0'],
  ['f64', Number.NEGATIVE_INFINITY, '-inf'],
  ['f64', Number.NaN, 'nan'],
] as const)('a result of type %s: %s', (type, value, text) => {
  expect(formatValue(type, value)).toBe(text);
});

describe('--invoke', () => {
  const calculator = wat(`(module
    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
    (memory 1)
    (global $ready (mut i32) (i32.const 0))
    (func (export "_initialize") (global.set $ready (i32.add (global.get $ready) (i32.const 1))))
    (func (export "ready") (result i32) (global.get $ready))
    (func (export "sub") (param i32 i64) (result i64) (i64.sub (i64.extend_i32_s (local.get 0)) (local.get 1)))
    (func (export "half") (param f32 f64) (result f32 f64)
      (f32.mul (local.get 0) (f32.const 0.5)) (f64.mul (local.get 1) (f64.const 0.5)))
    (func (export "nothing"))
    (func (export "vector") (param v128))
    (func (export "reference") (result externref) (ref.null extern))
    (export "yield" (func $yield))
    (export "mem" (memory 0)))`);
  const invoke = async (name: string, ...args: string[]) => outcomeOf(await calculator, { invoke: { name, args } });
  const failing = async (name: string, ...args: string[]) => failureOf(await calculator, { invoke: { name, args } });

  test('_initialize ran once before', async () => {
    expect(await invoke('ready')).toEqual({ kind: 'returned', results: ['1'] });
  });

  test('typed arguments, one or more results, none', async () => {
    expect(await invoke('sub', '-1', '0x10')).toEqual({ kind: 'returned', results: ['-17'] });
    expect(await invoke('half', '0.2', 'inf')).toEqual({ kind: 'returned', results: ['0.1', 'inf'] });
    expect(await invoke('nothing')).toEqual({ kind: 'returned', results: [] });
  });

  test('an import that is exported again', async () => {
    expect(await invoke('yield')).toEqual({ kind: 'returned', results: ['0'] });
  });

  test('each mistake has one clear message', async () => {
    expect(await failing('missing')).toEqual({
      code: 'unknown-export',
      message: 'exports no function missing; its functions are ready, sub, half, nothing, vector, reference, yield',
    });
    expect(await failing('mem')).toEqual({
      code: 'unknown-export',
      message: 'exports mem as a memory, not as a function',
    });
    expect((await failing('sub', '1')).message).toBe('sub takes 2 arguments (i32, i64), got 1');
    expect((await failing('ready', '1')).message).toBe('ready takes no arguments, got 1');
    expect(await failing('sub', '1', 'x\x1b[0m')).toEqual({
      code: 'bad-invoke-argument',
      message:
        'argument 2 of sub: expected an i64 (-9223372036854775808 to 18446744073709551615, decimal or 0x hexadecimal), got "x?[0m"',
    });
    expect((await failing('vector', '1')).message).toBe(
      'vector has a v128 in its type: only i32, i64, f32 and f64 can be passed by --invoke',
    );
    expect((await failing('reference')).code).toBe('bad-invoke-argument');
  });
});
