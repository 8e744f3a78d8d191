/** What is no program that can run here: one line on stderr, the right exit code, no stack trace, nothing left. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guest } from '../helpers/guests.ts';
import { expectNothingLeft, leftovers } from '../helpers/leaks.ts';
import { runGuest, type WasmctrOptions, wasmctr, wasmctrBin } from '../helpers/wasmctr.ts';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'wasmctr-bad-'));
});
afterAll(async () => {
  rmSync(scratch, { recursive: true });
  await expectNothingLeft();
});

/** Runs, and expects one line that names the file and gives this exit code. */
async function refused(args: readonly string[], code: number, options?: WasmctrOptions): Promise<string> {
  const result = await wasmctr(args, options);
  expect(result.stderr).toMatch(/^wasmctr: [^\n]+\n$/);
  expect(result.stderr).not.toMatch(/ at .*[(:]\d+|node:|\.cjs|\.ts:/);
  expect({ stdout: result.stdout, code: result.code, signal: result.signal }).toEqual({
    stdout: '',
    code,
    signal: null,
  });
  return result.stderr;
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}

describe('not a module', () => {
  it.each([
    ['nothing', ''],
    ['text', 'hello, world\n'],
    ['a script', '#!/bin/sh\necho hi\n'],
    ['an ELF program', readFileSync('/bin/true').subarray(0, 4096)],
    ['the magic alone', Buffer.from('\0asm')],
    ['a wrong version', Buffer.from('\0asm\x02\0\0\0', 'latin1')],
    ['a gzipped module', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])],
    ['WAT with an error', '(module (func (export "_start") (i32.const)))'],
  ])('%s', async (name, content) => {
    const path = file(`${name}.bin`, content);
    expect(await refused(['run', path], 126)).toContain(path);
  });

  it('a component is told apart', async () => {
    const path = file('component.wasm', Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]));
    expect(await refused(['run', path], 126)).toMatch(/component/);
  });

  it('an empty module has nothing to start', async () => {
    const path = file('empty.wasm', Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    expect(await refused(['run', path], 126)).toMatch(/_start/);
  });

  it('4 GiB of nothing', async () => {
    const path = join(scratch, 'sparse');
    const fd = openSync(path, 'w');
    ftruncateSync(fd, 4 * 2 ** 30);
    closeSync(fd);
    await refused(['run', path], 126);
  });

  it('4 GiB that begin like a module', async () => {
    const path = join(scratch, 'sparse-module');
    const fd = openSync(path, 'w');
    writeSync(fd, Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    ftruncateSync(fd, 4 * 2 ** 30);
    closeSync(fd);
    await refused(['run', path], 126);
  });

  it('a module cut at any place', { timeout: 120_000 }, async () => {
    const whole = readFileSync(guest('as/hello'));
    const step = Math.ceil(whole.length / 60);
    for (let length = 1; length < whole.length; length += step) {
      const result = await wasmctr(['run', file('cut.wasm', whole.subarray(0, length))]);
      // Cut between two sections at the end it may still be whole enough to be valid, though not to start.
      expect(`${length}: ${result.code} ${result.stderr}`).toMatch(/^\d+: 126 wasmctr: [^\n]+\n$/);
    }
  });

  it('a module with one byte changed never breaks the command', { timeout: 120_000 }, async () => {
    const whole = readFileSync(guest('wat/start-function'));
    for (let index = 8; index < whole.length; index += 3) {
      const changed = Buffer.from(whole);
      changed[index] = (changed[index] ?? 0) ^ 0x55;
      const result = await wasmctr(['run', '--timeout', '5s', file('changed.wasm', changed)]);
      expect(`${index}: ${result.code} ${result.stderr}`).not.toMatch(/internal error|\.cjs|node:|^\d+: 125/);
    }
  });
});

describe('modules for other hosts', () => {
  it.each([
    ['wat/gojs', /Go|GOOS=wasip1/],
    ['wat/emscripten', /Emscripten/i],
    ['wat/wasm-bindgen', /wasm-bindgen/],
  ])('%s is recognised', async (name, pattern) => {
    const stderr = await refused(['run', guest(name)], 126);
    expect(stderr).toMatch(pattern);
    // One advice, not a second that contradicts it.
    expect(stderr).not.toContain('--unknown-imports');
  });
});

