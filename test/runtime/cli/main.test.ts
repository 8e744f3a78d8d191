import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { version } from '../../../runtime/cli/version.ts';
import { WasmctrError } from '../../../runtime/errors.ts';
import { cli, resultOf } from './io.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasmctr-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('run', () => {
  test('resolves, runs, and exits as the result says', async () => {
    const outcome = await cli(['run', '--timeout', '5s', 'a.wasm', 'x'], {
      run: async () => resultOf({ exitCode: 42 }),
    });
    expect(outcome).toEqual({ code: 42, stdout: '', stderr: '', specs: [] });
    const { specs } = await cli(['run', '--timeout', '5s', '-e', 'LANG', 'a.wasm', 'x']);
    expect(specs).toMatchObject([{ file: 'a.wasm', args: ['x'], env: ['LANG=C.UTF-8'], limits: { timeoutMs: 5000 } }]);
  });

  test('results of --invoke are on stdout, a line each, without their escape sequences', async () => {
    const { stdout } = await cli(['run', '--invoke', 'f', 'a.wasm'], {
      run: async () => resultOf({ results: ['1', '\u001b[31m'] }),
    });
    expect(stdout).toBe('1\n\\x1b[31m\n');
  });

  test('--print-plan runs nothing, and what it prints is a config', async () => {
    const first = await cli(['run', '--print-plan', '--dir', '.', '--timeout', '5s', '-e', 'A=1', 'a.wasm', 'x']);
    expect(first).toMatchObject({ code: 0, stderr: '', specs: [] });
    expect(JSON.parse(first.stdout)).toMatchObject({
      file: 'a.wasm',
      timeout: '5000ms',
      plan: { layers: ['seccomp'] },
    });
    const config = file('plan.json', first.stdout);
    const again = await cli(['run', '--print-plan', '--config', config]);
    expect(again).toEqual(first);
  });

  test('--config, with flags over it', async () => {
    const config = file(
      'c.json',
      JSON.stringify({ file: 'c.wasm', args: ['c'], env: { A: '1', B: '1' }, memory: '64MiB' }),
    );
    const { specs, stderr } = await cli(['run', '--config', config, '-e', 'B=2', '--memory=128m']);
    expect(stderr).toBe('');
    expect(specs).toMatchObject([
      { file: 'c.wasm', args: ['c'], env: ['A=1', 'B=2'], limits: { memoryBytes: 134_217_728 } },
    ]);
  });

  test('--env-file', async () => {
    const path = file('e.env', '\uFEFFA=1\nHOME\n');
    expect((await cli(['run', '--env-file', path, 'f'])).specs).toMatchObject([{ env: ['A=1', 'HOME=/root'] }]);
  });

  test('--stats and --stats-file', async () => {
    expect((await cli(['run', '--stats=json', 'f'])).stderr).toBe(`${JSON.stringify(resultOf({}))}\n`);
    expect((await cli(['run', '--stats', 'f'])).stderr).toContain('peak 47.0MiB');
    const path = join(folder, 'receipt');
    expect(await cli(['run', '--stats-file', path, 'f'])).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(resultOf({}));
    await cli(['run', '--stats=text', '--stats-file', path, 'f']);
    expect(readFileSync(path, 'utf8')).toContain('peak 47.0MiB');
  });

  test('descriptors that a caller opened, sockets too', async () => {
    const script = `
      import { spawn } from 'node:child_process';
      import { text } from 'node:stream/consumers';
      const child = spawn(process.execPath, ['--input-type=module', '-e', process.argv[1]], { stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'] });
      child.stdio[3].end('{"timeout": "5s"}');
      process.stdout.write(await text(child.stdio[4]));`;
    const modules = ['read-text.ts', 'receipt.ts'].map(
      (name) => new URL(`../../../runtime/cli/${name}`, import.meta.url).href,
    );
    const child = `
      import { readText } from ${JSON.stringify(modules[0])};
      import { openReceipt } from ${JSON.stringify(modules[1])};
      openReceipt('/dev/fd/4')(readText('/proc/self/fd/3', '--config'));`;
    const stdout = execFileSync(process.execPath, ['--input-type=module', '-e', script, child], { encoding: 'utf8' });
    expect(stdout).toBe('{"timeout": "5s"}');
  });

  test('a receipt that has no place is an error before the run', async () => {
    const outcome = await cli(['run', '--stats-file', join(folder, 'no/receipt'), 'f']);
    expect(outcome).toMatchObject({ code: 125, specs: [] });
    expect(outcome.stderr).toMatch(/^wasmctr: can't write: --stats-file .*: ENOENT: check the path\n$/);
  });
});

describe('reports', () => {
  test('inspect and doctor, as text and as JSON, with the exit code of the report', async () => {
    expect(await cli(['inspect', 'a.wasm'])).toMatchObject({ code: 0, stdout: 'kind of a.wasm\n' });
    expect(await cli(['inspect', '--json', '-'])).toMatchObject({ code: 0, stdout: '{\n  "file": "-"\n}\n' });
    expect(await cli(['doctor'])).toMatchObject({ code: 1, stdout: 'not well\n', stderr: '' });
    expect(await cli(['doctor', '--json'])).toMatchObject({ code: 1, stdout: '{\n  "ok": false\n}\n' });
  });
  test('names in a module do not reach the terminal as escapes', async () => {
    const file = '\u001b]0;x\u0007\u009b\u{e0041}';
    expect((await cli(['inspect', file])).stdout).toBe('kind of \\x1b]0;x\\x07\\x9b\\u{e0041}\n');
    const { stdout } = await cli(['inspect', '--json', file]);
    expect(stdout).toMatch(/^[\n -~]*$/);
    expect(JSON.parse(stdout)).toEqual({ file });
  });
  test('an error of a report', async () => {
    const inspect = async () => {
      throw new WasmctrError('not-found', "can't open the module: x: ENOENT", 'check the path');
    };
    expect(await cli(['inspect', 'x'], { inspect })).toMatchObject({
      code: 127,
      stderr: "wasmctr: can't open the module: x: ENOENT: check the path\n",
    });
    expect(await cli(['inspect'])).toMatchObject({
      code: 125,
      stderr: "wasmctr: missing required argument 'FILE': see wasmctr help\n",
    });
    expect(await cli(['inspect', '--jsn', 'x'])).toMatchObject({
      code: 125,
      stderr: "wasmctr: unknown option '--jsn': did you mean --json?\n",
    });
  });
});

