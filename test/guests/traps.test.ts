/** A trap exits 134, says its name in one line, and shows where with readable function names. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest } from '../helpers/wasmctr.ts';

afterAll(() => expectNothingLeft());

describe('names', () => {
  it.each([
    ['c/abort', 'unreachable'],
    ['c/trap-unreachable', 'unreachable'],
    ['c/trap-divide-by-zero', 'divide by zero'],
    ['c/trap-integer-overflow', 'integer overflow'],
    ['c/trap-out-of-bounds', 'memory access out of bounds|out of bounds memory access'],
    ['c/trap-indirect-call', 'null function or function signature mismatch|indirect call type mismatch'],
    ['c/trap-bad-conversion', 'float unrepresentable in integer range|invalid conversion to integer'],
    ['wat/trap-table', 'table index is out of bounds|undefined element|out of bounds table access'],
    ['wat/stack-overflow', 'call stack exhausted|stack overflow|Maximum call stack size exceeded'],
    ['wat/start-function-trap', 'unreachable'],
    ['wat/uncaught-exception', 'exception'],
    ['as/out-of-memory', 'unreachable'],
  ])('%s: %s', async (name, trap) => {
    const { stdout, stderr, code } = await runGuest(name, [], { flags: ['--memory', '64MiB'] });
    expect({ stdout, code }).toEqual({ stdout: '', code: 134 });
    const [first, ...frames] = stderr.trimEnd().split('\n');
    expect(first).toMatch(new RegExp(`^wasmctr: trap: \\S+\\.wasm: (.*)(${trap})`));
    for (const frame of frames) expect(frame).toMatch(/^ {4}(at +\d+: 0x[0-9a-f]+ {2}\S|\.\.\. \d+ more$)/);
  });

  it('are in the receipt', async () => {
    const { stderr } = await runGuest('c/trap-divide-by-zero', [], { flags: ['--stats=json'] });
    const receipt = JSON.parse(stderr.split('\n').find((line) => line.startsWith('{')) ?? '');
    expect(receipt).toMatchObject({ ok: false, exitCode: 134, guestExitCode: null, signal: null, error: null });
    expect(receipt.trap.name).toBe('integer divide by zero');
  });
});

describe('backtraces', () => {
  it('name the functions of C, innermost first', async () => {
    const { stderr } = await runGuest('c/backtrace');
    expect(stderr).toMatch(/ at +0: \S+ +\S+!innermost\n.* 1: .*!middle\n.* 2: .*!outermost\n.*main\n/);
  });

  it('demangle C++', async () => {
    const { stderr } = await runGuest('c/backtrace-mangled');
    expect(stderr).toContain('engine::Rocket::ignite(int, char const*)');
    expect(stderr).toContain('engine::launch<int>(int)');
    expect(stderr).not.toContain('_ZN');
  });

  it('end after fifty frames', async () => {
    const { stderr } = await runGuest('wat/stack-overflow');
    expect(stderr.split('\n').length).toBeLessThan(60);
  });
});

describe('Rust', () => {
  beforeAll(() => build('rust'));

  it('panics with its message, then traps with demangled names', async () => {
    const { stderr, code } = await runGuest('rust/panic');
    expect(code).toBe(134);
    expect(stderr).toContain('pump is dry');
    expect(stderr).toMatch(/wasmctr: trap: \S+: unreachable/);
    expect(stderr).toMatch(/ at .*panic::engine::Pump::drain/);
    expect(stderr).not.toMatch(/_ZN|_RN|::h[0-9a-f]{16}/);
  });
});

describe('proc_raise', () => {
  // WASI's numbers: SIGINT 2, SIGABRT 6, SIGKILL 9, SIGSEGV 11, SIGTERM 15.
  it.each([
    [2, 130],
    [6, 134],
    [9, 137],
    [11, 139],
    [15, 143],
  ])('of WASI signal %i exits with %i', async (signal, code) => {
    expect(await runGuest('c/raise', [String(signal)])).toMatchObject({ stdout: '', code });
  });

  it('of no signal at all is an error or nothing', async () => {
    const { stdout, stderr, code } = await runGuest('c/raise', ['99']);
    expect({ stdout, stderr, code }).toEqual({ stdout: '', stderr: 'proc_raise: EINVAL\n', code: 1 });
  });
});