describe('files', () => {
  it('that do not exist', async () => {
    expect(await refused(['run', join(scratch, 'missing.wasm')], 127)).toMatch(/missing\.wasm: ENOENT/);
    await refused(['run', ''], 125);
  });

  it('beneath what is no directory', async () => {
    const path = file('plain', '');
    expect(await refused(['run', join(path, 'x.wasm')], 126)).toMatch(/ENOTDIR/);
  });

  it('that are directories', async () => {
    expect(await refused(['run', scratch], 126)).toMatch(/EISDIR|director/);
  });

  it('that are FIFOs, without waiting for a writer', async () => {
    const path = join(scratch, 'fifo');
    execFileSync('mkfifo', [path]);
    expect(await refused(['run', path], 126, { timeoutMs: 5000 })).toContain(path);
  });

  it.each(['/dev/null', '/dev/zero', '/proc/self/mem'])('%s', async (path) => {
    expect(await refused(['run', path], 126, { timeoutMs: 5000 })).toContain(path);
  });

  it('that nobody may read', async () => {
    const path = file('locked.wasm', readFileSync(guest('c/hello')));
    chmodSync(path, 0);
    // Root may read everything, so this is asked as nobody.
    const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', wasmctrBin, 'run', path];
    const [command, args] = process.getuid?.() === 0 ? ['setpriv', asNobody] : [wasmctrBin, ['run', path]];
    const { stderr, status } = spawnSync(command, args, { encoding: 'utf8', env: { PATH: process.env.PATH } });
    expect({ stderr, status }).toEqual({
      stderr: expect.stringMatching(/^wasmctr: [^\n]+EACCES[^\n]*\n$/),
      status: 126,
    });
  });

  it('named - are read from stdin', async () => {
    const stdin = readFileSync(guest('c/hello'));
    expect(await wasmctr(['run', '-'], { stdin })).toMatchObject({ stdout: 'hello\n', code: 0 });
    await refused(['run', '-'], 126, { stdin: 'not a module' });
    await refused(['run', '-'], 126);
    for (const command of ['run', 'inspect']) {
      expect(await refused([command, '-'], 126, { redirect: '<&-' })).toContain('standard input: EBADF');
    }
  });

  it('of text are assembled', async () => {
    const source = file('answer.wat', '(module (func (export "answer") (result i32) (i32.const 42)))');
    expect(await wasmctr(['run', '--invoke', 'answer', source])).toMatchObject({ stdout: '42\n', code: 0 });
  });
});

describe('grants', () => {
  const hello = () => guest('c/hello');

  it('--dir that does not exist', async () => {
    expect(await refused(['run', '--dir', join(scratch, 'none'), hello()], 125)).toMatch(/none: ENOENT/);
  });

  it('--dir on a file', async () => {
    expect(await refused(['run', '--dir', `${file('plain', '')}::/d`, hello()], 125)).toMatch(/plain: ENOTDIR/);
  });

  it('two of one guest path', async () => {
    mkdirSync(join(scratch, 'a'));
    const flags = ['--dir', `${scratch}::/d`, '--dir', `${join(scratch, 'a')}::/d`];
    expect(await refused(['run', ...flags, hello()], 125)).toMatch(/\/d/);
  });

  it.each([
    ['--memory', '64XB'],
    ['--memory', '-1'],
    ['--memory', '9999999999999999999'],
    ['--timeout', '5 fortnights'],
    ['--timeout', '0'],
    ['--max-files', 'many'],
    ['--listen', '127.0.0.1:99999'],
    ['--listen', 'not-an-address'],
    ['--env', '=x'],
    ['--env-file', '/nonexistent/env'],
    ['--config', '/nonexistent/config'],
    ['--cpus', '0'],
    ['--tmpfs', 'relative'],
    ['--unknown-imports', 'maybe'],
  ])('%s %s', async (flag, value) => {
    const line = await refused(['run', flag, value, hello()], 125);
    expect(line).toContain(flag);
  });

  it('a flag that does not exist, with the one that was meant', async () => {
    expect(await refused(['run', '--memroy', '64MiB', hello()], 125)).toMatch(/--memory/);
    expect(await refused(['rnu', hello()], 125)).toMatch(/run/);
  });

  it('no file at all', async () => {
    await refused(['run'], 125);
    await refused(['run', '--dir', '.'], 125);
  });

  it('NUL characters, which only a file can bring', async () => {
    const config = (content: object) => file('config.json', JSON.stringify(content));
    await refused(['run', '--config', config({ args: ['a\0b'] }), hello()], 125);
    await refused(['run', '--config', config({ env: { A: 'x\0y' } }), hello()], 125);
    await refused(['run', '--config', config({ file: 'x\0y' })], 125);
  });

  it('10 MB of arguments', async () => {
    const args = Array.from({ length: 100 }, () => 'x'.repeat(100_000));
    await refused(['run', '--config', file('config.json', JSON.stringify({ args })), hello()], 125);
  });

  it('refused late, when the container is there already: its groups are removed', async () => {
    const env = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`V${index}`, 'v'.repeat(99_990)]));
    const config = file('late.json', JSON.stringify({ env }));
    for (let round = 0; round < 5; round++) {
      await refused(['run', '--config', config, hello()], 125);
      // At once: the next start would remove them.
      expect(leftovers().cgroups).toEqual([]);
    }
  });

  it('a port that is taken', async () => {
    const { createServer } = await import('node:net');
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect(await refused(['run', '--listen', `127.0.0.1:${port}`, hello()], 125)).toMatch(/EADDRINUSE/);
    server.close();
  });
});

it('a terminal’s escape sequences in a name are printed as text', async () => {
  const { stderr } = await wasmctr(['run', join(scratch, 'x\u001b]0;owned\u0007.wasm')]);
  expect(stderr).not.toContain('\u001b');
  expect(stderr).toContain('\\x1b');
});

it('a guest that fails by itself is not commented on', async () => {
  expect(await runGuest('c/exit-code', ['3'])).toMatchObject({ stdout: '', stderr: '', code: 3 });
});