describe('errors are one line on stderr and an exit code', () => {
  test.each<[string[], string]>([
    [['run'], 'no module given: wasmctr run [flags] FILE [arguments]'],
    [['run', '--timout', '5s', 'f'], 'unknown flag: --timout: did you mean --timeout?'],
    [['run', '--timeout', '5x', 'f'], 'bad value: --timeout "5x": expected a duration'],
    [['rnu', 'f'], 'unknown command: rnu: did you mean run?'],
    [['rm'], 'unknown command: rm: '],
    [['frobnicate'], 'unknown command: frobnicate: see wasmctr help'],
    [['a.wasm'], 'unknown command: a.wasm: did you mean wasmctr run a.wasm?'],
    [['./a'], 'unknown command: ./a: did you mean wasmctr run ./a?'],
    [['--dir', '.', 'a.wasm'], 'unknown flag: --dir: flags follow their command: wasmctr run --dir'],
    [['--xyzzy'], 'unknown flag: --xyzzy: see wasmctr --help'],
    [['completion'], "missing required argument 'SHELL': see wasmctr help"],
    [['completion', 'bsh'], 'unknown shell: bsh: expected bash, zsh, fish'],
    [['completion', 'bash', 'x'], 'too many arguments'],
    [['help', 'limit'], 'unknown topic: limit: did you mean limits?'],
    [['help', 'constructor'], 'unknown topic: constructor: see wasmctr help'],
    [['help', '--jsn'], "unknown option '--jsn': see wasmctr help"],
    [['\u001b]0;x\u0007'], 'unknown command: \\x1b]0;x\\x07: see wasmctr help'],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await cli(argv);
    expect(stderr).toContain(`wasmctr: ${message}`);
    expect(stderr).toMatch(/^wasmctr: [^\n]*\n$/);
    expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
  });

  test.each<[string, number]>([
    ['not-found', 127],
    ['module', 126],
    ['path', 125],
    ['internal', 125],
  ])('a %s error of run exits with %i', async (name, exitCode) => {
    const run = async () => {
      throw new WasmctrError(name as 'module', 'what: on what: ENAME', 'likely fix');
    };
    expect(await cli(['run', 'f'], { run })).toMatchObject({
      code: exitCode,
      stderr: 'wasmctr: what: on what: ENAME: likely fix\n',
    });
  });

  test('a bug is one line too', async () => {
    const run = async () => {
      throw new TypeError('x is not\na function');
    };
    expect(await cli(['run', 'f'], { run })).toMatchObject({
      code: 125,
      stderr: 'wasmctr: internal error: TypeError: x is not\\na function: please report it\n',
    });
  });

  test.each<[string, string, RegExp]>([
    ['missing', join(folder, 'missing'), /can't read: --config .*missing: ENOENT: check the path/],
    ['a directory', folder, /can't read: --config .*: EISDIR: it is a directory, give a file/],
    ['not text', file('binary', Uint8Array.of(0x80, 0xff)), /not text: --config .*: EILSEQ: save it as UTF-8/],
    ['not JSON', file('bad.json', '{'), /bad JSON: .*bad.json: .*: expected an object/],
    ['endless', '/dev/zero', /too big: --config \/dev\/zero: EFBIG: give at most \d+ bytes/],
    ['empty', '/dev/null', /bad JSON: \/dev\/null/],
    ['unknown key', file('key.json', '{"tmeout": 5}'), /unknown key: "tmeout" in .*key.json: did you mean "timeout"\?/],
    [
      'bad value',
      file('value.json', '{"timeout": "5x"}'),
      /bad value: "timeout" in .*value.json "5x": expected a duration/,
    ],
    [
      'NUL',
      file('nul.json', '{"args": ["a\\u0000b"]}'),
      /bad value: argument 1 "a\\u0000b": expected text without NUL/,
    ],
  ])('--config: %s', async (_, path, message) => {
    const { code, stderr } = await cli(['run', '--config', path, 'f']);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^wasmctr: [^\n]*\n$/);
    expect(code).toBe(125);
  });
});

test('--version is that of the package', async () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(version).toBe(manifest.version);
  for (const word of ['--version', '-V', 'version']) {
    expect(await cli([word])).toMatchObject({ code: 0, stdout: `wasmctr ${version}\n`, stderr: '' });
  }
});

test('fuzz: whatever the arguments, an exit code, and only printable text', async () => {
  const word = fc.oneof(
    fc.constantFrom(
      'run',
      'help',
      'inspect',
      'doctor',
      '--json',
      'completion',
      'bash',
      'limits',
      '--help',
      '-h',
      '--stats',
      '--print-plan',
      '--dir',
      '.',
      'f.wasm',
      '--',
      '-',
      '',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.string({ maxLength: 8 }).map((text) => `--${text}`),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (argv) => {
      const { code, stderr, stdout } = await cli(argv);
      expect([0, 1, 125]).toContain(code);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]|internal error/);
      if (code === 125) expect([stdout, stderr.endsWith('\n')]).toEqual(['', true]);
    }),
    { numRuns: 500 },
  );
});
