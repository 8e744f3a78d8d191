/** Which groups a sweep may touch. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { groupName, ownSupervisor, type Supervisor, staleGroups } from '../../../runtime/sandbox/cgroup-name.ts';

const own = ownSupervisor();

function isStale(name: string, by: Supervisor): boolean {
  return staleGroups([name], by).includes(name);
}

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

test('among hundreds of live supervisors the dead are found at once, and every reused pid by some sweeper', () => {
  const live = Array.from({ length: 300 }, (_, count) =>
    groupName({ ...own, pid: 1, startTicks: startOfInit() }, count),
  );
  const dead = groupName({ ...own, pid: deadPid }, 0);
  const reused = groupName({ ...own, pid: process.ppid }, 0);
  const names = [...live.slice(0, 200), dead, reused, ...live.slice(200)];
  expect(staleGroups(names, own)).toContain(dead);
  const sweeps = Array.from({ length: 301 }, (_, pid) => staleGroups(names, { ...own, pid: 1_000_000 + pid }));
  expect(sweeps.some((stale) => stale.includes(reused))).toBe(true);
  expect(sweeps.flat().filter((name) => live.includes(name))).toEqual([]);
});

function startOfInit(): number {
  const stat = readFileSync('/proc/1/stat', 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}
