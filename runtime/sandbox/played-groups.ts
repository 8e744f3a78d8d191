/** Control groups of a host that is played, for rehearsals: of version 2 alone, or beside version 1. */
import { constants } from 'node:fs';
import type { CgroupFs } from './cgroup-fs.ts';

/** `real` is called beside: where there is nothing, so that V8 knows it too. */
export function playedGroups(version: 1 | 2, real: CgroupFs): CgroupFs {
  const beside = (act: () => unknown): void => {
    try {
      act();
    } catch {
      // It is not there.
    }
  };
  return {
    checkWritable: () => beside(() => real.checkWritable('/dev/null')),
    // The root group has no type: we are at the top of everything.
    exists: (path) => real.exists('/dev/null') && !path.endsWith('/cgroup.type'),
    list: () => real.list('/proc/self/fdinfo').slice(0, 0),
    mkdir: () => beside(() => real.mkdir('/proc/nothing')),
    // What is written there is gone.
    open: (_path, flags) => real.open('/dev/null', flags & (constants.O_WRONLY | constants.O_RDWR)),
    readText: (path) => {
      beside(() => real.readText('/proc/self/stat'));
      return texts[version].find(([end]) => path.endsWith(end))?.[1] ?? '0\n';
    },
    rmdir: () => beside(() => real.rmdir('/proc/nothing')),
  };
}

const v2Root = '31 23 0:28 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate';
const others = [
  '22 27 0:21 / /proc rw,relatime shared:12 - proc proc rw',
  '24 27 0:6 / /dev rw,relatime shared:2 - devtmpfs devtmpfs rw,size=4096k,mode=755',
  '27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw',
];
const v1Names = ['cpu', 'cpuset', 'memory', 'freezer', 'blkio', 'pids'];

function v1Mount(name: string, position: number): string {
  return `${32 + position} 31 0:${29 + position} / /sys/fs/cgroup/${name} rw,relatime - cgroup cgroup rw,${name}`;
}

const texts: Readonly<Record<1 | 2, readonly (readonly [end: string, text: string])[]>> = {
  1: [
    ['/mountinfo', `${[...others, ...v1Names.map(v1Mount)].join('\n')}\n`],
    ['/self/cgroup', v1Names.map((name, position) => `${position + 1}:${name}:/\n`).join('')],
    ['/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 0\n'],
    ['/pids.events', 'max 0\n'],
    ['/cpu.stat', 'nr_periods 0\nnr_throttled 0\nthrottled_time 0\n'],
  ],
  2: [
    ['/mountinfo', `${[...others, v2Root].join('\n')}\n`],
    ['/self/cgroup', '0::/\n'],
    ['/cgroup.controllers', 'cpuset cpu io memory pids\n'],
    ['/cgroup.subtree_control', 'cpuset cpu io memory pids\n'],
    ['/memory.events', 'low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n'],
    ['/pids.events', 'max 0\n'],
    ['/cpu.stat', 'usage_usec 0\nuser_usec 0\nsystem_usec 0\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n'],
  ],
};
