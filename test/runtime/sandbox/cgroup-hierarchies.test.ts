/** Mounts and membership as real hosts print them. */
import { expect, test } from 'vitest';
import { parseHierarchies } from '../../../runtime/sandbox/cgroup-hierarchies.ts';

test('pure v2 under a session manager', () => {
  const mounts =
    '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n';
  expect(parseHierarchies(mounts, '0::/user.slice/user-1000.slice/session-3.scope\n')).toEqual([
    {
      version: 2,
      names: [],
      mount: '/sys/fs/cgroup',
      own: '/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope',
      readOnly: false,
    },
  ]);
});

test('v1 in a container: the part of the hierarchy that is mounted, read-only, controllers together', () => {
  const mounts = [
    '40 31 0:28 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro,nosuid - cgroup cgroup rw,cpu,cpuacct',
    '41 31 0:29 /docker/abc /sys/fs/cgroup/systemd ro,nosuid - cgroup cgroup rw,xattr,name=systemd',
  ].join('\n');
  // The kernel does not promise the same order in both files.
  const membership = '4:cpuacct,cpu:/docker/abc/inner\n1:name=systemd:/docker/abc\n';
  expect(parseHierarchies(mounts, membership)).toEqual([
    {
      version: 1,
      names: ['cpu', 'cpuacct'],
      mount: '/sys/fs/cgroup/cpu,cpuacct',
      own: '/sys/fs/cgroup/cpu,cpuacct/inner',
      readOnly: true,
    },
  ]);
});

test('a group outside the mounted part is no place for ours', () => {
  const mounts = '40 31 0:28 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n';
  for (const path of ['/docker/abcd', '/', '/../other']) expect(parseHierarchies(mounts, `0::${path}\n`)).toEqual([]);
});

test('spaces in mount points are unescaped, and the first of several mounts wins', () => {
  const mounts = ['1 0 0:28 / /cg\\040two rw - cgroup2 cgroup2 rw', '2 0 0:28 / /later rw - cgroup2 cgroup2 rw'].join(
    '\n',
  );
  expect(parseHierarchies(mounts, '0::/a\n').map(({ own }) => own)).toEqual(['/cg two/a']);
});
