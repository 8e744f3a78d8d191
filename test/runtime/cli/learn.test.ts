/** The command line of `learn`: run's flags, one of its own, and what goes to which stream. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cli, resultOf } from './io.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasmctr-learn-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'policy.json');

test('the policy on stdout, the guest on stderr', async () => {
  const { code, stdout, stderr, specs } = await cli(['learn', '--memory', '1m', '--dir', '/a', 'app.wasm', '--output']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ stdoutFd: 2 });
  expect(stderr).toBe('wasmctr: learned: app.wasm\n  pids  1\n');
  expect(specs).toMatchObject([{ args: ['--output'], limits: { memoryBytes: 1048576 }, dirs: [{ guest: '/a' }] }]);
});

test.each([[['--output', file]], [[`--output=${file}`]]])(
  '%j: the policy in a file, the guest on stdout',
  async (flags) => {
    const { code, stdout } = await cli(['learn', '--strace', ...flags, '--memory', '1m', 'app.wasm']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ stdoutFd: 1 });
  },
);

test('the exit code is the guest’s; what never ran has no policy', async () => {
  const failed = resultOf({ ok: false, exitCode: 126, error: { code: 'module', message: 'no', hint: null } });
  const { code, stdout, stderr } = await cli(['learn', 'a.wasm'], {
    learn: async () => ({ result: failed, learned: null }),
  });
  expect({ code, stdout, stderr }).toEqual({ code: 126, stdout: '', stderr: 'wasmctr: no\n' });
});

test('results of --invoke do not mix with the policy', async () => {
  const learned = { config: {}, findings: [['pids', '1']] as const };
  const learn = async () => ({ result: resultOf({ results: ['5'] }), learned });
  const { stdout, stderr } = await cli(['learn', '--invoke', 'add', 'a.wasm', '2', '3'], { learn });
  expect(stdout).toBe('{}\n');
  expect(stderr).toMatch(/^5\n/);
});

test('--stats is as in run', async () => {
  const { stdout, stderr } = await cli(['learn', '--stats=json', 'a.wasm']);
  expect(JSON.parse(stdout)).toEqual({ stdoutFd: 2 });
  expect(JSON.parse(stderr.split('\n')[0] ?? '')).toMatchObject({ ok: true });
});

test.each<[string[], RegExp]>([
  [['--output'], /no value: --output: expected --output FILE/],
  [['--outptu', 'x', 'a.wasm'], /unknown flag: --outptu/],
  [['--print-plan', 'a.wasm'], /--print-plan runs nothing/],
])('%j is refused', async (argv, message) => {
  const { code, stdout, stderr, specs } = await cli(['learn', ...argv]);
  expect({ code, stdout, specs }).toEqual({ code: 125, stdout: '', specs: [] });
  expect(stderr).toMatch(message);
});

test('--output is no flag of run', async () => {
  expect(await cli(['run', '--output', 'x', 'a.wasm'])).toMatchObject({ code: 125 });
});
