/** What can't be enforced is refused with the reason and the fix; --best-effort runs and says what was not enforced. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunResult } from '../../runtime/result.ts';
import { guest, root } from '../helpers/guests.ts';

const command = join(root, 'bin/wasmctr');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-modes-'));
  chmodSync(folder, 0o755);
  execFileSync('cc', [
    '-Wall',
    '-Wextra',
    '-Werror',
    join(root, 'test/helpers/refuse.c'),
    '-o',
    join(folder, 'refuse'),
  ]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Output {
  code: number;
  stdout: string;
  stderr: string;
  receipt: RunResult;
}

/** Runs `wasmctr run` behind another command, with a receipt. */
function run(before: readonly string[], args: readonly string[]): Output {
  const receipt = join(mkdtempSync(join(tmpdir(), 'wasmctr-receipt-')), 'receipt.json');
  writeFileSync(receipt, '');
  chmodSync(join(receipt, '..'), 0o777);
  chmodSync(receipt, 0o666);
  const argv = [...before, command, 'run', '--stats=json', '--stats-file', receipt, ...args];
  let outcome = { code: 0, stdout: '', stderr: '' };
  try {
    outcome.stdout = execFileSync(argv[0] ?? '', argv.slice(1), {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    outcome = { code: status, stdout, stderr };
  }
  const text = readFileSync(receipt, 'utf8');
  rmSync(join(receipt, '..'), { recursive: true });
  return { ...outcome, receipt: JSON.parse(text) as RunResult };
}

const lacking = (...names: string[]): string[] => [join(folder, 'refuse'), ...names, '--'];

describe('a kernel without Landlock', () => {
  test('is refused, by name and with a way out', () => {
    const { code, stderr } = run(lacking('landlock'), [guest('c/hello')]);
    expect(code).toBe(125);
    expect(stderr).toMatch(/^wasmctr: can't enforce landlock: .*--best-effort.*\n$/);
  });

  test('--best-effort runs, and says so', () => {
    const { code, receipt } = run(lacking('landlock'), ['--best-effort', guest('c/hello')]);
    expect(code).toBe(0);
    expect(receipt.enforced.landlock?.enforced).toBe(false);
    expect(receipt.enforced.seccomp?.enforced).toBe(true);
  });
});

describe('a kernel without openat2', () => {
  test('grants no directories, whatever the effort', () => {
    for (const effort of [[], ['--best-effort']]) {
      const { code, stderr } = run(lacking('openat2'), [
        ...effort,
        '--dir',
        `${folder}::/d`,
        guest('c/read-dir'),
        '/d',
      ]);
      expect(code).toBe(125);
      expect(stderr).toMatch(/^wasmctr: can't grant directories: openat2: ENOSYS: .*\n$/);
    }
  });

  test('runs what needs none', () => {
    expect(run(lacking('openat2'), [guest('c/hello')]).code).toBe(0);
  });
});

describe('inside a container that refuses namespaces', () => {
  const container = () => lacking('clone3', 'namespaces');

  test('is refused, by name and with a way out', () => {
    const { code, stderr } = run(container(), [guest('c/hello')]);
    expect(code).toBe(125);
    expect(stderr).toMatch(/^wasmctr: can't enforce namespaces: .*EPERM.*--best-effort.*\n$/);
  });

  test('--best-effort keeps the layers that need none', () => {
    const { code, receipt } = run(container(), ['--best-effort', guest('c/hello')]);
    expect(code).toBe(0);
    const { enforced } = receipt;
    expect([enforced.namespaces, enforced.root].map((layer) => layer?.enforced)).toEqual([false, false]);
    expect([enforced.landlock, enforced.seccomp].map((layer) => layer?.enforced)).toEqual([true, true]);
  });

  test('clone3 alone refused changes nothing', () => {
    const { code, receipt } = run(lacking('clone3'), [guest('c/hello')]);
    expect(code).toBe(0);
    expect(receipt.enforced.namespaces?.enforced).toBe(true);
  });
});

test('a kernel without filters is refused with the reason', () => {
  const { code, stderr } = run(lacking('seccomp'), ['--best-effort', guest('c/hello')]);
  expect(code).toBe(125);
  expect(stderr).toMatch(/^wasmctr: can't make the container: seccomp: .*ENOSYS.*\n$/);
});

describe('a normal user', () => {
  const nobody = ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

  test('without delegated cgroups is refused with the reason', () => {
    const { code, stderr } = run(nobody, [guest('c/hello')]);
    expect(code).toBe(125);
    expect(stderr).toMatch(/^wasmctr: can't enforce cgroup\.memory: .*EACCES.*\n$/);
  });

  test('--best-effort has all the other layers', () => {
    const { code, receipt } = run(nobody, ['--best-effort', guest('c/hello')]);
    expect(code).toBe(0);
    const missing = Object.entries(receipt.enforced).filter(([, layer]) => !layer.enforced);
    expect(missing.map(([name]) => name)).toEqual(['cgroup.memory', 'cgroup.pids', 'cgroup.cpu']);
  });

  test('reads and writes its own directories, and not where :ro says', () => {
    const dir = join(folder, 'own');
    execFileSync('mkdir', [dir]);
    chownSync(dir, 65534, 65534);
    const write = (suffix: string): number =>
      run(nobody, ['--best-effort', '--dir', `${dir}::/d${suffix}`, guest('c/write-file'), '/d/file', 'text']).code;
    expect(write('')).toBe(0);
    expect(readFileSync(join(dir, 'file'), 'utf8')).toContain('text');
    expect(write(':ro')).not.toBe(0);
  });
});

test('--strace shows the stack of a forbidden call', () => {
  const policy = join(folder, 'narrow.json');
  const calls = ['mmap', 'munmap', 'mprotect', 'madvise', 'brk', 'futex', 'write', 'preadv2', 'rt_sigreturn'];
  const all = [...calls, 'rt_sigprocmask', 'getpid', 'exit_group'].map((name) => ({ name, reason: 'needed to start' }));
  writeFileSync(policy, JSON.stringify({ name: 'narrow', calls: all }));
  const { code, stderr, receipt } = run([], ['--strace', '--seccomp', policy, guest('c/random')]);
  expect(code).toBe(159);
  expect(receipt.seccompViolation).toBe('getrandom');
  expect(receipt.seccompStack.join(' ')).toMatch(/libc\.so\.6\+0x[0-9a-f]+ \S*node\+0x[0-9a-f]+ /);
  expect(stderr).toMatch(/forbidden system call: .*: getrandom: .*\n {4}at libc\.so\.6\+0x/);
});
