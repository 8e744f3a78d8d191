/** Cache entries: what was put is what is got; anything else is a miss, never an error and never other bytes. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadNative } from '../../../native/load.ts';
import { openStore, type Store } from '../../../runtime/components/store.ts';
import { evict, listStore } from '../../../runtime/components/store-room.ts';

const native = loadNative();
const key = (text: string): Uint8Array => native.digestBytes(Buffer.from(text));
const artefact = Buffer.from('what was made');
const maxBytes = 1000;

let home: string;
let folder: string;
let store: Store;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'wasmctr-store-'));
  folder = join(home, 'wasmctr');
  store = openStore(native, { folder, maxBytes });
});

afterEach(() => {
  store.close();
  rmSync(home, { recursive: true, force: true });
});

async function got(name: string): Promise<string | null> {
  const found = await store.get('component', key(name));
  if (found === null) return null;
  const bytes = Buffer.alloc(found.bytes);
  readSync(found.fd, bytes, 0, found.bytes, 0);
  native.close(found.fd);
  return bytes.toString();
}

const entry = (name: string): string => join(folder, `component-${Buffer.from(key(name)).toString('hex')}`);

test('what was put is got, under its key and kind only', async () => {
  expect(await store.put('component', key('a'), artefact)).toBe(true);
  expect(await got('a')).toBe('what was made');
  expect(await got('b')).toBe(null);
  expect(await store.get('digest', key('a'))).toBe(null);
});

test('the folder and its entries are their user’s alone', async () => {
  await store.put('component', key('a'), artefact);
  expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  expect(lstatSync(entry('a')).mode & 0o777).toBe(0o600);
});

type Spoil = readonly [what: string, spoil: (path: string) => void];

const spoilt: readonly Spoil[] = [
  ['a flipped bit', (path) => writeFileSync(path, flipped(readFileSync(path), 0))],
  ['a flipped bit in its digest', (path) => writeFileSync(path, flipped(readFileSync(path), artefact.length + 40))],
  ['a byte less', (path) => truncateSync(path, lstatSync(path).size - 1)],
  ['no trailer', (path) => truncateSync(path, 10)],
  ['nothing', (path) => truncateSync(path, 0)],
  ['others who may read', (path) => chmodSync(path, 0o644)],
  ['others who may write', (path) => chmodSync(path, 0o602)],
];

test.each(spoilt)('an entry with %s is a miss, and gone', async (_what, spoil) => {
  await store.put('component', key('a'), artefact);
  spoil(entry('a'));
  expect(await got('a')).toBe(null);
  expect(existsSync(entry('a'))).toBe(false);
  await store.put('component', key('a'), artefact);
  expect(await got('a')).toBe('what was made');
});

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

test('another entry under its name is a miss', async () => {
  await store.put('component', key('a'), artefact);
  await store.put('component', key('b'), Buffer.from('of b'));
  renameSync(entry('b'), entry('a'));
  expect(await got('a')).toBe(null);
});

const replaced: readonly Spoil[] = [
  ['a symbolic link to an entry', (path) => symlinkSync(`${path}.old`, path)],
  ['a directory', (path) => mkdirSync(path)],
  ['a FIFO', (path) => execFileSync('mkfifo', [path])],
];

test.each(replaced)('%s in the place of an entry is a miss', async (_what, replace) => {
  await store.put('component', key('a'), artefact);
  renameSync(entry('a'), `${entry('a')}.old`);
  replace(entry('a'));
  expect(await got('a')).toBe(null);
});

test.runIf(process.geteuid?.() === 0)('an entry of another user is a miss', async () => {
  await store.put('component', key('a'), artefact);
  chownSync(entry('a'), 65534, 65534);
  expect(await got('a')).toBe(null);
});

function moveAndLink(path: string): void {
  renameSync(path, `${path}2`);
  symlinkSync(`${path}2`, path);
}

function makeFile(path: string): void {
  rmSync(path, { recursive: true });
  writeFileSync(path, '');
}

const distrusted: readonly Spoil[] = [
  ['is open to its group', (path) => chmodSync(path, 0o750)],
  ['is a symbolic link', moveAndLink],
  ['is a file', makeFile],
  ['belongs to another user', (path) => chownSync(path, 65534, 65534)],
];

test.runIf(process.geteuid?.() === 0).each(distrusted)('a folder that %s is not used', (_what, spoil) => {
  spoil(folder);
  expect(() => openStore(native, { folder, maxBytes })).toThrow(expect.objectContaining({ name: 'StoreUnavailable' }));
});

test.runIf(process.geteuid?.() === 0)('root makes no folder in the home of a user', () => {
  const theirs = join(home, 'user');
  mkdirSync(theirs);
  chownSync(theirs, 65534, 65534);
  expect(() => openStore(native, { folder: join(theirs, 'wasmctr'), maxBytes })).toThrow(/belongs to user 65534/);
  expect(readdirSync(theirs)).toEqual([]);
});

test('a folder that can’t be made leaves the cache out', () => {
  const place = { folder: '/proc/nowhere/wasmctr', maxBytes };
  expect(() => openStore(native, place)).toThrow(expect.objectContaining({ name: 'StoreUnavailable' }));
});

const entryBytes = artefact.length + 64;

test('the least recently used go first when it is full', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `n${i}`);
  for (const [i, name] of names.entries()) {
    await store.put('component', key(name), artefact);
    // A minute apart, the first the oldest.
    utimesSync(entry(name), new Date(), new Date(Date.now() - (30 - i) * 60_000));
  }
  // A use, which is noted to some minutes.
  expect(await got('n0')).not.toBe(null);
  await store.put('component', key('new'), artefact);
  const left = listStore(store.folderFd);
  expect(left.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(maxBytes);
  expect(left).toHaveLength(Math.floor(maxBytes / entryBytes));
  expect(await got('n0')).not.toBe(null);
  expect(await got('n1')).toBe(null);
  expect(await got('n2')).not.toBe(null);
  expect(await got('new')).not.toBe(null);
});

test('what is bigger than the cache is not kept, and drives nothing out', async () => {
  await store.put('component', key('a'), artefact);
  expect(await store.put('component', key('big'), new Uint8Array(maxBytes))).toBe(false);
  expect(await got('a')).not.toBe(null);
  expect(await got('big')).toBe(null);
});

test('what a killed writer left is removed, what a living one writes is not', async () => {
  const [left, fresh] = [join(folder, '.new-1-left'), join(folder, '.new-2-fresh')];
  writeFileSync(left, 'half');
  utimesSync(left, new Date(), new Date(Date.now() - 120_000));
  writeFileSync(fresh, 'half');
  expect(listStore(store.folderFd)).toEqual([]);
  expect([existsSync(left), existsSync(fresh)]).toEqual([false, true]);
});

test('files that are not entries stay where they are', async () => {
  writeFileSync(join(folder, 'notes.txt'), 'x'.repeat(2 * maxBytes));
  await store.put('component', key('a'), artefact);
  expect(evict(store.folderFd, 0)).toHaveLength(1);
  expect(existsSync(join(folder, 'notes.txt'))).toBe(true);
});

test.runIf(process.geteuid?.() === 0)('eviction goes past what is no entry, and what can’t be removed', async () => {
  for (const name of ['a', 'b', 'c']) await store.put('component', key(name), Buffer.alloc(200));
  mkdirSync(join(folder, `component-${'0'.repeat(64)}`));
  mkdirSync(join(folder, '.new-folder'));
  utimesSync(join(folder, '.new-folder'), 0, 0);
  const [first = ''] = listStore(store.folderFd).map(({ name }) => join(folder, name));
  execFileSync('mount', ['--bind', first, first]);
  try {
    // A mount point can't be unlinked: EBUSY.
    expect(evict(store.folderFd, 300)).toHaveLength(2);
    expect(() => evict(store.folderFd, 0)).toThrow('EBUSY');
  } finally {
    execFileSync('umount', [first]);
  }
});
