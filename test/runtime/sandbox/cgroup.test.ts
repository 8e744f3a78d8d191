/** The cgroup suite over what this machine has: as it is, and with v2 taking over the freezer. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cgroupControllers } from '../../../runtime/sandbox/cgroup.ts';
import { cgroupHost, readHierarchies } from '../../../runtime/sandbox/cgroup-host.ts';
import { abandon, cgroupSuite, existing } from '../../suites/cgroup.suite.ts';
import { noLimits } from '../../suites/cgroup-process.ts';

let folder = '';
let helper = '';
let diskFile = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cgroup-'));
  helper = join(folder, 'cgroup-child');
  diskFile = join(folder, 'disk-file');
  const source = join(import.meta.dirname, '../../suites/cgroup-child.c');
  execFileSync('cc', ['-O1', '-static', '-Wall', '-Werror', '-o', helper, source]);
  writeFileSync(diskFile, Buffer.alloc(4 * 1024 * 1024, 1));
});

afterAll(() => rmSync(folder, { recursive: true }));

const found = readHierarchies();
const backends = [
  { name: 'as found', hidden: '' },
  { name: 'with the freezer and kill of v2', hidden: 'freezer' },
];

describe.each(backends)('cgroups $name', ({ hidden }) => {
  const host = cgroupHost(found.filter(({ names }) => !names.includes(hidden)));
  const missing = cgroupControllers.filter((controller) => 'reason' in host.controllers[controller]);

  for (const { name, needs, run } of cgroupSuite) {
    const lacks = needs.some((controller) => missing.includes(controller));
    test.skipIf(lacks)(name, () => run({ host, hidden, helper, diskFile }));
  }
});

test('limits of a controller that is mounted nowhere are refused with the fix, the others hold', async () => {
  const cgroup = cgroupHost(found.filter(({ version, names }) => version === 1 && !names.includes('memory'))).create();
  try {
    const reports = cgroup.limit({ ...noLimits, memoryBytes: 1 << 20, pids: 3 });
    expect(reports).toContainEqual(expect.objectContaining({ controller: 'memory', reason: 'not-mounted' }));
    expect(reports).toContainEqual({ controller: 'pids', enforced: true, detail: '3 processes' });
  } finally {
    await cgroup.remove();
  }
});

test('without any cgroup file system every controller is refused and nothing else fails', async () => {
  const host = cgroupHost([]);
  const cgroup = host.create();
  expect(host.mode).toBe('none');
  expect(cgroup.limit(noLimits).map((report) => !report.enforced && report.reason)).toEqual(
    Array(3).fill('no-cgroupfs'),
  );
  expect([cgroup.dirFd, cgroup.taskFds()]).toEqual([-1, []]);
  expect(await host.sweepStale()).toEqual([]);
  await cgroup.remove();
});

test('what a supervisor of another session left is found in its groups', async () => {
  const here = cgroupHost(found);
  const left = await abandon({ helper, hidden: '' }, 'running');
  expect(existing(here, left.name).length).toBeGreaterThan(1);
  // As after another login: in one hierarchy our own group is a different one.
  const session = found.find(({ names }) => names.includes('memory'));
  if (session === undefined) throw new Error('this machine has no memory controller on v1');
  const own = `${session.own}/wasmctr-test-session`;
  mkdirSync(own);
  const there = cgroupHost(found.map((hierarchy) => (hierarchy === session ? { ...hierarchy, own } : hierarchy)));
  expect(await there.sweepStale()).toContain(left.name);
  expect(existing(here, left.name)).toEqual([]);
  rmdirSync(own);
});

test('a read-only cgroup file system is refused before anything is tried', () => {
  const { controllers } = cgroupHost(found.map((hierarchy) => ({ ...hierarchy, readOnly: true })));
  expect(controllers.memory).toMatchObject({ reason: 'read-only' });
});

test('making, limiting and removing a group is quick', async () => {
  const host = cgroupHost(found);
  const times: number[] = [];
  for (let i = 0; i < 200; i++) {
    const start = performance.now();
    const cgroup = host.create();
    cgroup.limit({ ...noLimits, memoryBytes: 64 << 20, pids: 8, cpus: 1 });
    await cgroup.remove();
    times.push(performance.now() - start);
  }
  // 0.3 ms on an idle machine: this only catches a stall such as the grace period of moving a process.
  expect(times.toSorted((a, b) => a - b)[100]).toBeLessThan(3);
});
