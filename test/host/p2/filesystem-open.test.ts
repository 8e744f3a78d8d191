import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFlags } from '../../../native/data.ts';
import { escapes } from '../p1/escapes.ts';
import { native } from './guest.ts';
import { planted } from './tree.ts';

/** null: it is closed already, as the one that lists them. */
function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

const openFds = (): number => readdirSync('/proc/self/fd').length;

test('open-at opens what is there, and says of what kind it is', () => {
  const { guest } = planted();
  const file = guest.open('file');
  expect(guest.try('get-type', 1, file)).toBe('ok');
  expect(guest.stat(file)).toMatchObject({ type: 'regular-file', size: 13n });
  expect(guest.stat(guest.open('dir/'))).toMatchObject({ type: 'directory' });
  expect(guest.stat(guest.open('link', { follow: true }))).toMatchObject({ type: 'regular-file' });
  expect(guest.tryOpen('link')).toBe('loop');
  expect(guest.tryOpen('missing')).toBe('no-entry');
  expect(guest.tryOpen('')).toBe('no-entry');
  expect(guest.tryOpen('file/x')).toBe('not-directory');
  expect(guest.tryOpen('loop', { follow: true })).toBe('loop');
  expect(guest.tryOpen('x\0y')).toBe('invalid');
  expect(guest.tryOpen('x'.repeat(256))).toBe('name-too-long');
  expect(guest.tryOpen('x/'.repeat(2048))).toBe('name-too-long');
});

test('open-at stays beneath its directory', () => {
  const { guest } = planted();
  for (const name of escapes) {
    for (const follow of [false, true]) {
      for (const how of [[], ['create'], ['directory']]) {
        const outcome = guest.tryOpen(name, { follow, how });
        expect([name, follow, outcome]).toEqual([
          name,
          follow,
          expect.stringMatching(/not-permitted|loop|not-directory/),
        ]);
      }
    }
  }
});

test('open-flags: create, exclusive, truncate, directory', () => {
  const { guest, folder } = planted();
  guest.open('new', { how: ['create'], flags: ['write'] });
  expect(existsSync(join(folder, 'new'))).toBe(true);
  expect(guest.tryOpen('new', { how: ['create', 'exclusive'] })).toBe('exist');
  guest.open('file', { how: ['truncate'], flags: ['write'] });
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('');
  guest.open('dir', { how: ['directory'] });
  expect(guest.tryOpen('file', { how: ['directory'] })).toBe('not-directory');
  for (const flag of ['create', 'exclusive', 'truncate']) {
    expect([flag, guest.tryOpen('dir', { how: ['directory', flag] })]).toEqual([flag, 'invalid']);
  }
  expect(guest.tryOpen('dir', { flags: ['write'] })).toBe('is-directory');
  expect(guest.tryOpen('dir', { how: ['create'] })).toBe('is-directory');
  expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o666 & ~process.umask());
});

test('flags that a type does not have mean nothing', () => {
  const { guest } = planted();
  const call = (pathFlags: number, how: number, flags: number): string =>
    guest.try('open-at', 4, guest.root, pathFlags, ...guest.path('file'), how, flags);
  expect(call(0xfffffffe, 0xfffffff0, 0xffffffc1)).toBe('ok');
  expect(guest.flagsOf(guest.u32(0x104))).toEqual(['read']);
});

test('get-flags tells how it was opened', () => {
  const { guest } = planted();
  const flagsOf = (path: string, flags: readonly string[]): string[] => guest.flagsOf(guest.open(path, { flags }));
  expect(guest.flagsOf(guest.root)).toEqual(['read', 'mutate-directory']);
  expect(flagsOf('file', [])).toEqual(['read']);
  expect(flagsOf('file', ['read', 'write'])).toEqual(['read', 'write']);
  expect(flagsOf('file', ['write', 'mutate-directory'])).toEqual(['write']);
  const sync = ['write', 'file-integrity-sync', 'data-integrity-sync', 'requested-write-sync'];
  expect(flagsOf('file', sync)).toEqual(sync);
  expect(flagsOf('dir', ['read'])).toEqual(['read']);
  expect(flagsOf('dir', ['mutate-directory'])).toEqual(['read', 'mutate-directory']);
});

test('the integrity flags reach the kernel', () => {
  const { guest, folder } = planted();
  const target = join(folder, 'file');
  const fds = (): string[] => readdirSync('/proc/self/fd').filter((fd) => linkOf(`/proc/self/fd/${fd}`) === target);
  const statusFlags = (flags: readonly string[]): number => {
    const before = fds();
    guest.open('file', { flags: ['write', ...flags] });
    const fd = fds().find((name) => !before.includes(name));
    const line = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
    return Number.parseInt(line ?? '', 8);
  };
  const [dataSync, sync] = [0o10000, 0o4010000];
  expect(statusFlags([]) & sync).toBe(0);
  expect(statusFlags(['data-integrity-sync']) & sync).toBe(dataSync);
  expect(statusFlags(['file-integrity-sync']) & sync).toBe(sync);
  expect(statusFlags(['requested-write-sync']) & sync).toBe(sync);
});

