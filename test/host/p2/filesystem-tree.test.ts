import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { escapes } from '../p1/escapes.ts';
import type { FilesystemGuest } from './filesystem.ts';
import { result } from './guest.ts';
import { planted } from './tree.ts';

/** The functions of one path. */
const onPath = ['create-directory-at', 'remove-directory-at', 'unlink-file-at'] as const;

function act(guest: FilesystemGuest, method: (typeof onPath)[number], path: string, dir = guest.root): string {
  return guest.try(method, 1, dir, ...guest.path(path));
}

function rename(guest: FilesystemGuest, from: string, to: string, dirs: readonly number[] = []): string {
  const [dir = guest.root, toDir = guest.root] = dirs;
  return guest.try('rename-at', 1, dir, ...guest.path(from), toDir, ...guest.secondPath(to));
}

function link(guest: FilesystemGuest, from: string, to: string, dirs: readonly number[] = [], flags = 0): string {
  const [dir = guest.root, toDir = guest.root] = dirs;
  return guest.try('link-at', 1, dir, flags, ...guest.path(from), toDir, ...guest.secondPath(to));
}

function symlink(guest: FilesystemGuest, target: string, path: string, dir = guest.root): string {
  return guest.try('symlink-at', 1, dir, ...guest.path(target), ...guest.secondPath(path));
}

function readLink(guest: FilesystemGuest, path: string): string {
  const outcome = guest.try('readlink-at', 4, guest.root, ...guest.path(path));
  return outcome === 'ok' ? `-> ${guest.text(result + 4)}` : outcome;
}

test('create-directory-at', () => {
  const { guest, folder } = planted();
  expect(act(guest, 'create-directory-at', 'new')).toBe('ok');
  expect(act(guest, 'create-directory-at', 'new/deeper/')).toBe('ok');
  expect(lstatSync(join(folder, 'new/deeper')).isDirectory()).toBe(true);
  expect(act(guest, 'create-directory-at', 'new')).toBe('exist');
  expect(act(guest, 'create-directory-at', 'missing/x')).toBe('no-entry');
  expect(act(guest, 'create-directory-at', 'file/x')).toBe('not-directory');
});

test('remove-directory-at', () => {
  const { guest, folder } = planted();
  mkdirSync(join(folder, 'empty'));
  expect(act(guest, 'remove-directory-at', 'empty')).toBe('ok');
  expect(existsSync(join(folder, 'empty'))).toBe(false);
  expect(act(guest, 'remove-directory-at', 'dir')).toBe('not-empty');
  expect(act(guest, 'remove-directory-at', 'file')).toBe('not-directory');
  expect(act(guest, 'remove-directory-at', 'dirlink')).toBe('not-directory');
  expect(act(guest, 'remove-directory-at', 'missing')).toBe('no-entry');
  expect(act(guest, 'remove-directory-at', '.')).toBe('invalid');
});

test('unlink-file-at', () => {
  const { guest, folder } = planted();
  const open = guest.open('file');
  for (const name of ['file', 'link', 'dangling'])
    expect([name, act(guest, 'unlink-file-at', name)]).toEqual([name, 'ok']);
  expect(guest.read(open, 5n, 0n)).toEqual(['hello', false]);
  expect(act(guest, 'unlink-file-at', 'file')).toBe('no-entry');
  expect(act(guest, 'unlink-file-at', 'dir')).toBe('is-directory');
  expect(existsSync(join(folder, 'dir'))).toBe(true);
});

test('rename-at moves within a directory, between two, and over what is there', () => {
  const { guest, folder } = planted();
  const dir = guest.open('dir');
  expect(rename(guest, 'file', 'moved', [guest.root, dir])).toBe('ok');
  expect(readFileSync(join(folder, 'dir/moved'), 'utf8')).toBe('hello, world\n');
  expect(rename(guest, 'dir/moved', 'dir/inner')).toBe('ok');
  expect(readFileSync(join(folder, 'dir/inner'), 'utf8')).toBe('hello, world\n');
  expect(rename(guest, 'dir', 'dir/inside')).toBe('invalid');
  expect(rename(guest, 'missing', 'x')).toBe('no-entry');
  expect(rename(guest, 'dir', 'link')).toBe('not-directory');
  expect(rename(guest, 'link', 'dir')).toBe('is-directory');
  expect(rename(guest, 'link', 'x', [guest.root, guest.open('dir/inner')])).toBe('not-directory');
});

test('rename-at and link-at between two file systems', () => {
  const { guest } = planted();
  const both = planted({
    dirs: [
      { host: guest.hostOf(0), guest: '/' },
      { host: '/dev/shm', guest: '/shm' },
    ],
  }).guest;
  const dirs = both.preopens().map(({ handle }) => handle);
  expect(rename(both, 'file', 'wasmctr-never-made', dirs)).toBe('cross-device');
  expect(link(both, 'file', 'wasmctr-never-made', dirs)).toBe('cross-device');
});

