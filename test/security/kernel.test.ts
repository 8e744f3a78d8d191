/** Kernel surfaces: large interfaces with a history of holes, none of which a guest needs. */
import { type Attempt, testWalls } from '../helpers/attack-walls.ts';

const attempts: Attempt[] = [
  {
    name: 'io_uring_setup',
    code: (kit) => kit.call('io_uring_setup', 8, new Uint8Array(120)),
    filter: 'io_uring_setup',
    // RLIMIT_MEMLOCK is 0.
    landlock: 'ENOMEM',
  },
  {
    name: 'bpf: a map, a program',
    code: (kit) => [
      kit.call('bpf', 0, kit.words(0x400000002, 0x100000004, 0, 0), 32),
      kit.call('bpf', 5, kit.words(1, 0), 16),
    ],
    filter: 'bpf',
    landlock: ['EPERM', 'EPERM'],
  },
  {
    name: 'userfaultfd',
    code: (kit) => kit.call('userfaultfd', 0),
    filter: 'userfaultfd',
    landlock: 'EPERM',
  },
  {
    name: 'perf_event_open: itself and the machine',
    code: (kit) => {
      const attributes = kit.words(0x80_00000001n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      return [
        kit.call('perf_event_open', attributes, 0, -1, -1, 0),
        kit.call('perf_event_open', attributes, -1, 0, -1, 0),
      ];
    },
    filter: 'perf_event_open',
    landlock: ['EACCES', 'EACCES'],
  },
  {
    name: 'modules, kexec, quota, syslog',
    code: (kit) =>
      [
        kit.call('init_module', new Uint8Array(8), 8, kit.text('')),
        kit.call('finit_module', 0, kit.text(''), 0),
        kit.call('delete_module', kit.text('x'), 0),
        kit.call('kexec_load', 0, 0, 0, 0),
        kit.call('syslog', 2, new Uint8Array(64), 64),
        kit.call('iopl', 3),
        kit.call('ioperm', 0, 1, 1),
        kit.call('open_by_handle_at', 0, kit.words(8 + 2 ** 32, 0, 0), 0),
      ].map((answer) => typeof answer),
    filter: 'init_module',
    // EPERM, or ENOSYS where the kernel was built without.
    landlock: Array(8).fill('string'),
  },
  {
    name: 'ioctl: typing into the terminal (TIOCSTI, TIOCLINUX), on every descriptor',
    code: (kit) => [
      ...new Set(
        [0, 1, 2, ...kit.fds, kit.controlFd].flatMap((fd) =>
          [0x5412, 0x541c].map((request) => kit.call('ioctl', fd, request, kit.text('x'))),
        ),
      ),
    ],
    filter: 'ioctl',
    landlock: ['ENOTTY', 'EBADF'],
  },
  {
    name: 'memfd_create and executing what it holds',
    code: (kit) => {
      const fd = Number(kit.call('memfd_create', kit.text('x'), 0x10));
      return kit.call('execveat', fd, kit.text(''), kit.words(0), kit.words(0), 0x1000);
    },
    filter: 'memfd_create',
    // An empty file: the kernel would run another. In the same process, with the same walls and no new privileges.
    landlock: 'ENOEXEC',
  },
  {
    name: 'message queues, semaphores and shared memory: only in its own IPC namespace, and none by RLIMIT_MSGQUEUE',
    code: (kit) => [
      kit.call('mq_open', kit.text('queue'), 0o102, 0o600, 0),
      kit.call('shmget', 0x1234, 4096, 0),
      kit.call('msgget', 0x1234, 0),
      kit.call('semget', 0x1234, 1, 0),
    ],
    filter: 'mq_open',
    landlock: ['EMFILE', 'ENOENT', 'ENOENT', 'ENOENT'],
  },
  {
    name: 'fanotify of a whole file system, quotas, cookies of paths',
    code: (kit) => [
      kit.call('fanotify_init', 0, 0),
      typeof kit.call('quotactl', 0x80000700, kit.text('/dev/vda'), 0, new Uint8Array(128)),
      typeof kit.call('lookup_dcookie', 0, new Uint8Array(64), 64),
    ],
    filter: 'fanotify_init',
    landlock: ['EPERM', 'string', 'string'],
  },
];

testWalls(attempts);
