import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../runtime/cli/flags.ts';
import { configOfSpec } from '../../runtime/config-of-spec.ts';
import { WasmctrError } from '../../runtime/errors.ts';
import { defaultLimits, defaultNetLimits, maxArgumentBytes, maxDurationMs } from '../../runtime/limits.ts';
import { keyOfName, optionKeys, optionOf, type RawOptions } from '../../runtime/options.ts';
import type { OptionSource } from '../../runtime/options-read.ts';
import type { OptionKey } from '../../runtime/options-types.ts';
import { resolveSpec } from '../../runtime/resolve-spec.ts';
import type { RunSpec } from '../../runtime/spec.ts';

const files = new Map([
  ['a.env', 'A=file\nB=file\nHOME'],
  ['b.env', 'B=second'],
  ['bad.env', 'A b=1'],
]);
const context = {
  env: ['HOME=/root', 'EMPTY=', 'LONG=a=b', 'HOMER=simpson'],
  readText(path: string): string {
    const text = files.get(path);
    if (text === undefined) throw new WasmctrError('path', `can't read: ${path}: ENOENT`);
    return text;
  },
};

const flags = (options: RawOptions): OptionSource => ({ options, label: (name) => `--${name}` });
const config = (options: RawOptions): OptionSource => ({ options, label: (name) => `"${name}" in c.json` });

function specOf(...sources: OptionSource[]): RunSpec {
  return resolveSpec(sources, context).spec;
}
const specOfLine = (...argv: string[]) => specOf(flags(parseFlags(argv)));

