import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { configSource } from '../../runtime/cli/config-file.ts';
import { configSchema } from '../../runtime/config-schema.ts';
import { WasmctrError } from '../../runtime/errors.ts';
import { optionKeys, optionOf } from '../../runtime/options.ts';

const validate = new Ajv({ allowUnionTypes: true }).compile(configSchema());

function failureOf(config: unknown): string {
  try {
    configSource('c.json', typeof config === 'string' ? config : JSON.stringify(config));
  } catch (error) {
    if (error instanceof WasmctrError) return `${error.message}: ${error.hint}`;
    throw error;
  }
  throw new Error('accepted');
}

describe('the published schema', () => {
  test('has every key of the table, and no other', () => {
    const keys = optionKeys.map(optionOf).filter((option) => option.inConfig);
    const properties = configSchema().properties as Record<string, { description?: string }>;
    expect(Object.keys(properties).sort()).toEqual(
      ['$schema', 'args', 'file', 'plan', ...keys.map(({ name }) => name)].sort(),
    );
    for (const { name, help } of keys) expect(properties[name]?.description).toContain(help);
    expect(properties).not.toHaveProperty('config');
  });

  /** Key, good values, bad values. */
  const examples: [string, unknown[], unknown[]][] = [
    [
      'dir',
      [['.'], ['a::/b:ro', { host: 'x', guest: '/y', readOnly: true }], []],
      ['.', [5], [{ guest: '/a' }], [{ host: 'a', ro: true }], ['']],
    ],
    ['volume', [['/a:/b']], ['/a:/b', [5]]],
    ['tmpfs', [['/t'], [{ guest: '/t', size: '1m' }], [{ guest: '/t', size: 4096 }]], [[{ size: 1 }], [true]]],
    ['env', [['A=1', 'B'], { A: '1', B: null }], ['A=1', { A: 5 }, [5]]],
    ['env-file', [['a.env']], ['a.env', ['']]],
    ['workdir', ['/a', null], [5]],
    ['argv0', ['a', null], ['', 'a\0', 5]],
    ['invoke', ['f', null], ['', 5]],
    ['imports-fd', [3, 255, null], [2, true, 'x']],
    ['unknown-imports', ['error', 'trap'], ['maybe', null, true]],
    ['warm', [true, false], ['again', null]],
    ['no-warm', [true, false], ['yes', 1]],
    ['timeout', ['5s', '250ms', '1h30m', '10', 10, 0.5, 'none', null], ['5x', '', '-5s', -1, 0, true, []]],
    ['cpu-time', ['2s', null], ['2 s']],
    ['memory', ['64MiB', '64m', '1.5g', '65536', 65_536], ['64X', '', '-1', 1, -1, null, 'none', 1.5]],
    ['cpus', [0.5, '0.5', null], [0, -1, true]],
    ['cpu-weight', [100, '100', null], [0, 10_001, true]],
    ['cpuset', ['0-3,8', null], ['a', 5]],
    ['pids', [8, '8'], [0, null, true]],
    ['io-read', ['10MiB', '10MiB/s', 1024, null], ['10/m', 0]],
    ['io-write', ['1k/s'], [true]],
    ['max-files', [3, '64'], [2, null]],
    ['max-output', ['0', 0, '1k'], [-1, null]],
    ['max-disk', ['1m', 4096], [1, null]],
    ['listen', [['127.0.0.1:80']], ['127.0.0.1:80', [80]]],
    ['net', ['host', 'none'], ['all', null]],
    ['allow-net', [['example.com:443'], []], ['public', [5], ['']]],
    ['publish', [['8080:80']], ['8080:80', [80]]],
    ['max-connections', [5, '5', 'none', null], [-1, true]],
    ['max-traffic', ['1GiB', 0, null], [-1, true]],
    ['tls-ca', ['ca.pem', null], ['', 5]],
    ['seccomp', ['p.json', null], ['', 5]],
    ['seccomp-allow', [['getrandom']], [['42'], ['A'], 'x']],
    ['best-effort', [true, false], ['yes', 1, null]],
    ['strace', [true], ['true']],
    ['stats', ['text', 'json', 'none', null], ['xml', true]],
    ['stats-file', ['r.json', null], ['']],
    ['print-plan', [false], ['no']],
  ];
  test.each(examples)('%s', (name, good, bad) => {
    for (const value of good) {
      expect(validate({ [name]: value }), `${name}: ${JSON.stringify(value)}`).toBe(true);
      // What the schema accepts here, the parser must accept too: a file that an editor calls right has to run.
      expect(() => configSource('c.json', JSON.stringify({ [name]: value }))).not.toThrow();
    }
    for (const value of bad) expect(validate({ [name]: value }), `${name}: ${JSON.stringify(value)}`).toBe(false);
  });

  test('every key has examples', () => {
    const names = optionKeys.map(optionOf).filter(({ inConfig }) => inConfig);
    expect(examples.map(([name]) => name).sort()).toEqual(names.map(({ name }) => name).sort());
  });
});

describe('a config file', () => {
  test('keys become those of the option table; $schema and plan are for readers', () => {
    const text =
      '\uFEFF{"$schema": "x", "plan": {"a": 1}, "cpu-time": "5s", "file": "f", "args": ["a"], "max-files": 9}';
    const { options, label } = configSource('c.json', text);
    expect(options).toEqual({ cpuTime: '5s', file: 'f', args: ['a'], maxFiles: 9 });
    expect(label('cpu-time')).toBe('"cpu-time" in c.json');
  });

  test.each<[unknown, string]>([
    ['', 'bad JSON: c.json'],
    ['{"a": }', 'bad JSON: c.json'],
    ['[]', 'expected an object such as'],
    ['null', 'expected an object such as'],
    ['5', 'expected an object such as'],
    [{ timout: '5s' }, 'unknown key: "timout" in c.json: did you mean "timeout"?'],
    [{ cpuTime: '5s' }, 'unknown key: "cpuTime" in c.json: did you mean "cpu-time"?'],
    [{ max_output: 5 }, 'did you mean "max-output"?'],
    [{ mapdir: [] }, 'did you mean "dir"?'],
    [{ config: 'x' }, 'unknown key: "config" in c.json'],
    [{ help: true }, 'unknown key: "help" in c.json'],
    [{ zzzzzzzz: 1 }, 'its keys are the flags of wasmctr run --help'],
    ['{"__proto__": 1}', 'unknown key: "__proto__" in c.json'],
    [{ timeout: '5x' }, 'bad value: "timeout" in c.json "5x": expected a duration such as'],
    [{ timeout: true }, 'bad value: "timeout" in c.json true: expected a duration such as'],
    [{ dir: '.' }, 'bad value: "dir" in c.json ".": expected an array'],
    [{ dir: ['.', 5] }, 'bad value: "dir" in c.json 5: expected HOST[::GUEST][:ro]'],
    [{ strace: 'yes' }, 'bad value: "strace" in c.json "yes": expected true or false'],
    [{ strace: 'true' }, 'bad value: "strace" in c.json "true": expected boolean'],
    [{ args: 'a' }, 'bad value: "args" in c.json "a": expected array'],
    [{ args: [5] }, 'bad value: "args" in c.json 5: expected string'],
    [{ env: { A: 5 } }, 'bad value: "env" in c.json'],
    [{ file: '' }, 'bad value: "file" in c.json ""'],
  ])('%j is refused in one line', (config, message) => expect(failureOf(config)).toContain(message));
});