test('link-at', () => {
  const { guest, folder } = planted();
  expect(link(guest, 'file', 'second')).toBe('ok');
  expect(lstatSync(join(folder, 'second')).nlink).toBe(2);
  expect(link(guest, 'link', 'third')).toBe('ok');
  expect(readlinkSync(join(folder, 'third'))).toBe('file');
  expect(link(guest, 'file', 'second')).toBe('exist');
  expect(link(guest, 'missing', 'x')).toBe('no-entry');
  expect(link(guest, 'dir', 'x')).toBe('not-permitted');
  expect(link(guest, 'link', 'x', [], 1)).toBe('invalid');
  expect(existsSync(join(folder, 'x'))).toBe(false);
});

test('symlink-at and readlink-at', () => {
  const { guest, folder } = planted();
  expect(symlink(guest, 'dir/inner', 'new')).toBe('ok');
  expect(readlinkSync(join(folder, 'new'))).toBe('dir/inner');
  expect(readLink(guest, 'new')).toBe('-> dir/inner');
  expect(symlink(guest, 'x', 'new')).toBe('exist');
  expect(symlink(guest, '/etc/passwd', 'x')).toBe('not-permitted');
  expect(symlink(guest, 'x', 'missing/x')).toBe('no-entry');
  expect(symlink(guest, 'x', 'y', guest.open('file'))).toBe('not-directory');
  expect(readLink(guest, 'up')).toBe('-> ..');
  expect(readLink(guest, 'dirlink/')).toBe('invalid');
  expect(readLink(guest, 'absolute')).toBe('not-permitted');
  expect(readLink(guest, 'file')).toBe('invalid');
  expect(readLink(guest, 'missing')).toBe('no-entry');
  expect(readLink(guest, 'x'.repeat(5000))).toBe('name-too-long');
  const longest = 'ä/'.repeat(1364);
  symlinkSync(longest, join(folder, 'long'));
  expect(readLink(guest, 'long')).toBe(`-> ${longest}`);
  symlinkSync(Buffer.from([0x66, 0xff]), join(folder, 'odd'));
  expect(readLink(guest, 'odd')).toBe('illegal-byte-sequence');
});

describe('nothing leads out', () => {
  test.each(onPath)('by %s', (method) => {
    const { guest } = planted();
    for (const name of escapes) {
      const outcome = act(guest, method, name);
      // What a link itself is, is inside.
      const inside =
        method === 'unlink-file-at'
          ? /^(ok|not-permitted|loop|no-entry|is-directory)$/
          : /^(not-permitted|loop|exist|not-directory|no-entry)$/;
      expect([name, outcome]).toEqual([name, expect.stringMatching(inside)]);
    }
  });

  test('by either path of rename-at and link-at', () => {
    const { guest, folder } = planted();
    for (const name of ['/', '/tmp/x', '../x', 'up/x', 'dir/../../x', 'absolute/x']) {
      for (const call of [rename, link]) {
        expect([name, call(guest, 'file', name)]).toEqual([name, 'not-permitted']);
        expect([name, call(guest, name, 'x')]).toEqual([name, 'not-permitted']);
      }
      expect([name, symlink(guest, 'x', name)]).toEqual([name, 'not-permitted']);
    }
    expect(existsSync(join(folder, '../x'))).toBe(false);
  });
});

test('a read-only directory refuses every change', () => {
  const { guest: writable } = planted();
  const { guest } = planted({
    dirs: [
      { host: writable.hostOf(0), guest: '/ro', readOnly: true },
      { host: planted().folder, guest: '/rw' },
    ],
  });
  const [ro = 0, rw = 0] = guest.preopens().map(({ handle }) => handle);
  for (const method of onPath) expect([method, act(guest, method, 'dir/inner')]).toEqual([method, 'read-only']);
  for (const call of [rename, link]) {
    expect(call(guest, 'file', 'x', [ro, rw])).toBe('read-only');
    expect(call(guest, 'file', 'x', [rw, ro])).toBe('read-only');
  }
  expect(symlink(guest, 'a', 'x')).toBe('read-only');
  expect(guest.setTimes(ro, 'now', 'now')).toBe('read-only');
  expect(guest.setTimesAt('file', 'now', 'now')).toBe('read-only');
  expect(guest.setTimes(guest.open('file'), 'now', 'now')).toBe('read-only');
  expect(guest.tryOpen('file', { flags: ['write'] })).toBe('read-only');
  expect(guest.tryOpen('x', { how: ['create'] })).toBe('read-only');
  expect(guest.tryOpen('file', { how: ['truncate'] })).toBe('read-only');
  expect(guest.read(guest.open('file', { how: ['create'] }), 5n, 0n)).toEqual(['hello', false]);
  expect(readLink(guest, 'link')).toBe('-> file');
});
