/** What the built-in policies promise, and what a user's file and `--seccomp-allow` may change. */
import { describe, expect, test } from 'vitest';
import { allowCalls, describePolicy, narrowPolicy, policyFor, printPolicy } from '../../../runtime/sandbox/seccomp.ts';
import { compileSeccomp } from '../../../runtime/sandbox/seccomp-compile.ts';
import { loadPolicy } from '../../../runtime/sandbox/seccomp-load.ts';
import { isUnconditional, type Policy } from '../../../runtime/sandbox/seccomp-policy.ts';
import { refusedReason } from '../../../runtime/sandbox/seccomp-refused.ts';
import { syscallNames, syscallNumber } from '../../../runtime/sandbox/syscalls-table.ts';
import { runFilter } from '../../helpers/bpf-interpreter.ts';

/** As `makePlan` asks: clocks always. */
const none = { files: false, network: false, bigModule: false, clockCalls: true };
const compute = policyFor(none);
const everything = policyFor({ files: true, network: true, bigModule: true, clockCalls: true });
const parameters = { codeStart: 0x1000_0000n, codeEnd: 0x2000_0000n };

function allows(policy: Policy, name: string, args: readonly bigint[] = []): boolean {
  const filter = compileSeccomp(policy, { arch: 'x64', parameters });
  return runFilter(filter, { nr: syscallNumber('x64', name) ?? -1, arch: 0xc000003e, args }).value === 0x7fff0000;
}

function load(...calls: unknown[]): Policy {
  return loadPolicy(JSON.stringify({ name: 'mine', calls }), 'my.json');
}

const call = (name: string, ...when: unknown[]): unknown => ({
  name,
  reason: 'test',
  ...(when.length > 0 && { when }),
});

describe('built-in policies', () => {
  test('at most 16 calls, 32 with files, 48 with network too', () => {
    expect(compute.calls.length).toBeLessThanOrEqual(16);
    expect(policyFor({ ...none, bigModule: true }).calls.length).toBeLessThanOrEqual(16);
    expect(policyFor({ ...none, files: true }).calls.length).toBeLessThanOrEqual(32);
    expect(everything.calls.length).toBeLessThanOrEqual(48);
  });

  test('every call has its reason', () => {
    for (const { name, reason } of everything.calls) expect(reason.length, name).toBeGreaterThan(5);
  });

  test('no call that takes a path without a checked directory, makes a process, a socket, or is of the refused', () => {
    for (const { name, alternatives } of everything.calls) {
      if (name !== 'mmap' && name !== 'mprotect') expect(refusedReason(name), name).toBeNull();
      if (!name.includes('at') || ['fstat', 'fdatasync', 'fallocate', 'ftruncate'].includes(name)) continue;
      const descriptors = alternatives.map((all) => all.filter(({ test }) => test.kind === 'descriptor').length);
      expect(Math.min(...descriptors), name).toBe(['renameat2', 'linkat'].includes(name) ? 2 : 1);
    }
    for (const name of ['open', 'openat', 'stat', 'execve', 'clone', 'clone3', 'socket', 'ioctl', 'prctl', 'tgkill'])
      expect(allows(everything, name), name).toBe(false);
  });

  test('AT_FDCWD is refused in every form, as any other negative descriptor', () => {
    for (const fd of [-100n, 0xffff_ff9cn, -1n, 0x8000_0000n]) {
      expect(allows(everything, 'openat2', [fd, 0n, 0n, 24n])).toBe(false);
      expect(allows(everything, 'newfstatat', [fd, 0n, 0n, 0x100n])).toBe(false);
      expect(allows(everything, 'renameat2', [3n, 0n, fd, 0n, 0n])).toBe(false);
    }
    expect(allows(everything, 'openat2', [3n, 0n, 0n, 24n])).toBe(true);
  });

  test('small modules get no executable memory, big ones only in their range', () => {
    const mprotect = (policy: Policy, addr: bigint): boolean => allows(policy, 'mprotect', [addr, 4096n, 7n]);
    expect(mprotect(compute, parameters.codeStart)).toBe(false);
    expect(mprotect(everything, parameters.codeStart)).toBe(true);
    expect(mprotect(everything, parameters.codeEnd)).toBe(false);
    for (const policy of [compute, everything]) expect(allows(policy, 'mmap', [0n, 4096n, 7n, 0x22n])).toBe(false);
  });

  test('survive printing and loading', () => {
    const again = loadPolicy(JSON.stringify(printPolicy(everything)), 'printed');
    expect(again).toEqual(everything);
  });
});

