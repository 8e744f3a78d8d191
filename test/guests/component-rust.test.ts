/** Rust's standard library on WASI 0.2 (wasm32-wasip2), and what it has no words for. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest, startGuest } from '../helpers/wasmctr.ts';

let dir: string;
beforeAll(() => build('rust-p2'));
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wasmctr-rust-p2-'));
});
afterEach(() => rmSync(dir, { recursive: true }));
afterAll(() => expectNothingLeft());

const granted = () => ['--dir', `${dir}::/d`];

describe('a command', () => {
  it('prints', async () => {
    expect(await runGuest('rust-p2/hello')).toMatchObject({ stdout: 'hello\n', stderr: '', code: 0, signal: null });
  });

  it('sees arguments, environment and where it starts', async () => {
    const flags = ['--env', 'B=zwei\n', '--env', 'A=', '--dir', `${dir}::/work`, '--workdir', '/work'];
    const { stdout } = await runGuest('rust-p2/arguments', ['', 'żółć', 'a b'], { flags, env: { SECRET: 'x' } });
    expect(stdout).toBe(
      'argument ""\nargument "żółć"\nargument "a b"\nvariable A=""\nvariable B="zwei\\n"\nvariable PWD="/work"\ncwd Some("/work")\n',
    );
  });

  it.each([0, 1, 42, 125, 134, 255])('exits with %i', async (code) => {
    const run = await runGuest('rust-p2/exit-with-code', [String(code)]);
    expect(run).toMatchObject({ stdout: '', stderr: '', code });
  });

  it('fails with what main returns', async () => {
    const run = await runGuest('rust-p2/main-error');
    expect(run).toMatchObject({ stdout: '', stderr: 'Error: "nothing works"\n', code: 1 });
  });

  it('panics with its message, then traps with demangled names', async () => {
    const { stderr, code } = await runGuest('rust-p2/panic');
    expect(code).toBe(134);
    expect(stderr).toContain('pump is dry');
    expect(stderr).toMatch(/wasmctr: trap: \S+: unreachable/);
    expect(stderr).toMatch(/ at .*panic::engine::Pump::drain/);
    expect(stderr).not.toMatch(/_ZN|_RN|::h[0-9a-f]{16}/);
  });

  it('is refused when it imports what nobody provides, with its WIT', async () => {
    const { stdout, stderr, code } = await runGuest('rust-p2/host-import');
    expect({ stdout, code }).toEqual({ stdout: '', code: 126 });
    expect(stderr).toMatch(
      /^wasmctr: [^\n]*test:host-import\/greeter[^\n]*greet: func\(name: string\) -> string[^\n]*\n$/,
    );
  });

  it('is composed of two', async () => {
    const run = await runGuest('rust-p2/shout', ['one', 'TWO', '']);
    expect(run).toMatchObject({ stdout: 'ONE!\nTWO!\n!\n', stderr: '', code: 0 });
  });

  it('is not the only thing that a component can be: one function of a library', async () => {
    const run = await runGuest('rust-p2/shout-provider', [], { flags: ['--invoke', 'shout("hey")'] });
    expect(run).toMatchObject({ stdout: '"HEY!"\n', stderr: '', code: 0 });
  });

  it('has a receipt like any other', async () => {
    const { stderr } = await runGuest('rust-p2/hello', [], { flags: ['--stats=json'] });
    const receipt = JSON.parse(stderr);
    expect(receipt).toMatchObject({ ok: true, exitCode: 0, guestExitCode: 0, trap: null, error: null });
    expect(receipt.usage.io.outputBytes).toBe(6);
  });
});

describe('streams', () => {
  it.each(['rust-p2/cat', 'rust-p2/splice'])('%s: 20 MiB of noise pass unchanged', async (name) => {
    const noise = randomBytes(20 << 20);
    const { bytes, code } = await runGuest(name, [], { stdin: noise });
    const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex');
    expect({ code, digest: digest(bytes) }).toEqual({ code: 0, digest: digest(noise) });
  });

  it('words are counted', async () => {
    const { stdout } = await runGuest('rust-p2/collections', [], { stdin: 'the quick fox\nthe end\n' });
    expect(stdout).toBe('end 1\nfox 1\nquick 1\nthe 2\n');
  });

  it('skip, zeroes, permission, pollables and the end', async () => {
    const { stdout, stderr, code } = await runGuest('rust-p2/streams', [], { stdin: 'abcdefghijk' });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toBe('ready true\nread abc\nskip 4\nread hijk\nread nothing Ok([])\nclosed\nmay write true\n\0\0\0');
  });

  it('end at --max-output', async () => {
    const { bytes, stderr } = await runGuest('rust-p2/cat', [], {
      flags: ['--max-output', '1MiB'],
      stdin: randomBytes(3 << 20),
    });
    expect(bytes.length).toBeLessThanOrEqual(1 << 20);
    expect(stderr).toMatch(/^wasmctr: output limit reached: [^\n]+\n$/m);
  });

  it('a reader that blocks ends at --timeout', async () => {
    const run = startGuest('rust-p2/cat', [], { flags: ['--timeout', '300ms'], stdin: '' });
    expect(await run.result).toMatchObject({ code: 124 });
  });
});

describe('clocks and randomness', () => {
  it('time', async () => {
    const before = Math.floor(Date.now() / 1000);
    const [seconds, slept, wallNs, monotonicNs] = (await runGuest('rust-p2/clocks')).stdout.trim().split(' ');
    expect(Number(seconds)).toBeGreaterThanOrEqual(before);
    expect(Number(seconds)).toBeLessThanOrEqual(Date.now() / 1000);
    expect(slept).toBe('true');
    for (const ns of [wallNs, monotonicNs].map(Number)) {
      expect(ns).toBeGreaterThan(0);
      expect(ns).toBeLessThanOrEqual(10_000_000);
    }
  });

  it('timers', async () => {
    const { stdout } = await runGuest('rust-p2/timers');
    expect(stdout).toBe('[1] early false\nready false\nready true early false\npast true\n');
  });

  it('bytes, numbers and seeds', async () => {
    const [secure, insecure, ...others] = (await runGuest('rust-p2/random')).stdout.trim().split('\n');
    expect(secure).toBe('256 0');
    expect(insecure).toBe('256');
    expect(others).toEqual(['true', 'true', 'true']);
  });

  it('none of the streams is a terminal here', async () => {
    expect((await runGuest('rust-p2/terminals')).stdout).toBe('[false, false, false]\n');
  });
});

describe('files', () => {
  it('of the standard library', async () => {
    const { stdout, stderr, code } = await runGuest('rust-p2/files', ['/d'], { flags: granted() });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toBe('a linked renamed\ntwo\nNotFound\nDirectory not empty (os error 55)\nfalse\n');
    expect(readdirSync(dir)).toEqual([]);
  });

  it('what WASI has beyond POSIX', async () => {
    const { stdout, stderr, code } = await runGuest('rust-p2/descriptors', [], { flags: granted() });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout.split('\n')).toEqual([
      '/d Ok(DescriptorType::Directory) Ok(DescriptorType::RegularFile) Ok(DescriptorFlags(READ | WRITE))',
      'Err(ErrorCode { code: 7, name: "exist", message: "File exists, similar to `EEXIST` in POSIX." })',
      '3ab6 789end',
      'true',
      'nd false Ok(1)',
      'same true false',
      'hash true false true',
      expect.stringMatching(/^advise Ok\(\(\)\) (Ok\(\(\)\)|Err\(.*\))$/),
      'size Ok(()) Ok(4)',
      'times Ok(())',
      'sync Ok(()) Ok(())',
      'file other',
      expect.stringMatching(/^Ok\(\(\)\) Err\(ErrorCode \{ code: 20, name: "no-entry"/),
      '',
    ]);
    expect(readFileSync(join(dir, 'other'), 'utf8')).toBe('');
  });

  it('without a grant there are none', async () => {
    const { stderr, code } = await runGuest('rust-p2/files', ['/d']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: .*\n$/);
  });
});
