/** Control groups: their files are out of reach, and what was opened before the fork is closed. */
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { attack, startAttack } from '../helpers/attack.ts';
import { type Attempt, testWalls } from '../helpers/attack-walls.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';

afterAll(() => expectNothingLeft());

const attempts: Attempt[] = [
  {
    name: 'mounting a control group file system of its own, v1 (release_agent) and v2',
    code: (kit) => [
      kit.call('mount', kit.text('c'), kit.text('/'), kit.text('cgroup'), 0, kit.text('memory')),
      kit.call('mount', kit.text('c'), kit.text('/'), kit.text('cgroup2'), 0, 0),
      kit.call('fsopen', kit.text('cgroup'), 0),
    ],
    filter: 'mount',
    landlock: ['EPERM', 'EPERM', 'EPERM'],
  },
  {
    name: 'its own group by every name: release_agent, moving out, raising limits, freezing others',
    code: (kit) =>
      ['release_agent', 'memory/tasks', 'pids/pids.max', 'freezer/freezer.state', 'cgroup.procs'].map((name) =>
        kit.call('openat', -100, kit.text(`/sys/fs/cgroup/${name}`), 1, 0),
      ),
    filter: 'openat',
    landlock: ['ENOENT', 'ENOENT', 'ENOENT', 'ENOENT', 'ENOENT'],
  },
  {
    name: 'writing "0" to every descriptor again, as if one were a tasks file',
    code: (kit) =>
      Array.from({ length: 64 }, (_, fd) => fd + 3)
        .filter((fd) => fd !== kit.controlFd)
        .filter((fd) => {
          const stat = new Uint8Array(256);
          // CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC
          const type = kit.call('fstatfs', fd, stat) === 0 ? new DataView(stat.buffer).getUint32(0, true) : 0;
          return type === 0x27e0eb || type === 0x63677270;
        }),
    filter: 'fstatfs',
    landlock: [],
  },
  {
    name: 'a child in another group (CLONE_INTO_CGROUP) through any descriptor',
    code: (kit) => [
      ...new Set(
        Array.from({ length: 64 }, (_, fd) =>
          kit.call('clone3', kit.words(0x200000000n, 0, 0, 0, 17, 0, 0, 0, 0, 0, fd), 88),
        ),
      ),
    ],
    filter: 'clone3',
    landlock: ['EBADF'],
  },
];

testWalls(attempts);

test('a child it makes is in the same groups, and is counted', async () => {
  const running = await startAttack(
    (kit) => {
      kit.fork('pause');
      kit.call('write', 1, kit.text('ready'), 5);
      kit.sleep(3_600_000);
    },
    [undefined],
    { without: ['seccomp'] },
  );
  await new Promise((resolve) => running.stdout.once('data', resolve));
  const pid = await running.container;
  const child = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  expect(child).toMatch(/^\d+$/);
  expect(readFileSync(`/proc/${child}/cgroup`, 'utf8')).toBe(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
  running.process.kill('SIGTERM');
  await running.finished;
});

test('more children than --pids are refused', async () => {
  const { value, result } = await attack((kit) => Array.from({ length: 12 }, () => typeof kit.fork('pause')), {
    without: ['seccomp'],
  });
  // Eight processes: itself and seven.
  expect(value?.filter((made) => made === 'number')).toHaveLength(7);
  expect(result.ok).toBe(true);
});
