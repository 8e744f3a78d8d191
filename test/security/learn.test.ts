/** `wasmctr learn`: the policy that it prints is enough for the program, and too little for any more. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../runtime/config-schema.ts';
import { guest, pythonWasm } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { type WasmctrOptions, type WasmctrResult, wasmctr } from '../helpers/wasmctr.ts';

const base = mkdtempSync(join(tmpdir(), 'wasmctr-learn-'));
const policyFile = join(base, 'policy.json');
const data = join(base, 'data');
const out = join(base, 'out');

beforeEach(() => {
  for (const dir of [data, out]) {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
  }
  writeFileSync(join(data, 'in.txt'), 'content\n');
});
afterAll(async () => {
  rmSync(base, { recursive: true });
  await expectNothingLeft();
});

interface Policy {
  dir?: { host: string; guest: string; readOnly: boolean }[];
  tmpfs?: { guest: string; size: number }[];
  env?: string[];
  workdir?: string;
  'max-files': number;
  'max-output': number;
  memory: number;
  pids: number;
  timeout: string;
  'cpu-time': string;
  seccomp: { name: string; calls: { name: string }[] };
}

interface LearnedRun extends WasmctrResult {
  policy: Policy;
  calls: string[];
}

const isValid = new Ajv({ allowUnionTypes: true }).compile(configSchema());

async function learn(
  flags: readonly string[],
  command: readonly string[],
  options?: WasmctrOptions,
): Promise<LearnedRun> {
  const result = await wasmctr(['learn', ...flags, ...command], { timeoutMs: 60_000, ...options });
  const policy = JSON.parse(result.stdout) as Policy;
  expect(isValid(policy), JSON.stringify(isValid.errors)).toBe(true);
  writeFileSync(policyFile, result.stdout);
  return { ...result, policy, calls: policy.seccomp.calls.map(({ name }) => name) };
}

const rerun = (command: readonly string[], options?: WasmctrOptions): Promise<WasmctrResult> =>
  wasmctr(['run', '--config', policyFile, ...command], { timeoutMs: 60_000, ...options });

/** What every policy has, for the engine (learn-policy.ts). */
const always = ['mmap', 'munmap', 'mprotect', 'madvise', 'brk', 'futex', 'getpid'];
const forTraps = ['rt_sigprocmask', 'rt_sigreturn'];
const forSurroundings = ['clock_gettime', 'ppoll'];
const forStart = ['preadv2', 'write', 'exit_group'];
const engine = [...always, ...forTraps, ...forSurroundings, ...forStart];

describe('a program without grants', () => {
  it('gets the calls of the engine and its own, small limits, and runs with them', async () => {
    const hello = guest('c/hello');
    const { code, stderr, policy, calls } = await learn([], [hello]);
    expect(code).toBe(0);
    expect([...calls].sort()).toEqual([...engine, 'pwritev2'].sort());
    expect(policy).toMatchObject({ memory: 1024 ** 2, pids: 1, 'max-files': 5, 'max-output': 4096 });
    expect(policy).not.toHaveProperty('dir');
    expect(stderr).toMatch(/^hello\nwasmctr: learned: .*hello\.wasm\n {2}system calls {2}15 of /);
    expect(await rerun([hello])).toMatchObject({ stdout: 'hello\n', stderr: '', code: 0 });
  });

  it('its stdout is its own with --output', async () => {
    const file = join(base, 'other.json');
    const result = await wasmctr(['learn', '--output', file, guest('c/hello')]);
    expect(result).toMatchObject({ stdout: 'hello\n', code: 0 });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pids: 1 });
  });

  it('a call that was not seen ends it, by name', async () => {
    await learn([], [guest('c/hello')]);
    const result = await rerun([guest('as/random')]);
    expect(result.code).toBe(128 + 31);
    expect(result.stderr).toContain('forbidden system call');
    expect(result.stderr).toContain('getrandom');
  });

  it('a policy takes a stdout that is a file', async () => {
    const hello = guest('c/hello');
    await learn([], [hello]);
    const file = join(base, 'stdout.txt');
    expect(await rerun([hello], { redirect: `> ${file}` })).toMatchObject({ stderr: '', code: 0 });
    expect(readFileSync(file, 'utf8')).toBe('hello\n');
  });

  it('keeps the exit code of one that fails, and says so', async () => {
    const { code, stderr, policy } = await learn([], [guest('c/exit-code'), '3']);
    expect(code).toBe(3);
    expect(stderr).toContain('exit code 3');
    expect(policy.pids).toBe(1);
  });

  it('a trap is reported under the policy as it is without', async () => {
    const { code } = await learn([], [guest('c/trap-out-of-bounds')]);
    expect(code).toBe(134);
    expect(await rerun([guest('c/trap-out-of-bounds')])).toMatchObject({ code: 134 });
  });

  it('what is killed keeps its limits', async () => {
    const { code, stderr, policy } = await learn(['--timeout', '1s', '--memory', '7MiB'], [guest('c/spin')]);
    expect(code).toBe(124);
    expect(stderr).toContain('incomplete');
    expect(policy).toMatchObject({ timeout: '1000ms', memory: 7 * 1024 ** 2 });
  });

  it('a program that can not start has no policy', async () => {
    const result = await wasmctr(['learn', join(base, 'none.wasm')]);
    expect(result).toMatchObject({ stdout: '', code: 127 });
  });
});

