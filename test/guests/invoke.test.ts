/** `--invoke FUNC`: typed arguments in, printed results out. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, guest } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest, startEnv, type WasmctrResult, wasmctr, wasmctrBin } from '../helpers/wasmctr.ts';

afterAll(() => expectNothingLeft());

const invoke = (name: string, func: string, ...args: string[]): Promise<WasmctrResult> =>
  runGuest(name, args, { flags: ['--invoke', func] });

describe('results', () => {
  it.each([
    ['i32', ['-5'], '-5'],
    ['i32', ['4294967295'], '-1'],
    ['i32', ['0x10'], '16'],
    ['i64', ['-9223372036854775808'], '-9223372036854775808'],
    ['i64', ['9007199254740993'], '9007199254740993'],
    ['f32', ['0.1'], '0.1'],
    ['f64', ['0.1'], '0.1'],
    ['f64', ['-0'], '-0'],
    ['f64', ['1e300'], '1e+300'],
    ['f64', ['nan'], 'nan'],
    ['f64', ['-inf'], '-inf'],
    ['swap', ['1', '2'], '2\n1'],
    ['all', [], '-1\n-9223372036854775808\n0.5\n-0.25'],
    ['nan', [], 'nan'],
    ['infinity', [], '-inf'],
  ])('%s %j → %j', async (func, args, printed) => {
    expect(await invoke('wat/invoke-types', func, ...args)).toMatchObject({ stdout: `${printed}\n`, code: 0 });
  });

  it('none prints nothing', async () => {
    expect(await invoke('wat/invoke-types', 'none')).toMatchObject({ stdout: '', stderr: '', code: 0 });
  });

  it('a reactor is initialised first', async () => {
    expect(await invoke('wat/reactor', 'value', '2')).toMatchObject({ stdout: '42\n', code: 0 });
  });

  it('a module without any start works too', async () => {
    expect(await invoke('wat/no-start', 'add', '20', '22')).toMatchObject({ stdout: '42\n', code: 0 });
  });
});

describe('mistakes', () => {
  it.each([
    ['an export that is not there', 'missing', [], /missing/],
    ['an export that is no function', 'memory', [], /memory/],
    ['too few arguments', 'swap', ['1'], /2/],
    ['too many arguments', 'i32', ['1', '2'], /1/],
    ['no number', 'i32', ['one'], /one/],
    ['a number that does not fit', 'i32', ['4294967296'], /4294967296/],
    ['a fraction for an integer', 'i64', ['1.5'], /1\.5/],
    ['a type that can’t be given', 'reference', ['1'], /externref/],
  ])('%s', async (_, func, args, pattern) => {
    const { stdout, stderr, code } = await invoke('wat/invoke-types', func, ...args);
    expect({ stdout, code: [125, 126].includes(code ?? 0) }).toEqual({ stdout: '', code: true });
    expect(stderr).toMatch(/^wasmctr: [^\n]+\n$/);
    expect(stderr).toMatch(pattern);
  });
});

describe('Go', () => {
  beforeAll(() => build('go'));

  it('exports functions of a reactor', async () => {
    expect(await invoke('go/reactor', 'add', '40', '2')).toMatchObject({ stdout: '42\n', code: 0 });
  });
});

describe('what was asked for and can’t be written', () => {
  const module = guest('wat/no-start');
  it.each<[string, readonly string[]]>([
    ['a result', ['run', '--invoke', 'add', module, '1', '2']],
    ['a report', ['inspect', module]],
    ['the TypeScript of a component', ['types', guest('wat-p2/hello')]],
    ['what is in the cache', ['cache', 'ls']],
    ['help', ['run', '--help']],
    ['the version', ['--version']],
  ])('%s is an error', async (_, argv) => {
    const said = (reason: string) => ({ code: 125, stderr: `wasmctr: can't write: standard output: ${reason}\n` });
    expect(await wasmctr(argv, { redirect: '>/dev/full' })).toMatchObject(said('ENOSPC: the disk is full'));
    expect(await wasmctr(argv, { redirect: '>&-' })).toMatchObject(said('EBADF: it is closed'));
    // As with any program that nobody listens to.
    const unread = spawnSync('sh', ['-c', '{ sleep 0.5; "$0" "$@"; echo $? >&2; } | true', wasmctrBin, ...argv], {
      env: startEnv,
      encoding: 'utf8',
    });
    expect(unread.stderr).toBe('141\n');
  });

  it('leaves the receipt as it is', async () => {
    const argv = ['run', '--stats=json', '--invoke', 'add', module, '1', '2'];
    const { stderr, code } = await wasmctr(argv, { redirect: '>/dev/full' });
    const [receipt = ''] = stderr.split('\n');
    expect(JSON.parse(receipt)).toMatchObject({ ok: true, results: ['3'] });
    expect(code).toBe(125);
  });
});