describe('narrowing', () => {
  test('a call stays only when both list it', () => {
    const narrow = narrowPolicy(compute, load(call('write'), call('exit_group'), call('socket')));
    expect(narrow.calls.map(({ name }) => name)).toEqual(['write', 'exit_group']);
    expect(allows(narrow, 'brk')).toBe(false);
    expect(allows(narrow, 'socket')).toBe(false);
  });

  test('arguments must satisfy both', () => {
    const narrow = narrowPolicy(
      everything,
      load(
        call('madvise', { advice: { in: ['MADV_FREE', 'MADV_NORMAL'] } }),
        call('mprotect', { prot: { equals: 0 } }),
      ),
    );
    expect(allows(narrow, 'madvise', [0n, 0n, 8n])).toBe(true);
    expect(allows(narrow, 'madvise', [0n, 0n, 4n])).toBe(false);
    expect(allows(narrow, 'madvise', [0n, 0n, 0n])).toBe(false);
    expect(allows(narrow, 'mprotect', [parameters.codeStart, 4096n, 0n])).toBe(true);
    expect(allows(narrow, 'mprotect', [parameters.codeStart, 4096n, 7n])).toBe(false);
    expect(allows(narrow, 'mprotect', [0n, 4096n, 1n])).toBe(false);
  });

  test('a file without conditions keeps those of the built-in policy', () => {
    const narrow = narrowPolicy(compute, load(call('mmap')));
    expect(allows(narrow, 'mmap', [0n, 4096n, 4n, 0x22n])).toBe(false);
  });

  test('narrowing by itself changes nothing, and the result can be printed', () => {
    const same = narrowPolicy(everything, everything);
    expect(same.calls).toEqual(everything.calls);
    const narrow = narrowPolicy(everything, load(call('madvise', { advice: { equals: 'MADV_FREE' } })));
    expect(loadPolicy(JSON.stringify(printPolicy(narrow)), 'printed').calls).toEqual(narrow.calls);
  });
});

describe('adding', () => {
  test('adds calls, says so, and drops argument checks of listed ones', () => {
    const wide = allowCalls(compute, ['socket', 'socket', 'madvise']);
    expect(allows(wide, 'socket')).toBe(true);
    expect(allows(wide, 'madvise', [0n, 0n, 99n])).toBe(true);
    expect(wide.calls).toHaveLength(compute.calls.length + 1);
    expect(describePolicy(wide)).toBe('17 system calls (compute+clock), 2 added by the user: socket, madvise');
    expect(describePolicy(compute)).toBe('16 system calls (compute+clock)');
  });

  test('refuses what would undo other layers, and names it does not know', () => {
    expect(() => allowCalls(compute, ['ptrace'])).toThrow("can't allow the system call ptrace: it reaches into other");
    expect(() => allowCalls(compute, ['mprotect'])).toThrow('executable memory');
    expect(() => allowCalls(compute, ['io_uring_setup'])).toThrow('no filter sees');
    expect(() => allowCalls(compute, ['soket'])).toThrow(expect.objectContaining({ hint: 'did you mean socket?' }));
    for (const name of ['clone', 'clone3', 'execve', 'mount', 'setns', 'unshare', 'bpf', 'pidfd_getfd', 'keyctl'])
      expect(() => allowCalls(compute, [name]), name).toThrow(name);
  });

  test('a call of the other architecture is an error of the user', () => {
    const wide = allowCalls(compute, ['open']);
    expect(() => compileSeccomp(wide, { arch: 'arm64' })).toThrow(expect.objectContaining({ code: 'usage' }));
    expect([...syscallNames('arm64').keys()]).not.toContain('open');
  });

  test('an added call is unconditional', () => {
    const rule = allowCalls(compute, ['madvise']).calls.find(({ name }) => name === 'madvise');
    expect(rule && isUnconditional(rule.alternatives)).toBe(true);
  });
});
