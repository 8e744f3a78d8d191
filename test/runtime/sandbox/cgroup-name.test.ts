/** Which groups a sweep may touch. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { groupName, isStale, ownSupervisor } from '../../../runtime/sandbox/cgroup-name.ts';

const own = ownSupervisor();
const deadPid = 4_194_305; // beyond the highest pid the kernel hands out

test('a supervisor that is gone leaves stale groups', () => {
  expect(isStale(groupName({ ...own, pid: deadPid }, 3), own)).toBe(true);
  expect(isStale(groupName({ ...own, pid: deadPid }, 'self'), own)).toBe(true);
});

test('a reused pid is told by its start time', () => {
  expect(isStale(groupName({ ...own, pid: process.ppid }, 0), own)).toBe(true);
  expect(isStale(groupName({ ...own, startTicks: own.startTicks - 1 }, 0), own)).toBe(true);
});

test('a zombie supervisor can do nothing any more', async () => {
  // The shell becomes sleep, which never reaps the child it inherited.
  const parent = spawn('/bin/sh', ['-c', 'sh -c "exit 0" & echo $! ; exec sleep 5']);
  const [pid] = await once(parent.stdout, 'data').then(([bytes]) => [Number(bytes)]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(isStale(groupName({ ...own, pid: pid ?? 0 }, 0), own)).toBe(true);
  parent.kill();
});

test('our own, those of another pid namespace and foreign names are never stale', () => {
  expect(isStale(groupName(own, 0), own)).toBe(false);
  expect(isStale(groupName({ ...own, pidNamespace: 1, pid: deadPid }, 0), own)).toBe(false);
  for (const name of ['wasmctr', `wasmctr-${deadPid}`, `wasmctr-${own.pidNamespace}-${deadPid}-1-x`, 'user.slice']) {
    expect(isStale(name, own)).toBe(false);
  }
  expect(isStale(`x-${groupName({ ...own, pid: deadPid }, 0)}`, own)).toBe(false);
});
