/** Other processes: the host's are invisible by the pid namespace, siblings by ids, and signals end at both. */
import { type Attempt, testWalls } from '../helpers/attack-walls.ts';

const attempts: Attempt[] = [
  {
    name: 'ptrace: attach to the supervisor by any small pid',
    code: (kit) => [...new Set(Array.from({ length: 300 }, (_, pid) => kit.call('ptrace', 16, pid + 2, 0, 0)))],
    filter: 'ptrace',
    landlock: ['ESRCH'],
  },
  {
    name: 'ptrace: seize a child of its own',
    code: (kit) => {
      const pid = kit.fork('pause');
      const answer = kit.call('ptrace', 0x4206, Number(pid), 0, 0);
      kit.call('kill', Number(pid), 9);
      return answer;
    },
    filter: 'clone',
    // Both are undumpable, and it has no capability in its namespace.
    landlock: 'EPERM',
  },
  {
    name: 'kill: everyone',
    code: (kit) => kit.call('kill', -1, 9),
    filter: 'kill',
    landlock: 'ESRCH',
  },
  {
    name: 'kill: its parent, which is outside',
    code: (kit) => [kit.call('getppid'), kit.call('kill', 2, 9)],
    filter: 'getppid',
    landlock: [0, 'ESRCH'],
  },
  {
    name: "kill: the caller's process group",
    code: (kit) => kit.call('kill', 0, 0),
    filter: 'kill',
    // Only itself is in it, as far as its namespace goes.
    landlock: 0,
  },
  {
    name: 'tgkill and rt_tgsigqueueinfo: a thread outside',
    code: (kit) => [kit.call('rt_tgsigqueueinfo', 2, 2, 9, kit.words(0, 0, 0, 0)), kit.call('tgkill', 2, 2, 9)],
    filter: 'rt_tgsigqueueinfo',
    landlock: ['EPERM', 'ESRCH'],
  },
  {
    name: 'rt_sigqueueinfo: a process outside',
    code: (kit) => kit.call('rt_sigqueueinfo', 2, 9, kit.words(0xffffffff_00000009n, 0xffffffffn, 0, 0, 0, 0)),
    filter: 'rt_sigqueueinfo',
    landlock: 'ESRCH',
  },
  {
    name: 'pidfd_open: a process outside',
    code: (kit) => [...new Set(Array.from({ length: 300 }, (_, pid) => kit.call('pidfd_open', pid + 2, 0)))],
    filter: 'pidfd_open',
    landlock: ['ESRCH'],
  },
  {
    name: 'pidfd_getfd and pidfd_send_signal: through any descriptor it has',
    code: (kit) => [
      ...new Set(
        Array.from({ length: 64 }, (_, fd) => [
          kit.call('pidfd_getfd', fd, 0, 0),
          kit.call('pidfd_send_signal', fd, 0, 0, 0),
        ]).flat(),
      ),
    ],
    filter: 'pidfd_getfd',
    landlock: ['EBADF'],
  },
  {
    name: 'process_vm_readv and process_vm_writev: a process outside',
    code: (kit) => {
      const iovec = kit.words(kit.native.addressOf(new Uint8Array(8)), 8);
      return ['process_vm_readv', 'process_vm_writev'].map((name) => kit.call(name, 2, iovec, 1, iovec, 1, 0));
    },
    filter: 'process_vm_readv',
    landlock: ['ESRCH', 'ESRCH'],
  },
  {
    name: 'kcmp, process_madvise, process_mrelease, migrate_pages, move_pages',
    code: (kit) => [
      kit.call('kcmp', 1, 2, 0, 0, 0),
      kit.call('process_madvise', 0, kit.words(0, 0), 1, 20, 0),
      kit.call('process_mrelease', 0, 0),
      kit.call('migrate_pages', 2, 0, 0, 0),
      kit.call('move_pages', 2, 0, 0, 0, 0, 0),
    ],
    filter: 'kcmp',
    landlock: ['ESRCH', 'EBADF', 'EBADF', 'ESRCH', 'ESRCH'],
  },
  {
    name: 'prlimit64, setpriority and scheduling: a process outside',
    code: (kit) => [
      kit.call('prlimit64', 2, 7, 0, kit.words(0, 0)),
      kit.call('setpriority', 0, 2, 19),
      kit.call('sched_setaffinity', 2, 8, kit.words(1)),
      kit.call('sched_setscheduler', 2, 0, kit.ints(0)),
      kit.call('ioprio_set', 1, 2, 0),
    ],
    filter: 'prlimit64',
    landlock: ['ESRCH', 'ESRCH', 'ESRCH', 'ESRCH', 'ESRCH'],
  },
  {
    name: 'raising its own priority or becoming real-time',
    code: (kit) => [
      kit.call('setpriority', 0, 0, -20),
      kit.call('sched_setscheduler', 0, 1, kit.ints(1)),
      kit.call('ioprio_set', 1, 0, 1 << 13),
    ],
    filter: 'setpriority',
    landlock: ['EACCES', 'EPERM', 'EPERM'],
  },
  {
    name: '/proc: by every name that leads there',
    code: (kit) =>
      [
        '/proc',
        '/proc/self/mem',
        '/proc/1/exe',
        '/proc/2/environ',
        '/proc/self/fd/0',
        '/proc/self/root/etc/passwd',
      ].map((path) => kit.call('openat', -100, kit.text(path), 0, 0)),
    filter: 'openat',
    landlock: ['ENOENT', 'ENOENT', 'ENOENT', 'ENOENT', 'ENOENT', 'ENOENT'],
  },
  {
    name: 'mounting a /proc of its own',
    code: (kit) => [
      kit.call('mount', kit.text('proc'), kit.text('/'), kit.text('proc'), 0, 0),
      kit.call('fsopen', kit.text('proc'), 0),
    ],
    filter: 'mount',
    landlock: ['EPERM', 'EPERM'],
  },
  {
    name: 'execve and execveat: of anything',
    code: (kit) => [
      kit.call('execve', kit.text('/bin/sh'), kit.words(0), kit.words(0)),
      kit.call('execveat', kit.fds[0] ?? -1, kit.text(''), kit.words(0), kit.words(0), 0x1000),
    ],
    filter: 'execve',
    landlock: ['ENOENT', 'EACCES'],
  },
];

testWalls(attempts);