describe('grants', () => {
  const both = ['--dir', `${data}::/data`, '--dir', `${out}::/out`];

  it('what is only read becomes read-only, what is written stays, what is not used goes', async () => {
    const command = [guest('c/copy-file'), '/data/in.txt', '/out/copy.txt'];
    const { code, policy, calls, stderr } = await learn([...both, '--tmpfs', '/tmp', '-e', 'SECRET=1'], command);
    expect(code).toBe(0);
    expect(policy.dir).toEqual([
      { host: data, guest: '/data', readOnly: true },
      { host: out, guest: '/out', readOnly: false },
    ]);
    expect(policy).not.toHaveProperty('tmpfs');
    expect(policy).not.toHaveProperty('env');
    expect(stderr).toMatch(/\/data +read\n/);
    expect(stderr).toMatch(/\/out +written\n/);
    expect(stderr).toMatch(/\/tmp +not used, left out\n/);
    expect(calls).toContain('openat2');
    for (const name of ['mkdirat', 'unlinkat', 'renameat2', 'symlinkat', 'accept4']) expect(calls).not.toContain(name);
    rmSync(join(out, 'copy.txt'));
    expect(await rerun(command)).toMatchObject({ stderr: '', code: 0 });
    expect(readFileSync(join(out, 'copy.txt'), 'utf8')).toBe('content\n');
  });

  it('writing where it was only read is refused as read-only', async () => {
    await learn(both, [guest('c/copy-file'), '/data/in.txt', '/out/copy.txt']);
    const result = await rerun([guest('c/copy-file'), '/data/in.txt', '/data/copy.txt']);
    expect(result.code).not.toBe(0);
    expect(`${result.stdout}${result.stderr}`).toContain('EROFS');
    expect(readdirSync(data)).toEqual(['in.txt']);
  });

  it('more than it did is its end, by name', async () => {
    const script = guest('c/file-script');
    const learned = await learn(['--dir', `${data}::/data`, '--workdir', '/data'], [script], { stdin: 'mkdir sub\n' });
    expect(learned.stderr).toMatch(/^mkdir sub -> 0\n/);
    expect(learned.policy).toMatchObject({ workdir: '/data', dir: [{ guest: '/data', readOnly: false }] });
    rmSync(join(data, 'sub'), { recursive: true });
    expect(await rerun([script], { stdin: 'mkdir sub\n' })).toMatchObject({ stdout: 'mkdir sub -> 0\n', code: 0 });
    const more = await rerun([script], { stdin: 'unlink in.txt\n' });
    expect(more.code).toBe(128 + 31);
    expect(more.stderr).toContain('forbidden system call');
    expect(more.stderr).toContain('unlinkat');
    expect(readdirSync(data)).toContain('in.txt');
  });

  it('a working directory that is only read is read-only', async () => {
    const { policy } = await learn(['--dir', `${data}::/data`, '--workdir', '/data'], [guest('c/file-script')], {
      stdin: 'stat in.txt\n',
    });
    expect(policy).toMatchObject({ workdir: '/data', dir: [{ guest: '/data', readOnly: true }] });
  });

  it('a tmpfs is sized by the most that was in it', async () => {
    const command = [guest('c/temp-files'), '/tmp'];
    const { code, policy } = await learn(['--tmpfs', '/tmp:64MiB'], command);
    expect(code).toBe(0);
    expect(policy.tmpfs).toHaveLength(1);
    const size = policy.tmpfs?.[0]?.size ?? 0;
    expect(size).toBeGreaterThanOrEqual(32 * 1024);
    expect(size).toBeLessThanOrEqual(256 * 1024);
    expect(await rerun(command)).toMatchObject({ stdout: 'done\n', code: 0 });
  });

  it('variables stay for a program that asks for them', async () => {
    const { policy, stderr } = await learn(['-e', 'CURRENCY=CHF'], [pythonWasm, '-c', 'import os; print(os.environ)']);
    expect(policy.env).toEqual(['CURRENCY=CHF']);
    expect(stderr).toMatch(/variables +asked for\n/);
  });
});