test('a directory without mutate-directory may be changed, as in wasmtime; a read-only grant may not', () => {
  const { guest, folder } = planted();
  const dir = guest.open('dir');
  expect(guest.try('create-directory-at', 1, dir, ...guest.path('made'))).toBe('ok');
  expect(existsSync(join(folder, 'dir/made'))).toBe(true);
  const readOnly = planted({ readOnly: true }).guest;
  expect(readOnly.flagsOf(readOnly.root)).toEqual(['read']);
  expect(readOnly.tryOpen('dir', { flags: ['mutate-directory'] })).toBe('read-only');
  const beneath = readOnly.open('dir');
  expect(readOnly.tryOpen('.', { dir: beneath, flags: ['mutate-directory'] })).toBe('read-only');
});

test('no more files than the ceiling, streams of directories among them', () => {
  const { guest, folder } = planted({ limits: { maxFiles: 7, maxOutputBytes: 1, memoryBytes: 1 } });
  const before = openFds();
  const handles = [guest.open('file'), guest.open('file'), guest.open('dir')];
  expect(guest.tryOpen('file')).toBe('insufficient-memory');
  expect(guest.tryOpen('made', { how: ['create'] })).toBe('insufficient-memory');
  expect(existsSync(join(folder, 'made'))).toBe(false);
  expect(guest.readDirectory(guest.root)).toBe('insufficient-memory');
  guest.closeDescriptor(handles.pop() ?? 0);
  const stream = guest.readDirectory(guest.root) as number;
  expect(guest.tryOpen('file')).toBe('insufficient-memory');
  guest.drop('wasi:filesystem/types', 'directory-entry-stream', stream);
  handles.push(guest.open('file'));
  for (const handle of handles) guest.closeDescriptor(handle);
  expect(openFds()).toBe(before);
});

test('what is dropped is closed, streams of it included', () => {
  const { guest } = planted();
  const before = openFds();
  const file = guest.open('file', { flags: ['read', 'write'] });
  const [reader, writer] = [guest.stream('read', file), guest.stream('append', file)] as number[];
  guest.closeDescriptor(file);
  expect(openFds()).toBe(before + 1);
  expect(guest.readStream(reader ?? 0, 5)).toBe('read hello');
  guest.dropStream('input', reader ?? 0);
  expect(guest.writeAndFlush(writer ?? 0, 'more')).toBe('ok');
  guest.dropStream('output', writer ?? 0);
  expect(openFds()).toBe(before);
});

test('get-directories gives each preopen by its name, with handles of its own each time', () => {
  const { folder } = planted();
  mkdirSync(join(folder, 'dir/sub'));
  symlinkSync('sub', join(folder, 'dir/alias'));
  const { guest } = planted({
    dirs: [
      { host: folder, guest: '/' },
      { host: join(folder, 'dir'), guest: '/dätä' },
      { host: join(folder, 'dir/sub'), guest: '.' },
    ],
  });
  const [first, second] = [guest.preopens(), guest.preopens()];
  expect(first.map(({ name }) => name)).toEqual(['/', '/dätä', '.']);
  expect(new Set([...first, ...second].map(({ handle }) => handle)).size).toBe(6);
  for (const { handle } of first) guest.closeDescriptor(handle);
  expect(guest.entries(second[1]?.handle ?? 0)).toEqual(['directory sub', 'regular-file inner', 'symbolic-link alias']);
  expect(planted({ dirs: [] }).guest.preopens()).toEqual([]);
});

test('a FIFO is read and written without a position', () => {
  const { guest, folder } = planted();
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  // Both ends, so that neither open waits for the other.
  const other = native.openAt(
    guest.fdOf(0),
    new TextEncoder().encode('fifo').buffer,
    0,
    4,
    openFlags.read | openFlags.write,
  );
  const fifo = guest.open('fifo', { flags: ['write'] });
  expect(guest.stat(fifo)).toMatchObject({ type: 'unknown' });
  const writer = guest.stream('write', fifo, 1000n) as number;
  expect(guest.writeAndFlush(writer, 'through')).toBe('ok');
  const reader = guest.stream('read', guest.open('fifo'), 5n) as number;
  expect(guest.readStream(reader, 100)).toBe('read through');
  expect(guest.readStream(reader, 100, { wait: false })).toBe('read ');
  expect(guest.read(fifo, 1n, 0n)).toBe('invalid-seek');
  native.closeFd(other & 0x7ffffff);
});
