import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../../runtime/cli/flags.ts';
import { WasmctrError } from '../../../runtime/errors.ts';
import { keyOfName, optionKeys, optionOf, type RawOptions } from '../../../runtime/options.ts';

const parse = (line: string) => parseFlags(line.split(' ').filter((word) => word !== ''));

function failureOf(line: string): string {
  try {
    parse(line);
  } catch (error) {
    if (error instanceof WasmctrError) return `${error.message}: ${error.hint}`;
    throw error;
  }
  throw new Error('accepted');
}

describe('flags stop at FILE', () => {
  test.each<[string, RawOptions]>([
    ['', {}],
    ['f', { file: 'f' }],
    ['f a b', { file: 'f', args: ['a', 'b'] }],
    ['f --strace -x --', { file: 'f', args: ['--strace', '-x', '--'] }],
    ['--strace f --help', { strace: true, file: 'f', args: ['--help'] }],
    ['-- -f --strace', { file: '-f', args: ['--strace'] }],
    ['--strace -- f -- a', { strace: true, file: 'f', args: ['--', 'a'] }],
    ['--', {}],
    ['- a', { file: '-', args: ['a'] }],
  ])('%s', (line, options) => expect(parse(line)).toEqual(options));
});

describe('forms of a flag', () => {
  test.each<[string, RawOptions]>([
    ['--timeout 5s', { timeout: '5s' }],
    ['--timeout=5s', { timeout: '5s' }],
    ['--timeout=', { timeout: '' }],
    ['--env=A=b=c', { env: ['A=b=c'] }],
    ['--timeout 1s --timeout 2s', { timeout: '2s' }],
    ['--dir a --dir b', { dir: ['a', 'b'] }],
    ['-v a:/b -va:/c', { volume: ['a:/b', 'a:/c'] }],
    ['-m64m', { memory: '64m' }],
    ['-he A=1', { help: true, env: ['A=1'] }],
    ['--timeout --strace', { timeout: '--strace' }],
    ['--argv0 -- f', { argv0: '--', file: 'f' }],
    ['--stats f', { stats: 'text', file: 'f' }],
    ['--stats=json f', { stats: 'json', file: 'f' }],
    ['--strace=false', { strace: 'false' }],
    ['--max-output 0 --cpu-time 1', { maxOutput: '0', cpuTime: '1' }],
  ])('%s', (line, options) => expect(parse(line)).toEqual(options));
});

describe('wrong flags', () => {
  test.each<[string, string]>([
    ['--timout 5s f', 'unknown flag: --timout: did you mean --timeout?'],
    ['--dri=. f', 'unknown flag: --dri: did you mean --dir?'],
    ['--MEMORY=5 f', 'unknown flag: --MEMORY: see wasmctr run --help'],
    ['--stat f', 'did you mean --stats?'],
    ['--mapdir a f', 'did you mean --dir?'],
    ['--pids-limit 5 f', 'did you mean --pids?'],
    ['--egress a:80 f', 'did you mean --allow-net?'],
    ['--fuel 5 f', 'did you mean --cpu-time?'],
    ['--xyzzy f', 'unknown flag: --xyzzy: see wasmctr run --help'],
    ['-x f', 'unknown flag: -x: see wasmctr run --help'],
    ['-hx f', 'unknown flag: -x'],
    ['--= f', 'unknown flag: --'],
    ['--__proto__ f', 'unknown flag: --__proto__'],
    ['--constructor=5 f', 'unknown flag: --constructor'],
    ['--timeout', 'no value: --timeout: expected --timeout DURATION'],
    ['-v', 'no value: -v: expected -v HOST:GUEST[:ro]'],
  ])('%s', (line, message) => expect(failureOf(line)).toContain(message));
});

test('100 000 arguments of a guest cost it nothing', () => {
  const argv = ['--dir', '.', 'f', ...Array<string>(100_000).fill('--x')];
  const start = performance.now();
  expect(parseFlags(argv).args).toHaveLength(100_000);
  expect(performance.now() - start).toBeLessThan(100);
});

/** The same by node:util, whose author is not ours. */
function byParseArgs(argv: readonly string[]): RawOptions | null {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const { name, short, bare } of optionKeys.map(optionOf)) {
    options[name] = { type: bare === undefined ? 'string' : 'boolean', ...(short === null ? {} : { short }) };
  }
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const raw: Record<string, unknown> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') {
      raw.file = token.value;
      if (token.index + 1 < argv.length) raw.args = argv.slice(token.index + 1);
      break;
    }
    if (token.kind !== 'option') continue;
    const key = keyOfName(token.name);
    if (key === null) return null;
    const value = token.value ?? optionOf(key).bare;
    if (value === undefined) return null;
    if (optionOf(key).kind === 'scalar') raw[key] = value;
    else raw[key] = [...((raw[key] as unknown[] | undefined) ?? []), value];
  }
  return raw;
}

test('node:util parses the same', () => {
  const flag = fc.constantFrom(...optionKeys.map(optionOf));
  const word = fc.oneof(
    fc.constantFrom(
      '-',
      '--',
      'f',
      '5s',
      '',
      '-x',
      '--x',
      'a=b',
      '-h',
      '-m5',
      '-e',
      '--strace',
      '--stats=json',
      '--env=A=1',
      '-hm',
      '-hh',
    ),
    flag.map(({ name }) => `--${name}`),
    fc.tuple(flag, fc.string({ maxLength: 5 })).map(([{ name }, value]) => `--${name}=${value}`),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
      let ours: RawOptions | null = null;
      try {
        ours = parseFlags(argv);
      } catch (error) {
        if (!(error instanceof WasmctrError)) throw error;
      }
      expect(ours).toEqual(byParseArgs(argv));
    }),
    { numRuns: 3000 },
  );
});
