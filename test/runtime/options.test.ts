import { describe, expect, test } from 'vitest';
import { maxDurationMs } from '../../runtime/limits.ts';
import { keyOfName, optionKeys, optionOf, optionTable } from '../../runtime/options.ts';
import { parseEnv, parseEnvFile } from '../../runtime/options-env.ts';
import { parseListen } from '../../runtime/options-listen.ts';
import {
  count,
  duration,
  formatDuration,
  formatSize,
  fraction,
  orNone,
  parseCpuset,
  parseSwitch,
  parseText,
  rate,
  size,
} from '../../runtime/options-parse.ts';
import type { Parsed } from '../../runtime/options-types.ts';

function accepted<T>(parsed: Parsed<T>): T {
  if ('value' in parsed) return parsed.value;
  throw new Error(`refused: expected ${parsed.expected}`);
}

function refusal(parsed: Parsed<unknown>): string {
  if ('expected' in parsed) return parsed.expected;
  throw new Error(`accepted as ${JSON.stringify(parsed.value)}`);
}

describe('sizes', () => {
  const mebibyte = 1024 ** 2;
  test.each<[unknown, number]>([
    ['0', 0],
    ['4096', 4096],
    [4096, 4096],
    ['4096b', 4096],
    ['4096B', 4096],
    ['512k', 524_288],
    ['512K', 524_288],
    ['512kb', 524_288],
    ['512KB', 524_288],
    ['512KiB', 524_288],
    ['512kib', 524_288],
    ['64M', 64 * mebibyte],
    ['64m', 64 * mebibyte],
    ['64MiB', 64 * mebibyte],
    ['64mb', 64 * mebibyte],
    ['1G', 1024 * mebibyte],
    ['1GiB', 1024 * mebibyte],
    ['1.5g', 1536 * mebibyte],
    ['0.5k', 512],
    ['0.0001k', 0],
    ['2T', 2 * 1024 ** 4],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%j is %d bytes', (raw, bytes) => expect(accepted(size(0)(raw))).toBe(bytes));

  test.each<[unknown]>([
    [''],
    [' '],
    ['-1'],
    ['+1'],
    ['- 1'],
    ['1e3'],
    ['0x10'],
    ['1.5'],
    ['1.5b'],
    ['.5k'],
    ['1.k'],
    ['1 k'],
    [' 1k'],
    ['1k '],
    ['1kk'],
    ['1ki'],
    ['1bb'],
    ['1ib'],
    ['k'],
    ['NaN'],
    ['Infinity'],
    ['1_000'],
    ['1,5k'],
    ['\u0661k'],
    ['1k\n'],
    ['1\0'],
    [-1],
    [1.5],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [null],
    [undefined],
    [true],
    [{}],
    [['1k']],
  ])('%j is no size', (raw) => expect(refusal(size(0)(raw))).toBe('a size such as 65536, 512k, 64MiB or 1.5g'));

  test.each<[unknown, string]>([
    ['9007199254740992', 'at most'],
    ['9'.repeat(400), 'at most'],
    ['8192T', 'at most'],
    [`${'9'.repeat(400)}t`, 'at most'],
    ['1023', 'at least 1KiB'],
    [1023, 'at least 1KiB'],
  ])('%s is out of range', (raw, expected) => expect(refusal(size(1024)(raw))).toContain(expected));
});

describe('durations', () => {
  test.each<[unknown, number]>([
    ['250ms', 250],
    ['5s', 5000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['1h30m', 5_400_000],
    ['1m1s1ms', 61_001],
    ['1.5s', 1500],
    ['0.1ms', 1],
    ['10', 10_000],
    ['0.25', 250],
    [10, 10_000],
    [0.25, 250],
    ['2147483647ms', maxDurationMs],
  ])('%j is %d ms', (raw, ms) => expect(accepted(duration(raw))).toBe(ms));

  test.each<[unknown]>([
    [''],
    ['s'],
    ['-5s'],
    ['+5s'],
    ['5 s'],
    ['5S'],
    ['5sec'],
    ['5us'],
    ['1h30'],
    ['30 '],
    ['1e3'],
    ['1e3s'],
    ['0x5s'],
    ['.5s'],
    ['5.s'],
    ['1h-1m'],
    ['NaN'],
    ['Infinity'],
    ['5s\n'],
    [Number.NaN],
    [-1],
    [null],
    [true],
    [{}],
    [['5s']],
  ])('%j is no duration', (raw) => expect(refusal(duration(raw))).toContain('a duration such as'));

  test.each<[unknown, string]>([
    ['0', 'at least 1ms'],
    ['0s', 'at least 1ms'],
    [0, 'at least 1ms'],
    ['2147483648ms', 'at most'],
    ['25d', 'at most'],
    [`${'9'.repeat(400)}s`, 'at most'],
    [Number.POSITIVE_INFINITY, 'at most'],
  ])('%s is out of range', (raw, expected) => expect(refusal(duration(raw))).toContain(expected));
});

describe('numbers', () => {
  test.each<[unknown, number]>([
    ['1', 1],
    ['10', 10],
    [7, 7],
    ['007', 7],
  ])('%j is a count', (raw, value) => expect(accepted(count(1, 10)(raw))).toBe(value));
  test.each<[unknown]>([
    ['0'],
    ['11'],
    ['-1'],
    ['1.0'],
    ['1e0'],
    [''],
    [' 1'],
    [1.5],
    [Number.NaN],
    [null],
    ['9'.repeat(400)],
  ])('%j is no count from 1 to 10', (raw) => expect(refusal(count(1, 10)(raw))).toBe('a whole number from 1 to 10'));
  test.each<[unknown, number]>([
    ['0.5', 0.5],
    ['2', 2],
    ['.5', 0.5],
    [1.25, 1.25],
    ['0.01', 0.01],
  ])('%j CPUs', (raw, value) => expect(accepted(fraction(0.01, 8)(raw))).toBe(value));
  test.each<[unknown]>([
    ['0'],
    ['0.001'],
    ['9'],
    ['-1'],
    ['1.'],
    ['1e1'],
    ['50%'],
    [''],
    [Number.NaN],
    [null],
    ['Infinity'],
  ])('%j is no number of CPUs', (raw) => expect(refusal(fraction(0.01, 8)(raw))).toContain('from 0.01 to 8'));
  test.each<[unknown, number]>([
    ['10MiB', 10_485_760],
    ['10MiB/s', 10_485_760],
    ['1k/s', 1024],
    [512, 512],
  ])('%j is a rate', (raw, value) => expect(accepted(rate(raw))).toBe(value));
  test.each<[unknown]>([['0'], ['/s'], ['10MiB/m'], ['10/s/s'], [''], [0]])('%j is no rate', (raw) =>
    expect(refusal(rate(raw))).toContain('bytes a second'),
  );
  test.each<[string]>([['0'], ['0-3'], ['0,2-3'], ['0-8191']])('%j is a cpuset', (raw) =>
    expect(accepted(parseCpuset(raw))).toBe(raw),
  );
  test.each<[unknown]>([
    ['3-0'],
    ['8192'],
    [''],
    [','],
    ['0,'],
    ['0-'],
    ['a'],
    ['0-1-2'],
    [0],
    ['0 1'],
    ['0,'.repeat(600)],
  ])('%j is no cpuset', (raw) => expect(refusal(parseCpuset(raw))).toContain('CPU numbers'));
});

describe('none, switches, text', () => {
  test('none and null lift a limit, and errors say that none is possible', () => {
    expect(accepted(orNone(duration)('none'))).toBeNull();
    expect(accepted(orNone(duration)(null))).toBeNull();
    expect(refusal(orNone(duration)('no'))).toMatch(/, or none$/);
    expect(refusal(duration('none'))).toContain('a duration');
  });
  test.each<[unknown, boolean]>([
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
  ])('%j is a switch', (raw, value) => expect(accepted(parseSwitch(raw))).toBe(value));
  test.each<[unknown]>([['yes'], ['1'], [1], [''], [null]])('%j is no switch', (raw) =>
    expect(refusal(parseSwitch(raw))).toContain('true'),
  );
  test('none can be the name of a function, a program or a file', () => {
    for (const key of ['invoke', 'argv0', 'seccomp', 'statsFile', 'config'] as const) {
      expect(accepted<unknown>(optionTable[key].parse('none'))).toBe('none');
      expect(accepted<unknown>(optionTable[key].parse(null))).toBeNull();
    }
  });
  test('NUL would cut text short', () => {
    expect(refusal(parseText('a\0b'))).toBe('text without NUL characters');
    expect(refusal(parseText(''))).toBe('text');
    expect(refusal(parseText(5))).toBe('text');
  });
});

describe('environment', () => {
  test.each<[string, object]>([
    ['A=b', { name: 'A', value: 'b' }],
    ['A=', { name: 'A', value: '' }],
    ['A=b=c', { name: 'A', value: 'b=c' }],
    ['A', { name: 'A', value: null }],
    ['a b=c', { name: 'a b', value: 'c' }],
  ])('--env %s', (raw, entry) => expect(accepted(parseEnv(raw))).toEqual(entry));
  test.each<[unknown]>([['=b'], ['='], [''], ['A=\0'], ['\0'], [5], [null]])('--env %j is refused', (raw) =>
    expect(refusal(parseEnv(raw))).not.toBe(''),
  );

  test("an env-file has Docker's rules", () => {
    const text = '\uFEFFA=1\r\n# comment\n\n   \t\n  B= two \nC="quoted" # not a comment\nINHERITED\n#D=no\nE==\nF=a=b';
    expect(accepted(parseEnvFile(text))).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: ' two ' },
      { name: 'C', value: '"quoted" # not a comment' },
      { name: 'INHERITED', value: null },
      { name: 'E', value: '=' },
      { name: 'F', value: 'a=b' },
    ]);
    expect(accepted(parseEnvFile(''))).toEqual([]);
  });
  test.each<[string, string]>([
    ['A=1\n=2', 'line 2'],
    ['export A=1', 'without spaces in line 1'],
    ['A =1', 'without spaces in line 1'],
    ['A=\0', 'without NUL characters in line 1'],
  ])('env-file %j is refused', (text, expected) => expect(refusal(parseEnvFile(text))).toContain(expected));
});

