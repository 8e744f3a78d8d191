/** `--invoke` of components: calls and results in WAVE, checked against the component's own WIT. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest, type WasmctrResult } from '../helpers/wasmctr.ts';

beforeAll(() => build('js', 'wat-p2'), 600_000);
afterAll(() => expectNothingLeft());

/** The store that it imports is not needed here. */
const invoke = (call: string, name = 'js/kit'): Promise<WasmctrResult> =>
  runGuest(name, [], { flags: ['--unknown-imports', 'trap', '--invoke', call], timeoutMs: 60_000 });

describe('a call', () => {
  it.each([
    ['add(1, 4294967295)', '0'],
    [
      'kit.echo({x: 1, y: -0.5}, {read, exec-all}, [red, dark-blue], circle(2.5))',
      '({x: 1, y: -0.5}, {read, exec-all}, [red, dark-blue], circle(2.5))',
    ],
    [
      'echo({y: nan, x: inf, label: "é\\n"}, {}, [], named(("a", some(red))))',
      '({x: inf, y: nan, label: some("é\\n")}, {}, [], named(("a", some(red))))',
    ],
    ['test:guest/kit.echo({x: 0, y: 0}, {}, [], poly([{x: 1, y: 2}]))', '({x: 0, y: 0}, {}, [], poly([{x: 1, y: 2}]))'],
    [
      'numbers([1], [0.5], [-1], [0, 255], -128, 18446744073709551615)',
      '([1], [0.5], [-1], [0, 255], -128, 18446744073709551615)',
    ],
    ['nested(some(none), err("x"), \'☃\', true)', '(some(none), err("x"), \'☃\', true)'],
    ["nested(none, 3, '\\u{0}', false)", "(none, ok(3), '\\u{0}', false)"],
    ['test:guest/kit#divide(7, -2)', 'ok(-3)'],
    ['divide(1, 0)', 'err("division by zero")'],
    ['check(true)', 'ok'],
    ['check(false)', 'err'],
  ])('%s', async (call, printed) => {
    // An `err` is a value like others: the call went well.
    expect(await invoke(call)).toMatchObject({ stdout: `${printed}\n`, stderr: '', code: 0 });
  });

  it('passes text of some size both ways', async () => {
    const text = 'żółw '.repeat(1000);
    expect((await invoke(`repeat(${JSON.stringify(text)}, 2)`)).stdout).toBe(`${JSON.stringify(text + text)}\n`);
  });

  it('of the export that makes a program', async () => {
    expect(await invoke('run()', 'wat-p2/hello')).toMatchObject({ stdout: expect.stringMatching(/\nok\n$/), code: 0 });
  });
});

describe('a call that is refused', () => {
  it.each<[string, number, string]>([
    ['nope(1)', 126, 'exports no function nope; its functions are add,'],
    ['add', 125, 'arguments are missing: write add(…)'],
    ['add(1)', 125, '2 arguments expected, got 1, in a call of add: func(a: u32, b: u32) -> u32'],
    ['check()', 125, '1 argument expected, got 0, in a call of check'],
    ['add(1, x)', 125, 'argument 2 (b): character 8: expected a u32 (0 to 4294967295), got x'],
    ['echo({x: 1}, {}, [], dot)', 125, 'argument 1 (p): character 6: the field y is missing'],
    ['counter.next()', 126, 'of the resource counter nothing can be called'],
    ['repeat("x", 100000)', 126, 'returned a value that is too large: --invoke prints at most 16 KiB: return less'],
  ])('%s', async (call, code, message) => {
    const run = await invoke(call);
    expect(run).toMatchObject({ stdout: '', code });
    expect(run.stderr).toMatch(/^wasmctr: [^\n]*\n$/);
    expect(run.stderr).toContain(message);
  });

  it('when nothing provides what is called on the way', async () => {
    const run = await invoke('tally(1)');
    expect(run.code).toBe(134);
    expect(run.stderr).toContain('called the import test:guest/store#get, which nothing provides');
  });

  it('when nothing provides what is imported', async () => {
    const run = await runGuest('js/kit', [], { flags: ['--invoke', 'add(1, 2)'], timeoutMs: 60_000 });
    expect(run.code).toBe(126);
    expect(run.stderr).toMatch(
      /^wasmctr: [^\n]*nothing provides [^\n]*get: func\(id: u64\) -> result<item, failure>[^\n]*\n$/,
    );
  });
});
