import { describe, expect, test } from 'vitest';
import { failureOf, outcomeOf, run, runFile, wat } from './run-bytes.ts';

const exit = '(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))';

describe('commands', () => {
  test('returning from _start is exit code 0', async () => {
    const { ready, final } = run(await wat('(module (func (export "_start")))'));
    expect(ready).toHaveLength(1);
    expect(final).toMatchObject({ type: 'outcome', outcome: { kind: 'exit', code: 0 } });
  });

  test('proc_exit with all 32 bits', async () => {
    const module = await wat(`(module ${exit} (memory (export "memory") 1)
      (func (export "_start") (call $exit (i32.const -2)) unreachable))`);
    expect(outcomeOf(module)).toEqual({ kind: 'exit', code: 4294967294 });
  });

  test('an exit that the guest catches is an exit all the same', async () => {
    const module = await wat(`(module ${exit} (memory (export "memory") 1)
      (func (export "_start")
        (try (do (call $exit (i32.const 3))) (catch_all))
        (call $exit (i32.const 4))))`);
    expect(outcomeOf(module)).toEqual({ kind: 'exit', code: 3 });
  });

  test('an exit at the end of the stack is an exit or an exhausted stack, never nothing', async () => {
    const module = await wat(`(module ${exit} (memory (export "memory") 1)
      (func $deeper (try (do (call $deeper)) (catch_all (call $exit (i32.const 6)))))
      (func (export "_start") (call $deeper)))`);
    const outcome = outcomeOf(module);
    expect(['exit 6', 'trap call stack exhausted']).toContain(
      outcome.kind === 'exit' ? `exit ${outcome.code}` : `trap ${outcome.kind === 'trap' && outcome.name}`,
    );
  });

  test('an exit from the start section', async () => {
    const module = await wat(`(module ${exit} (memory (export "memory") 1)
      (func $init (call $exit (i32.const 5))) (start $init) (func (export "_start")))`);
    const { final } = run(module);
    expect(final).toMatchObject({ outcome: { kind: 'exit', code: 5 } });
  });
});

describe('reactors', () => {
  test('without a function to call, _initialize runs and all is well', async () => {
    expect(outcomeOf(await wat('(module (func (export "_initialize")))'))).toEqual({ kind: 'returned', results: [] });
    const trapping = await wat('(module (func (export "_initialize") unreachable))');
    expect(outcomeOf(trapping)).toMatchObject({ kind: 'trap', name: 'unreachable' });
  });

  test('a command can have another export called, without its _start', async () => {
    const module = await wat(
      '(module (func (export "_start") unreachable) (func (export "f") (result i32) (i32.const 1)))',
    );
    expect(outcomeOf(module, { invoke: { name: 'f', args: [] } })).toEqual({ kind: 'returned', results: ['1'] });
    expect(outcomeOf(module, { invoke: { name: '_start', args: [] } })).toMatchObject({ kind: 'trap' });
  });
});

describe('nothing to run', () => {
  test.each([
    ['(module)', 'exports no _start, so it is no program; it exports no function at all'],
    ['(module (func (export "add")))', 'exports no _start, so it is no program; its functions are add'],
    [
      '(module (func (export "_start")) (func (export "_initialize")))',
      'exports both _start and _initialize: a module is a command or a reactor, not both',
    ],
    ['(module (func (export "_start") (param i32)))', 'exports _start as func (i32), expected func ()'],
    ['(module (memory (export "_start") 1))', 'exports _start as a memory, not as a function'],
  ])('%s', async (text, message) => {
    // Only where there is another function to call does `--invoke` help.
    const code = message.includes('its functions are') ? 'no-entry' : 'no-program';
    expect(failureOf(await wat(text))).toEqual({ code, message });
  });
});

