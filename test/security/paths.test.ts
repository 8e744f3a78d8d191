/** Paths: out of a granted directory by every road, with the filter in place and with the walls behind it alone. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { attack } from '../helpers/attack.ts';
import { type Attempt, testWalls } from '../helpers/attack-walls.ts';

const base = mkdtempSync(join(tmpdir(), 'attack-paths-'));
mkdirSync(join(base, 'granted/deep/er'), { recursive: true });
mkdirSync(join(base, 'read-only'));
writeFileSync(join(base, 'secret'), 'canary');
writeFileSync(join(base, 'granted/file'), 'allowed');
writeFileSync(join(base, 'read-only/file'), 'allowed');
symlinkSync('../secret', join(base, 'granted/up'));
symlinkSync(join(base, 'secret'), join(base, 'granted/absolute'));
symlinkSync('/proc/self/root/etc/passwd', join(base, 'granted/magic'));
symlinkSync('/proc/self/fd', join(base, 'granted/fds'));
symlinkSync('..', join(base, 'granted/parent'));

afterAll(() => rmSync(base, { recursive: true }));

const flags = ['--dir', `${base}/granted::/data`, '--dir', `${base}/read-only::/ro:ro`];

/** fds[1] is the writable directory, fds[2] the read-only one. O_RDONLY, no resolve flags: the kernel's walls only. */
const attempts: Attempt[] = [
  {
    name: '.. from a directory, once and deep',
    code: (kit) => {
      const dir = kit.fds[1] ?? -1;
      const deep = Number(kit.openat2(dir, 'deep/er', 0));
      return [
        kit.openat2(dir, '../secret', 0),
        kit.openat2(deep, '../../../secret', 0),
        kit.openat2(dir, 'parent/secret', 0),
        kit.openat2(dir, '../../../../../../etc/passwd', 0),
      ];
    },
    filter: null,
    // The mount ends at its root, where ".." leads back to itself.
    landlock: ['ENOENT', 'ENOENT', 'ENOENT', 'ENOENT'],
  },
  {
    name: 'absolute paths: the root is empty',
    code: (kit) => {
      const dir = kit.fds[1] ?? -1;
      return [
        kit.openat2(dir, '/etc/passwd', 0),
        kit.openat2(dir, '/proc/self/mem', 0),
        kit.openat2(dir, '/sys/fs/cgroup', 0),
        kit.openat2(dir, '/dev/null', 0),
        kit.openat2(dir, '/new', 0o101),
      ];
    },
    filter: null,
    landlock: ['ENOENT', 'ENOENT', 'ENOENT', 'ENOENT', 'EROFS'],
  },
  {
    name: 'symbolic links: up, absolute, magic',
    code: (kit) => ['up', 'absolute', 'magic', 'fds', 'fds/0'].map((name) => kit.openat2(kit.fds[1] ?? -1, name, 0)),
    filter: null,
    landlock: ['ENOENT', 'ENOENT', 'ENOENT', 'ENOENT', 'ENOENT'],
  },
  {
    name: 'renaming and linking between directories that were granted apart',
    code: (kit) => {
      const [, dir = -1, readOnly = -1] = kit.fds;
      return [
        kit.call('renameat2', dir, kit.text('file'), readOnly, kit.text('new'), 0),
        kit.call('linkat', dir, kit.text('file'), readOnly, kit.text('new'), 0),
        kit.call('renameat2', readOnly, kit.text('file'), dir, kit.text('stolen'), 0),
        kit.call('linkat', readOnly, kit.text('file'), dir, kit.text('stolen'), 0),
      ];
    },
    filter: null,
    landlock: ['EXDEV', 'EROFS', 'EXDEV', 'EXDEV'],
  },
  {
    name: 'read-only: writing, creating, truncating, deleting, times',
    code: (kit) => {
      const dir = kit.fds[2] ?? -1;
      return [
        kit.openat2(dir, 'file', 1),
        kit.openat2(dir, 'file', 0o1000),
        kit.openat2(dir, 'new', 0o102),
        kit.call('mkdirat', dir, kit.text('new'), 0o755),
        kit.call('unlinkat', dir, kit.text('file'), 0),
        kit.call('symlinkat', kit.text('x'), dir, kit.text('new')),
        kit.call('renameat2', dir, kit.text('file'), dir, kit.text('new'), 0),
        kit.call('utimensat', Number(kit.openat2(dir, 'file', 0)), kit.text(''), 0, 0x1000),
      ];
    },
    filter: null,
    landlock: ['EROFS', 'EROFS', 'EROFS', 'EROFS', 'EROFS', 'EROFS', 'EROFS', 'EROFS'],
  },
  {
    name: 'read-only: making the mount writable',
    code: (kit) => [
      kit.call('mount_setattr', kit.fds[2] ?? -1, kit.text(''), 0x1000, kit.words(0, 1, 0, 0), 32),
      kit.call('open_tree', kit.fds[2] ?? -1, kit.text(''), 0x1001),
      kit.call('move_mount', kit.fds[2] ?? -1, kit.text(''), -100, kit.text('/'), 4),
    ],
    filter: 'mount_setattr',
    landlock: ['EPERM', 'EPERM', 'EPERM'],
  },
  {
    name: 'devices, pipes and sockets as files; set-uid and capabilities on files',
    code: (kit) => {
      const dir = kit.fds[1] ?? -1;
      return [
        kit.call('mknodat', dir, kit.text('disk'), 0o60666, 0x800),
        kit.call('mknodat', dir, kit.text('null'), 0o20666, 0x103),
        kit.call('mknodat', dir, kit.text('pipe'), 0o10666, 0),
        kit.call('fchmodat', dir, kit.text('file'), 0o4755),
        kit.call('fchownat', dir, kit.text('file'), 0, 0, 0),
        kit.call(
          'fsetxattr',
          Number(kit.openat2(dir, 'file', 2)),
          kit.text('security.capability'),
          kit.ints(0x02000001, -1, 0, -1, 0),
          20,
          0,
        ),
      ];
    },
    filter: 'mknodat',
    // Changing one's own file's mode is a right; nosuid and no_new_privs make set-uid worthless.
    landlock: ['EACCES', 'EACCES', 'EACCES', 0, 'EINVAL', 'EPERM'],
    others: ['EPERM', 'EPERM', 0, 0, 'EINVAL', 'EPERM'],
  },
  {
    name: 'chdir and chroot into a granted directory, then up',
    code: (kit) => [
      kit.call('fchdir', kit.fds[1] ?? -1),
      kit.call('chroot', kit.text('.')),
      kit.call('chdir', kit.text('../../..')),
      kit.call('openat', -100, kit.text('secret'), 0),
      kit.call('openat', -100, kit.text('../secret'), 0),
    ],
    filter: 'fchdir',
    landlock: [0, 'EPERM', 0, 'ENOENT', 'ENOENT'],
  },
  {
    name: 'handles: naming a file by its inode (open_by_handle_at)',
    code: (kit) => {
      const dir = kit.fds[1] ?? -1;
      const handle = new Uint8Array(136);
      new DataView(handle.buffer).setUint32(0, 128, true);
      const id = kit.ints(0);
      const named = kit.call('name_to_handle_at', dir, kit.text('file'), handle, id, 0);
      return [named, kit.call('open_by_handle_at', Number(kit.openat2(dir, '.', 0)), handle, 0)];
    },
    filter: 'name_to_handle_at',
    landlock: [0, 'EPERM'],
  },
];