describe('CPython', () => {
  it('a script is learned and run again', async () => {
    const source = `
import json, pathlib, sys
text = pathlib.Path('/data/in.txt').read_text()
pathlib.Path('/out/report.json').write_text(json.dumps({'words': text.split()}))
print('reported', sys.argv[1:])
`;
    writeFileSync(join(data, 'script.py'), source);
    const flags = ['--dir', `${data}::/data`, '--dir', `${out}::/out`];
    const command = [pythonWasm, '/data/script.py', 'x'];
    const { code, policy, calls } = await learn(flags, command);
    expect(code).toBe(0);
    expect(policy.dir?.map(({ guest, readOnly }) => [guest, readOnly])).toEqual([
      ['/data', true],
      ['/out', false],
    ]);
    expect(policy.memory).toBeLessThan(256 * 1024 ** 2);
    expect(calls).toContain('newfstatat');
    expect(calls).not.toContain('symlinkat');
    rmSync(join(out, 'report.json'));
    expect(await rerun(command)).toMatchObject({ stdout: "reported ['x']\n", stderr: '', code: 0 });
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toEqual({ words: ['content'] });
    // Into a file: the interpreter asks for its size and place, which a pipe has not.
    const file = join(base, 'python.txt');
    expect(await rerun(command, { redirect: `> ${file}` })).toMatchObject({ stderr: '', code: 0 });
    expect(readFileSync(file, 'utf8')).toBe("reported ['x']\n");
  });
});

describe('the command line', () => {
  it('--print-plan has no run to learn from', async () => {
    const result = await wasmctr(['learn', '--print-plan', guest('c/hello')]);
    expect(result).toMatchObject({ stdout: '', code: 125 });
    expect(result.stderr).toContain('--print-plan');
  });

  it('a policy that can not be written is known before the run', async () => {
    const result = await wasmctr(['learn', '--output', '/nowhere/policy.json', guest('c/hello')]);
    expect(result).toMatchObject({ stdout: '', code: 125 });
    expect(result.stderr).toContain("can't write: --output /nowhere/policy.json: ENOENT");
  });

  it('a policy in a config names its mistakes', async () => {
    const config = join(base, 'bad.json');
    writeFileSync(config, JSON.stringify({ seccomp: { name: 'x', calls: [{ name: 'opne', reason: 'y' }] } }));
    const result = await wasmctr(['run', '--config', config, guest('c/hello')]);
    expect(result.code).toBe(125);
    expect(result.stderr).toContain('"seccomp" of the config: calls[0].name: no system call "opne"');
  });
});
