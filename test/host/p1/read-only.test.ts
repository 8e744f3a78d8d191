import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { expectGolden, plantTree } from './golden.ts';
import { createGuest, dirRights } from './guest.ts';
import { buffer, path, putText, result, secondPath } from './layout.ts';

describe('read-only directories', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wasmctr-p1-ro-'));
  const writable = mkdtempSync(join(tmpdir(), 'wasmctr-p1-rw-'));
  plantTree(folder);
  afterAll(() => {
    rmSync(folder, { recursive: true });
    rmSync(writable, { recursive: true });
  });

  test('refuse every change with EROFS, and let everything be read', async () => {
    const dirs = [
      { host: folder, guest: '/ro', readOnly: true },
      { host: writable, guest: '/rw' },
    ];
    const guest = await createGuest({ dirs });
    const { call } = guest;
    const open = (name: string, oflags: number, rights: bigint): void =>
      void call.path_open?.(3, 1, ...path(guest, name), oflags, rights, 0n, 0, result);
    for (const name of ['file', 'link', 'dir', 'missing']) open(name, 0, 2n);
    for (const name of ['file', 'dangling', 'missing', '../x']) open(name, 0, 0x42n);
    for (const name of ['file', 'missing', 'dangling', 'up/x']) open(name, 1, 2n);
    for (const name of ['file', 'missing']) open(name, 5, 2n);
    for (const name of ['file', 'missing']) open(name, 8, 2n);
    open('file', 1, 0x42n);
    for (const name of ['dir', 'dir/']) open(name, 0, 0x42n);
    open('dir', 1, 2n);
    for (const oflags of [0, 1, 5]) call.path_open?.(3, 0, ...path(guest, 'link'), oflags, 0x42n, 0n, 0, result);
    const fd = guest.open('file', { rights: 0x0aa0_0006 });
    call.fd_read?.(fd, ...putText(guest, '     '), result);
    call.fd_filestat_set_times?.(fd, 0n, 0n, 5);
    const dir = guest.open('dir', { rights: dirRights });
    call.fd_filestat_set_times?.(dir, 0n, 0n, 5);
    for (const at of [3, dir]) {
      call.path_create_directory?.(at, ...path(guest, 'x'));
      call.path_remove_directory?.(at, ...path(guest, 'x'));
      call.path_unlink_file?.(at, ...path(guest, 'inner'));
      call.path_symlink?.(...path(guest, 'a'), at, ...secondPath(guest, 'x'));
      call.path_rename?.(at, ...path(guest, 'inner'), 4, ...secondPath(guest, 'x'));
      call.path_rename?.(4, ...path(guest, 'x'), at, ...secondPath(guest, 'x'));
      call.path_link?.(at, 0, ...path(guest, 'inner'), 4, ...secondPath(guest, 'x'));
      call.path_link?.(4, 0, ...path(guest, 'x'), at, ...secondPath(guest, 'x'));
      call.path_filestat_set_times?.(at, 0, ...path(guest, 'inner'), 0n, 0n, 5);
      call.path_filestat_get?.(at, 0, ...path(guest, at === 3 ? 'dir/inner' : 'inner'), buffer);
    }
    expectGolden('read_only', guest.trace);
    guest.close();
  });
});

describe('magic links', () => {
  test('of /proc are not followed', async () => {
    const guest = await createGuest({ dirs: [{ host: '/proc/self', guest: '/' }] });
    for (const name of ['root', 'cwd', 'exe', 'fd/0', 'root/etc/passwd', 'cwd/package.json']) {
      const status = guest.call.path_open?.(3, 1, ...path(guest, name), 0, 2n, 0n, 0, result);
      expect([name, status]).toEqual([name, 'ELOOP']);
      expect(guest.call.path_filestat_get?.(3, 1, ...path(guest, name), buffer)).toBe('ELOOP');
    }
    guest.close();
  });
});