testWalls(attempts, { flags });

describe('races', () => {
  test('a directory swapped for a link ten thousand times is never followed out', async () => {
    const running = join(base, 'granted/race');
    mkdirSync(join(running, 'a'), { recursive: true });
    writeFileSync(join(running, 'a/secret'), 'allowed');
    symlinkSync('../../..', join(running, 'link'));
    // One child swaps a and link by RENAME_EXCHANGE while the parent opens a/secret.
    const { value } = await attack(
      (kit) => {
        const dir = Number(kit.openat2(kit.fds[1] ?? -1, 'race', 0));
        const bytes = new Uint8Array(16);
        const seen = new Set<string>();
        const names = { a: kit.text('a'), link: kit.text('link') };
        for (let i = 0; i < 10_000; i++) {
          if (i % 3 === 0) kit.call('renameat2', dir, names.a, dir, names.link, 2);
          const fd = kit.openat2(dir, 'a/secret', 0);
          if (typeof fd === 'string') seen.add(fd);
          else {
            const n = Number(kit.call('read', fd, bytes, 16));
            seen.add(new TextDecoder().decode(bytes.subarray(0, n)));
            kit.call('close', fd);
          }
        }
        return [...seen].sort();
      },
      { flags, without: ['seccomp', 'landlock'] },
    );
    expect(value).toEqual(['ENOENT', 'allowed']);
  });

  test('a directory moved out of the grant by the host, while it is open, does not open the way up', async () => {
    mkdirSync(join(base, 'granted/movable/inner'), { recursive: true });
    const { value } = await attack(
      (kit) => {
        const inner = Number(kit.openat2(kit.fds[1] ?? -1, 'movable/inner', 0));
        // The host is played by the container here, which may rename within its own grant.
        kit.call('renameat2', inner, kit.text('.'), kit.fds[1] ?? -1, kit.text('elsewhere'), 0);
        return [kit.openat2(inner, '../../secret', 0), kit.openat2(inner, '../../../../../etc/passwd', 0)];
      },
      { flags, without: ['seccomp', 'landlock'] },
    );
    expect(value).toEqual(['ENOENT', 'ENOENT']);
  });
});

test('nothing outside was changed', () => {
  expect(readFileSync(join(base, 'secret'), 'utf8')).toBe('canary');
  expect(readFileSync(join(base, 'read-only/file'), 'utf8')).toBe('allowed');
});
