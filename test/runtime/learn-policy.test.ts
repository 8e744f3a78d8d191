/** From what was seen to what is kept, without a kernel. */
import { expect, test } from 'vitest';
import type { Uses } from '../../host/config.ts';
import { parseFlags } from '../../runtime/cli/flags.ts';
import { learnedPolicy, type Observed } from '../../runtime/learn-policy.ts';
import { resolveSpec } from '../../runtime/resolve-spec.ts';
import { policyFor } from '../../runtime/sandbox/seccomp.ts';
import { resultOf } from './cli/io.ts';

const mebibyte = 1024 ** 2;
const allowed = policyFor({ files: true, network: true, bigModule: true, clockCalls: true });
const noUses: Uses = { preopens: [], environment: false, files: 3, memoryBytes: mebibyte, streamCalls: [] };

function specOf(...argv: string[]): Observed['spec'] {
  const options = parseFlags([...argv, 'app.wasm']);
  const context = { env: [], readText: () => '' };
  return resolveSpec([{ options, label: (name) => `--${name}` }], context).spec;
}

function learned(changes: Partial<Observed>): ReturnType<typeof learnedPolicy> {
  return learnedPolicy({
    spec: specOf(),
    result: resultOf({}),
    calls: new Map([['preadv2', 1]]),
    allowed,
    uses: noUses,
    isComplete: true,
    pids: 1,
    disks: [],
    ...changes,
  });
}

test('head-room: 1.5 times sizes and numbers, 4 times times', () => {
  const result = resultOf({});
  result.usage.userMs = 600;
  result.usage.systemMs = 150;
  result.usage.io.outputBytes = 10_000;
  result.durations.readyMs = 500;
  result.durations.guestMs = 2000;
  const uses = { ...noUses, files: 10, memoryBytes: 5 * mebibyte };
  expect(learned({ result, uses, pids: 2 }).config).toMatchObject({
    memory: 8 * mebibyte,
    'cpu-time': '3000ms',
    timeout: '10000ms',
    'max-files': 15,
    'max-output': 16 * 1024,
    pids: 2,
  });
});

test('no limit goes above what was given, whatever the container says', () => {
  const spec = specOf('--memory', '128k', '--timeout', '2s', '--cpu-time', '500ms', '--max-files', '4', '--pids', '1');
  const uses = { ...noUses, files: 2 ** 40, memoryBytes: 2 ** 50 };
  expect(learned({ spec, uses, pids: 99 }).config).toMatchObject({
    memory: 128 * 1024,
    timeout: '2000ms',
    'cpu-time': '500ms',
    'max-files': 4,
    pids: 1,
  });
});

test('memory that can not be seen keeps its limit', () => {
  expect(learned({ uses: { ...noUses, memoryBytes: null } }).config.memory).toBe(1024 * mebibyte);
});

test('what was killed half-way keeps grants and limits', () => {
  const spec = specOf('--dir', '/a', '-e', 'K=V', '--memory', '7MiB');
  expect(learned({ spec, uses: null, isComplete: false }).config).toMatchObject({
    dir: [{ guest: '/a', readOnly: false }],
    env: ['K=V'],
    memory: 7 * mebibyte,
    timeout: '86400000ms',
  });
});

test('directories: by use, and the working directory with the one that holds it', () => {
  const flags = ['--dir', '/a', '--tmpfs', '/t:1MiB', '--dir', '/b', '--dir', '/c:ro', '--workdir', '/a/sub'];
  const of = (...preopens: Uses['preopens']) =>
    learned({ spec: specOf(...flags), uses: { ...noUses, preopens } }).config;
  expect(of('none', 'none', 'none', 'none', 'none')).not.toHaveProperty('dir');
  expect(of('none', 'none', 'none', 'none', 'none')).not.toHaveProperty('workdir');
  // In the order of mounts without flags' order: directories, then tmpfs.
  expect(of('none', 'write', 'read', 'none', 'read')).toMatchObject({
    workdir: '/a/sub',
    dir: [
      { guest: '/a', readOnly: true },
      { guest: '/b', readOnly: false },
      { guest: '/c', readOnly: true },
    ],
  });
  // A container that names fewer than it was given has used none of the others.
  expect(of('read')).toMatchObject({ dir: [{ guest: '/a', readOnly: true }] });
});

test('calls: those seen, those of the engine, and those of streams that are files next time', () => {
  const names = (changes: Partial<Observed>): string[] =>
    (learned(changes).config.seccomp as { calls: { name: string }[] }).calls.map(({ name }) => name);
  expect(names({})).toContain('preadv2');
  expect(names({})).toContain('rt_sigreturn');
  for (const name of ['getrandom', 'lseek', 'newfstatat', 'openat2']) expect(names({})).not.toContain(name);
  const streams = names({ uses: { ...noUses, streamCalls: ['stat', 'seek'] } });
  expect(streams).toEqual(expect.arrayContaining(['newfstatat', 'lseek']));
  expect(streams).not.toContain('fsync');
  // Nothing that is not allowed becomes so by having been seen.
  expect(names({ calls: new Map([['ptrace', 1]]) })).not.toContain('ptrace');
});

test('added calls stay added when they were made', () => {
  const spec = specOf('--seccomp-allow', 'uname', '--seccomp-allow', 'sysinfo');
  expect(learned({ spec, calls: new Map([['uname', 1]]) }).config['seccomp-allow']).toEqual(['uname']);
});