describe('the memory of WASI calls', () => {
  const random = '(import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))';

  test('is the export named memory', async () => {
    const module = await wat(`(module ${random} (memory (export "memory") 1)
      (func (export "f") (result i32) (drop (call $random (i32.const 8) (i32.const 4))) (i32.load (i32.const 8))))`);
    expect(outcomeOf(module, { invoke: { name: 'f', args: [] } })).toEqual({
      kind: 'returned',
      results: ['117901063'],
    });
  });

  test('is missed before the module runs', async () => {
    const module = await wat(`(module ${random} (memory 1) (func (export "_start")))`);
    expect(failureOf(module)).toEqual({
      code: 'no-memory',
      message: 'exports no memory named "memory", which random_get needs',
    });
  });

  test('is not needed by calls without pointers', async () => {
    const module = await wat(`(module ${exit} (func (export "_start") (call $exit (i32.const 9))))`);
    expect(outcomeOf(module)).toEqual({ kind: 'exit', code: 9 });
  });

  const start = `(func $init (drop (call $random (i32.const 8) (i32.const 4)))) (start $init)`;
  const load = '(func (export "f") (result i32) (i32.load (i32.const 8)))';

  test('is there in the start function, which runs first', async () => {
    const module = await wat(`(module ${random} (memory (export "memory") 1) ${start} ${load}
      (func (export "wasmctr:start") unreachable))`);
    expect(outcomeOf(module, { invoke: { name: 'f', args: [] } })).toEqual({
      kind: 'returned',
      results: ['117901063'],
    });
  });

  test('and a start function that calls WASI is a program', async () => {
    const module = await wat(`(module ${random} ${exit} (memory (export "memory") 1) ${start})`);
    expect(outcomeOf(module)).toEqual({ kind: 'returned', results: [] });
    // Without calls of WASI it only prepares what others call.
    const library = await wat('(module (memory (export "memory") 1) (func $init) (start $init))');
    expect(failureOf(library)).toMatchObject({ code: 'no-program' });
  });

  test('the name of the start function is no export for a guest’s user', async () => {
    const module = await wat(`(module ${random} (memory (export "memory") 1) ${start} ${load})`);
    expect(failureOf(module, { invoke: { name: 'wasmctr:start', args: [] } })).toMatchObject({
      code: 'unknown-export',
      message: expect.stringMatching(/its functions are f$/),
    });
  });

  test('a start function of another type is invalid', async () => {
    const valid = await wat(`(module ${random} (memory (export "memory") 1) (func $init) (start $init)
      (func (export "f") (param i32)))`);
    // The last byte of `08 01 index`: the function with a parameter.
    const at = Buffer.from(valid).indexOf(Buffer.from([8, 1, 1]));
    valid[at + 2] = 2;
    expect(failureOf(valid)).toMatchObject({ code: 'invalid-module', message: expect.stringContaining('start') });
    valid[at + 2] = 9;
    expect(failureOf(valid)).toMatchObject({ code: 'invalid-module' });
  });
});

describe('bad files', () => {
  test('components', () => {
    expect(failureOf(new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]))).toEqual({
      code: 'not-a-module',
      message: 'is a component (WASI 0.2 or later): only core modules for WASI 0.1 run so far',
    });
  });

  test('cut anywhere, a program is refused or runs, without a bug of ours', async () => {
    const whole = await wat(`(module ${exit} (memory (export "memory") 1) (data (i32.const 0) "x")
      (func (export "_start") (call $exit (i32.const 1))))`);
    for (let length = 0; length < whole.length; length++) {
      const { final } = run(whole.slice(0, length));
      if (final.type === 'failed')
        expect(final.code, final.message).toMatch(/^(not-a-module|invalid-module|no-entry|no-program)$/);
    }
  });

  test('invalid code, with the place where the engine found it', async () => {
    const bytes = await wat('(module (func (export "_start") (i32.const 1) drop))');
    const broken = bytes.slice();
    broken[bytes.lastIndexOf(0x1a)] = 0x01; // drop becomes nop
    expect(failureOf(broken)).toEqual({
      code: 'invalid-module',
      message: expect.stringMatching(/^is not valid WebAssembly: Compiling function #0.* failed: .* @\+\d+$/),
    });
  });

  test('larger than a module may be, without reading it', () => {
    const file = {
      sizeBytes: 4 * 2 ** 30,
      readAt: () => {
        throw new Error('was read');
      },
    };
    expect(runFile(file).final).toMatchObject({
      type: 'failed',
      code: 'not-a-module',
      message: 'has 4294967296 bytes, more than a module may have (1 GiB)',
    });
  });

  test('a read that fails', () => {
    expect(runFile({ sizeBytes: 10, readAt: () => -5 }).final).toMatchObject({
      code: 'not-a-module',
      message: "can't be read: errno 5",
    });
  });
});