function failure(run: () => unknown): WasmctrError {
  try {
    run();
  } catch (error) {
    if (error instanceof WasmctrError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('without flags everything has its finite default, and nothing is granted', () => {
  expect(specOfLine('dir/app.wasm')).toEqual({
    file: 'dir/app.wasm',
    args: [],
    argv0: 'dir/app.wasm',
    env: [],
    dirs: [],
    tmpfs: [],
    mountOrder: [],
    workdir: null,
    listen: [],
    net: { mode: 'none', allow: [], publish: [], ...defaultNetLimits, tlsCa: null },
    invoke: null,
    importsFd: null,
    unknownImports: 'error',
    warm: 'auto',
    strace: false,
    bestEffort: false,
    limits: defaultLimits,
    seccomp: null,
    seccompAllow: [],
  });
});

test('a spec is frozen to its leaves', () => {
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
  const spec = specOfLine(
    '--dir',
    '.',
    '--tmpfs',
    '/t',
    '-e',
    'A=1',
    '--listen',
    '[::1]:80',
    '--allow-net',
    '10.0.0.0/8:80',
    '--publish',
    '80:80',
    '--seccomp-allow',
    'x',
    'f',
    'a',
  );
  expect(frozen(spec)).toBe(true);
});

test('every flag reaches its field', () => {
  const line =
    '--dir a::/a:ro -v ./b:/b --tmpfs /t:1m --env A=1 --workdir /a/ --timeout 5s --cpu-time 2s --memory 64m --cpus 0.5 --cpu-weight 50 ' +
    '--cpuset 0-1 --pids 3 --io-read 1m --io-write 2m/s --max-files 10 --max-output 1k --max-disk 2m --listen 127.0.0.1:80 --net host --allow-net tcp:example.com:80-90 -p 8080:80/udp --max-connections 5 --max-traffic none --tls-ca ca.pem --invoke f --imports-fd 5 ' +
    '--unknown-imports trap --no-warm --argv0 me --strace --seccomp p.json --seccomp-allow x --seccomp-allow y --seccomp-allow x --best-effort f.wasm 1 2';
  expect(specOfLine(...line.split(' '))).toEqual({
    file: 'f.wasm',
    args: ['1', '2'],
    argv0: 'me',
    env: ['PWD=/a', 'A=1'],
    dirs: [
      { host: 'a', guest: '/a', readOnly: true },
      { host: './b', guest: '/b', readOnly: false },
    ],
    tmpfs: [{ guest: '/t', sizeBytes: 1_048_576 }],
    mountOrder: ['/a', '/b', '/t'],
    workdir: '/a',
    listen: [{ host: '127.0.0.1', port: 80 }],
    net: {
      mode: 'host',
      allow: [{ protocol: 'tcp', to: { kind: 'name', name: 'example.com' }, ports: { first: 80, last: 90 } }],
      publish: [{ host: '127.0.0.1', hostPort: 8080, guestPort: 80, protocol: 'udp' }],
      maxConnections: 5,
      maxTrafficBytes: null,
      tlsCa: 'ca.pem',
    },
    invoke: 'f',
    importsFd: 5,
    unknownImports: 'trap',
    warm: 'never',
    strace: true,
    bestEffort: true,
    limits: {
      timeoutMs: 5000,
      cpuTimeMs: 2000,
      memoryBytes: 67_108_864,
      cpus: 0.5,
      cpuWeight: 50,
      cpuset: '0-1',
      pids: 3,
      maxFiles: 10,
      maxOutputBytes: 1024,
      diskBytes: 2_097_152,
      ioReadBytesPerSecond: 1_048_576,
      ioWriteBytesPerSecond: 2_097_152,
    },
    seccomp: 'p.json',
    seccompAllow: ['x', 'y'],
  });
});

test('what surrounds a run is no part of the spec', () => {
  const resolve = (...argv: string[]) => resolveSpec([flags(parseFlags([...argv, 'f']))], context).output;
  expect(resolve()).toEqual({ stats: null, statsFile: null, printPlan: false });
  expect(resolve('--stats', '--print-plan')).toEqual({ stats: 'text', statsFile: null, printPlan: true });
  expect(resolve('--stats=json', '--stats-file', 'r.json')).toEqual({
    stats: 'json',
    statsFile: 'r.json',
    printPlan: false,
  });
});

describe('environment', () => {
  test.each<[string, string[]]>([
    ['-e HOME', ['HOME=/root']],
    ['-e EMPTY', ['EMPTY=']],
    ['-e LONG', ['LONG=a=b']],
    ['-e MISSING', []],
    ['-e HOME= ', ['HOME=']],
    ['-e A=1 -e B=2 -e A=3', ['A=3', 'B=2']],
    ['--env-file a.env', ['A=file', 'B=file', 'HOME=/root']],
    ['-e A=flag --env-file a.env --env-file b.env', ['A=flag', 'B=second', 'HOME=/root']],
    ['-w /data', ['PWD=/data']],
    ['-w /data -e PWD=/other', ['PWD=/other']],
  ])('%s', (line, env) => expect(specOfLine(...line.trim().split(' '), 'f').env).toEqual(env));

  test('an object in a config sets, and null inherits', () => {
    expect(specOf(config({ file: 'f', env: { A: '1', HOME: null, MISSING: null } })).env).toEqual([
      'A=1',
      'HOME=/root',
    ]);
    expect(failure(() => specOf(config({ file: 'f', env: { 'A=B': '1' } }))).message).toContain('"env" in c.json');
    expect(failure(() => specOf(config({ file: 'f', env: { A: 5 } }))).hint).toContain('text, or null');
  });
});

describe('merging', () => {
  test('flags go over a config', () => {
    const spec = specOf(
      config({
        file: 'c.wasm',
        args: ['c'],
        timeout: '1s',
        strace: true,
        env: ['A=config', 'C=config'],
        dir: ['x::/a', 'x::/c'],
        tmpfs: ['/t:1m'],
        listen: ['127.0.0.1:80', '127.0.0.1:81'],
        seccompAllow: ['x'],
      }),
      flags(
        parseFlags([
          '--timeout',
          'none',
          '--strace=false',
          '-e',
          'A=flag',
          '--dir',
          'y::/a',
          '-v',
          './v:/t',
          '--listen',
          'localhost:80',
          '--seccomp-allow',
          'y',
          'f.wasm',
        ]),
      ),
    );
    expect(spec).toMatchObject({
      file: 'f.wasm',
      args: ['c'],
      argv0: 'f.wasm',
      strace: false,
      env: ['A=flag', 'C=config'],
      dirs: [
        { host: 'x', guest: '/c' },
        { host: 'y', guest: '/a' },
        { host: './v', guest: '/t' },
      ],
      tmpfs: [],
      listen: [
        { host: '127.0.0.1', port: 81 },
        { host: '127.0.0.1', port: 80 },
      ],
      seccompAllow: ['x', 'y'],
    });
    expect(spec.limits.timeoutMs).toBeNull();
  });

  test('directories keep the order of the command line, behind those of the config', () => {
    const order: OptionKey[] = [];
    const options = parseFlags('--tmpfs /t -v ./v:/v --env A=1 --dir d::/d -v ./w:/w --dir e::/c f'.split(' '), order);
    const spec = specOf(config({ tmpfs: ['/u', '/d'], dir: ['a::/a', 'c::/c'] }), { ...flags(options), order });
    expect(spec.mountOrder).toEqual(['/a', '/u', '/t', '/v', '/d', '/w', '/c']);
    expect(spec.dirs.map(({ host }) => host)).toEqual(['a', './v', 'd', './w', 'e']);
    expect(spec.tmpfs.map(({ guest }) => guest)).toEqual(['/u', '/t']);
  });

  test('a wrong value is an error also where a later source replaces it', () => {
    expect(failure(() => specOf(config({ file: 'f', timeout: 'x' }), flags({ timeout: '5s' }))).message).toBe(
      'bad value: "timeout" in c.json "x"',
    );
  });
});

describe('errors', () => {
  test.each<[string, string, string | RegExp]>([
    ['', 'no module given', 'wasmctr run [flags] FILE [arguments]'],
    ['--timeout 5x f', 'bad value: --timeout "5x"', /^expected a duration such as .*, or none$/],
    ['--memory 1k f', 'bad value: --memory "1k"', 'expected a size of at least 64KiB'],
    ['--max-files 2 f', 'bad value: --max-files "2"', 'expected a whole number from 3 to 1048576'],
    ['--pids none f', 'bad value: --pids "none"', 'expected a whole number from 1 to 4194304'],
    ['--unknown-imports maybe f', 'bad value: --unknown-imports "maybe"', 'expected error or trap'],
    ['--stats=xml f', 'bad value: --stats "xml"', 'expected text or json, or none'],
    ['--seccomp-allow 42 f', 'bad value: --seccomp-allow "42"', /system call/],
    ['--env-file bad.env f', 'bad value: --env-file bad.env', 'expected a name without spaces in line 1'],
    ['--env-file no.env f', "can't read: no.env: ENOENT", /^$/],
    ['--dir a::/x --dir b::/x/ f', 'duplicate guest path /x: --dir "b::/x/"', '--dir "a::/x" gives it already'],
    ['--dir . --dir ./ f', 'duplicate guest path .: --dir "./"', '--dir "." gives it already'],
    ['--dir a::/x -v ./b:/x f', 'duplicate guest path /x: --volume "./b:/x"', '--dir "a::/x" gives it already'],
    ['--dir a::/x --tmpfs //x f', 'duplicate guest path /x: --tmpfs "//x"', '--dir "a::/x" gives it already'],
    [
      '--listen localhost:80 --listen 127.0.0.1:80 f',
      'duplicate listener 127.0.0.1 port 80: --listen "127.0.0.1:80"',
      /gives it already/,
    ],
    ['--tmpfs /t:1g f', 'tmpfs too big: /t: 1073741824 bytes', 'raise --max-disk'],
  ])('%s', (line, message, hint) => {
    const error = failure(() => specOfLine(...line.split(' ').filter((word) => word !== '')));
    expect(error.message).toBe(message);
    expect(error.hint ?? '').toMatch(hint);
    expect(error.exitCode).toBe(125);
  });

  test('10 MB of arguments and environment', () => {
    const big = 'x'.repeat(10_000_000);
    expect(failure(() => specOfLine('f', big)).message).toMatch(
      /^arguments and environment too long: \d+ bytes: E2BIG$/,
    );
    expect(failure(() => specOfLine('-e', `A=${big}`, 'f')).message).toContain('E2BIG');
    expect(failure(() => specOf(flags(parseFlags(['f', ...Array<string>(1_000_000).fill('x')])))).message).toContain(
      'E2BIG',
    );
    expect(specOfLine('f', 'x'.repeat(maxArgumentBytes - 100)).args).toHaveLength(1);
  });
  test('a message does not carry a big value', () => {
    expect(failure(() => specOfLine('--timeout', 'x'.repeat(1e6), 'f')).message.length).toBeLessThan(200);
  });
  test('NUL, in whatever a config can hold', () => {
    for (const options of [
      { file: 'f\0' },
      { file: 'f', args: ['\0'] },
      { file: 'f', argv0: 'a\0' },
      { file: 'f', dir: ['a\0'] },
    ]) {
      expect(failure(() => specOf(config(options))).hint).toMatch(/NUL|path/);
    }
  });
  test('too many mounts and listeners', () => {
    const dir = Array.from({ length: 257 }, (_, index) => `x::/${index}`);
    expect(failure(() => specOf(flags({ file: 'f', dir }))).message).toBe('too many directories: 257');
    const listen = Array.from({ length: 65 }, (_, index) => `127.0.0.1:${index + 1}`);
    expect(failure(() => specOf(flags({ file: 'f', listen }))).message).toBe('too many listeners: 65');
  });
  test('options that do not exist, or do nothing here', () => {
    for (const options of [{ timeut: 1 }, { config: 'x' }, { help: true }, { __proto__x: 1 }]) {
      expect(failure(() => specOf(config({ file: 'f', ...options }))).message).toMatch(/^unknown option/);
    }
    expect(failure(() => specOf(config({ file: 'f', dir: 'x' }))).hint).toBe('expected an array');
    expect(failure(() => specOf(config({ file: 'f', args: 'x' }))).hint).toBe('expected an array of texts');
    expect(failure(() => specOf(config({ file: 'f', memory: 10n }))).hint).toContain('expected a size');
  });
});

/** What every consumer of a spec may rely on. */
function assertValid(spec: RunSpec): void {
  const guests = [...spec.dirs, ...spec.tmpfs].map((mount) => mount.guest);
  expect([...spec.mountOrder].sort()).toEqual([...guests].sort());
  expect(new Set(guests).size).toBe(guests.length);
  for (const guest of guests)
    expect(guest === '.' || /^\/(?!.*\/\/)(?!.*(^|\/)\.\.?(\/|$))(.*[^/])?$/s.test(guest)).toBe(true);
  for (const text of [spec.file, spec.argv0, ...spec.args, ...spec.env, ...guests]) expect(text).not.toContain('\0');
  for (const entry of spec.env) expect(entry).toMatch(/^[^=]+=/);
  const { limits } = spec;
  for (const ms of [limits.timeoutMs, limits.cpuTimeMs]) {
    expect(ms === null || (Number.isInteger(ms) && ms >= 1 && ms <= maxDurationMs)).toBe(true);
  }
  for (const bytes of [limits.memoryBytes, limits.maxOutputBytes, limits.diskBytes])
    expect(Number.isSafeInteger(bytes) && bytes >= 0).toBe(true);
  for (const { port } of spec.listen) expect(Number.isInteger(port) && port >= 1 && port <= 65_535).toBe(true);
}

describe('fuzz', () => {
  const word = fc.oneof(
    fc.constantFrom(
      '5s',
      '64MiB',
      '.',
      '/a',
      './a:/b',
      'a::/b:ro',
      '/t:1m',
      'A=1',
      'A',
      'none',
      '0',
      '-1',
      '1e9',
      '',
      ':',
      '::',
      '=',
      '-',
      '--',
      'json',
      '127.0.0.1:80',
    ),
    fc.string({ maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 10 }),
  );
  const flag = fc.constantFrom(...optionKeys.filter((key) => optionOf(key).inConfig).map((key) => optionOf(key)));
  const flagWords = fc.tuple(flag, word, fc.boolean()).map(([{ name, short, bare }, value, inline]) => {
    if (inline) return [`--${name}=${value}`];
    return bare === undefined ? [short === null ? `--${name}` : `-${short}`, value] : [`--${name}`];
  });
  const line = fc
    .array(fc.oneof({ arbitrary: flagWords, weight: 4 }, { arbitrary: word.map((each) => [each]), weight: 1 }))
    .map((words) => words.flat());

  test('a line resolves to a valid spec or to a usage error, never to anything else', () => {
    fc.assert(
      fc.property(line, (argv) => {
        try {
          assertValid(specOfLine(...argv, 'f.wasm'));
        } catch (error) {
          if (!(error instanceof WasmctrError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });

  const json = fc.jsonValue({ maxDepth: 3 });
  const raw = fc.dictionary(
    fc.constantFrom<string>(...optionKeys, 'file', 'args', 'x'),
    fc.oneof(json, word, fc.array(word)),
    { maxKeys: 6 },
  );
  test('so does any JSON', () => {
    fc.assert(
      fc.property(raw, (options) => {
        try {
          assertValid(specOf(config({ file: 'f', ...options })));
        } catch (error) {
          if (!(error instanceof WasmctrError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });

  const good = fc.record({
    timeout: fc.oneof(
      fc.constant('none'),
      fc.integer({ min: 1, max: maxDurationMs }).map((ms) => `${ms}ms`),
    ),
    memory: fc.integer({ min: 65_536, max: 2 ** 45 }),
    cpus: fc.oneof(fc.constant(null), fc.double({ min: 0.01, max: 64, noNaN: true })),
    env: fc.dictionary(
      fc.stringMatching(/^[A-Z_]{1,5}$/),
      fc.string({ maxLength: 8 }).map((text) => text.replaceAll('\0', '')),
    ),
    dir: fc
      .uniqueArray(fc.stringMatching(/^[a-z:]{1,6}$/), { maxLength: 4 })
      .map((names) => names.map((name) => ({ host: name, guest: `/${name}` }))),
    workdir: fc.constantFrom(null, '/w'),
    listen: fc
      .uniqueArray(fc.integer({ min: 1, max: 65_535 }))
      .map((ports) => ports.slice(0, 9).map((port) => `[::1]:${port}`)),
    args: fc.array(fc.string().map((text) => text.replaceAll('\0', ''))),
  });
  test('a printed plan is a config that resolves to the same spec', () => {
    fc.assert(
      fc.property(good, (options) => {
        const spec = specOf(config({ file: 'f', ...options }));
        const printed = JSON.parse(JSON.stringify(configOfSpec(spec))) as Record<string, unknown>;
        const again = Object.fromEntries(
          Object.entries(printed).map(([name, value]) => [keyOfName(name) ?? name, value]),
        );
        expect(specOf(config(again))).toEqual(spec);
      }),
      { numRuns: 300 },
    );
  });
});

test.each<[string, string]>([
  ['--warm f', 'again'],
  ['--no-warm f', 'never'],
  ['--warm --no-warm f', 'never'],
  ['f', 'auto'],
])('%s: %s', (line, warm) => expect(specOfLine(...line.split(' '))).toMatchObject({ warm }));
