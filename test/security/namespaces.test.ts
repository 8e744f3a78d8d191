/** Namespaces and mounts: nothing may be joined, made, mounted, or entered again. */
import { type Attempt, testWalls } from '../helpers/attack-walls.ts';

const attempts: Attempt[] = [
  {
    name: 'unshare: every namespace but the user namespace',
    code: (kit) =>
      [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x20000000, 0x40000000, 0x80].map((flag) => kit.call('unshare', flag)),
    filter: 'unshare',
    landlock: Array(7).fill('EPERM'),
  },
  {
    name: 'unshare: a user namespace, alone and with a mount namespace',
    code: (kit) => [kit.call('unshare', 0x10000000), kit.call('unshare', 0x10020000)],
    filter: 'unshare',
    landlock: ['ENOSPC', 'ENOSPC'],
  },
  {
    name: 'clone and clone3: a child in a new user namespace',
    code: (kit) => [
      kit.call('clone3', kit.words(0x10000000, 0, 0, 0, 17, 0, 0, 0), 64),
      kit.call('clone', 0x10000000 | 0x8000000 | 17, 0, 0, 0, 0),
    ],
    filter: 'clone3',
    landlock: ['ENOSPC', 'ENOSPC'],
  },
  {
    name: 'setns: through every descriptor it has',
    code: (kit) => [...new Set(Array.from({ length: 64 }, (_, fd) => kit.call('setns', fd, 0)))],
    filter: 'setns',
    landlock: ['EINVAL', 'EBADF'],
  },
  {
    name: 'mount: tmpfs, bind and remount',
    code: (kit) => [
      kit.call('mount', kit.text('none'), kit.text('/'), kit.text('tmpfs'), 0, 0),
      kit.call('mount', kit.text('/'), kit.text('/'), 0, 0x1000, 0),
      kit.call('mount', kit.text('none'), kit.text('/'), 0, 0x20, 0),
    ],
    filter: 'mount',
    landlock: ['EPERM', 'EPERM', 'EPERM'],
  },
  {
    name: 'umount2: the root, to see what is beneath',
    code: (kit) => [kit.call('umount2', kit.text('/'), 2), kit.call('umount2', kit.text('.'), 2)],
    filter: 'umount2',
    landlock: ['EPERM', 'EPERM'],
  },
  {
    name: 'pivot_root and chroot',
    code: (kit) => [kit.call('pivot_root', kit.text('.'), kit.text('.')), kit.call('chroot', kit.text('.'))],
    filter: 'pivot_root',
    landlock: ['EPERM', 'EPERM'],
  },
  {
    name: 'the new mount calls: fsopen, open_tree, fspick, move_mount, mount_setattr, fsmount',
    code: (kit) => [
      kit.call('fsopen', kit.text('tmpfs'), 0),
      kit.call('open_tree', -100, kit.text('/'), 1),
      kit.call('fspick', -100, kit.text('/'), 0),
      kit.call('move_mount', -100, kit.text('/'), -100, kit.text('/'), 0),
      kit.call('mount_setattr', -100, kit.text('/'), 0, kit.words(0, 1, 0, 0), 32),
      kit.call('fsmount', 0, 0, 0),
    ],
    filter: 'fsopen',
    landlock: ['EPERM', 'EPERM', 'EPERM', 'EPERM', 'EPERM', 'EPERM'],
  },
  {
    name: 'listmount: only its own empty root',
    code: (kit) =>
      kit.call('listmount', kit.words(32, 0xffffffffffffffffn, 0, 0), kit.words(0, 0, 0, 0, 0, 0, 0, 0), 8, 0),
    filter: 'listmount',
    landlock: 1,
  },
  {
    name: 'setuid, setgid, setgroups, capset and securebits: back to privilege',
    code: (kit) => [
      kit.call('setresuid', 0, 0, 0),
      kit.call('setresgid', 0, 0, 0),
      kit.call('setgroups', 1, kit.ints(0)),
      [kit.call('setfsuid', 0), kit.call('setfsuid', 0)].includes(0),
      kit.call('capset', kit.ints(0x20080522, 0), kit.ints(-1, -1, -1, -1, -1, -1)),
      kit.call('prctl', 28, 0, 0, 0, 0),
      kit.call('prctl', 47, 2, 21, 0, 0),
    ],
    filter: 'setresuid',
    // EINVAL: no other id is in the map.
    landlock: ['EINVAL', 'EINVAL', 'EPERM', false, 'EPERM', 'EPERM', 'EPERM'],
  },
  {
    name: 'sethostname, setdomainname, settimeofday, clock_settime, reboot, swapon, acct, personality',
    code: (kit) => [
      kit.call('sethostname', kit.text('owned'), 5),
      kit.call('setdomainname', kit.text('owned'), 5),
      kit.call('settimeofday', kit.words(0, 0), 0),
      kit.call('clock_settime', 0, kit.words(0, 0)),
      kit.call('reboot', 0xfee1dead, 672274793, 0, 0),
      kit.call('swapon', kit.text('/'), 0),
      kit.call('acct', 0),
    ],
    filter: 'sethostname',
    landlock: Array(7).fill('EPERM'),
  },
];

testWalls(attempts);