describe('--listen', () => {
  test.each<[string, object]>([
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['0.0.0.0:1', { host: '0.0.0.0', port: 1 }],
    ['localhost:80', { host: '127.0.0.1', port: 80 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
    ['[0:0:0:0:0:0:0:1]:80', { host: '::1', port: 80 }],
    ['[::ffff:127.0.0.1]:80', { host: '::ffff:7f00:1', port: 80 }],
  ])('%s', (raw, listener) => expect(accepted(parseListen(raw))).toEqual(listener));
  test.each<[unknown]>([
    ['8080'],
    [':8080'],
    ['127.0.0.1'],
    ['127.0.0.1:'],
    ['127.0.0.1:0'],
    ['127.0.0.1:65536'],
    ['127.0.0.1:-1'],
    ['127.0.0.1:1e3'],
    ['127.1:80'],
    ['0177.0.0.1:80'],
    ['256.0.0.1:80'],
    ['example.org:80'],
    ['::1:80'],
    ['[::1]80'],
    ['[:::1]:80'],
    ['[]:80'],
    ['[127.0.0.1]:80'],
    ['[::1%eth0]:80'],
    ['a@b:80'],
    ['127.0.0.1:80/'],
    [''],
    [8080],
    [null],
  ])('%j is refused', (raw) => expect(refusal(parseListen(raw))).not.toBe(''));
});

describe('the table', () => {
  test('a key is the camelCase of its name', () => {
    for (const key of optionKeys) {
      const { name } = optionOf(key);
      expect(key).toBe(name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()));
      expect(keyOfName(name)).toBe(key);
    }
  });
  test('names, shorts and foreign spellings are each used once', () => {
    const words = optionKeys
      .map(optionOf)
      .flatMap(({ name, short, alsoKnownAs }) => [name, ...(short ? [short] : []), ...alsoKnownAs]);
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  });
  test('the default in words is the default', () => {
    for (const key of optionKeys) {
      const option = optionOf(key);
      if (option.kind !== 'scalar' || option.defaultText === null) continue;
      expect([key, accepted(option.parse(option.defaultText) as Parsed<unknown>)]).toEqual([key, option.default]);
    }
  });
  test('each row has help that starts in lower case without a full stop', () => {
    for (const { help, detail } of Object.values(optionTable)) {
      expect(help).toMatch(/^([a-z:]|CPUs).*[^.]$/);
      if (detail !== null) expect(detail).toMatch(/\.$/);
    }
  });
});

test.each<[number, string]>([
  [0, '0'],
  [1, '1'],
  [1024, '1KiB'],
  [1536, '1536'],
  [1024 ** 3, '1GiB'],
  [1536 * 1024 ** 2, '1536MiB'],
])('%d bytes is written %s', (bytes, text) => expect(formatSize(bytes)).toBe(text));
test.each<[number, string]>([
  [1, '1ms'],
  [1500, '1500ms'],
  [5000, '5s'],
  [120_000, '2m'],
  [86_400_000, '24h'],
])('%d ms is written %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
