/** Rehearsals of a start have control groups that are played: all that a group can do succeeds, and none is made. */
import { afterEach, expect, test } from 'vitest';
import { baseControllers } from '../../../runtime/sandbox/cgroup.ts';
import { cgroupFs } from '../../../runtime/sandbox/cgroup-fs.ts';
import { detectCgroups } from '../../../runtime/sandbox/cgroup-host.ts';
import { playedGroups } from '../../../runtime/sandbox/played-groups.ts';
import { existing } from '../../suites/cgroup.suite.ts';
import { noLimits } from '../../suites/cgroup-process.ts';

const real = { ...cgroupFs };
afterEach(() => Object.assign(cgroupFs, real));

test.each([
  [1, 'v1'],
  [2, 'v2'],
] as const)('of version %i', async (version, mode) => {
  Object.assign(cgroupFs, playedGroups(version, real));
  const host = detectCgroups();
  expect(host.mode).toBe(mode);
  const group = host.create();
  const reports = group.limit({ ...noLimits, memoryBytes: 2 ** 26, pids: 4, cpus: 0.5 });
  expect(reports.filter(({ enforced }) => enforced).map(({ controller }) => controller)).toEqual(
    expect.arrayContaining([...baseControllers]),
  );
  expect(reports.every(({ enforced }) => enforced)).toBe(true);
  expect(group.usage()).toMatchObject({ throttledUs: 0, oomKills: 0 });
  Object.assign(cgroupFs, real);
  expect(existing(host, group.name)).toEqual([]);
  Object.assign(cgroupFs, playedGroups(version, real));
  await group.remove();
});
