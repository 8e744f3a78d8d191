/** Digests of big files are remembered, for as long as nothing says that the file may be another. */
import { createHash } from 'node:crypto';
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadNative } from '../../../native/load.ts';
import { fileDigest } from '../../../runtime/components/file-digest.ts';
import { openStore, type Store } from '../../../runtime/components/store.ts';

const native = loadNative();
const sizeBytes = 2 * 1024 * 1024;
/** Longer than a file has to have been left alone. */
const settledMs = 2300;

let folder: string;
let store: Store;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-digest-'));
  store = openStore(native, { folder: join(folder, 'wasmctr'), maxBytes: 1024 ** 3 });
});

afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

/** The digest, and how often it was computed. */
async function digested(file: string): Promise<[digest: string, computed: number]> {
  let computed = 0;
  const counting = {
    ...native,
    digest: (fd: number, length: number) => {
      computed++;
      return native.digest(fd, length);
    },
  };
  const fd = openSync(file, 'r');
  const digest = await fileDigest({ native: counting, store }, fd, sizeBytes);
  closeSync(fd);
  return [Buffer.from(digest).toString('hex'), computed];
}

const content = (fill: number): Buffer => Buffer.alloc(sizeBytes, fill);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('computed once, and again when the file has changed', async () => {
  const file = join(folder, 'a');
  writeFileSync(file, content(1));
  await sleep(settledMs);
  expect(await digested(file)).toEqual([sha256(content(1)), 1]);
  expect(await digested(file)).toEqual([sha256(content(1)), 0]);
  const times = [new Date(0), new Date(0)] as const;
  utimesSync(file, ...times);
  await sleep(settledMs);
  expect(await digested(file)).toEqual([sha256(content(1)), 1]);
  // The same size and the same time of modification: the time of the change tells.
  const fd = openSync(file, 'r+');
  writeSync(fd, content(2), 0, 1, sizeBytes / 2);
  closeSync(fd);
  utimesSync(file, ...times);
  const changed = content(1);
  changed[sizeBytes / 2] = 2;
  expect(await digested(file)).toEqual([sha256(changed), 1]);
});

test('a file that was written just now is not known yet', async () => {
  const file = join(folder, 'b');
  writeFileSync(file, content(3));
  expect((await digested(file))[1]).toBe(1);
  expect((await digested(file))[1]).toBe(1);
});

test('a file that others may write is never known', async () => {
  const file = join(folder, 'c');
  writeFileSync(file, content(4));
  chmodSync(file, 0o666);
  await sleep(settledMs);
  expect((await digested(file))[1]).toBe(1);
  expect((await digested(file))[1]).toBe(1);
});

test('fewer bytes than asked for', () => {
  const file = join(folder, 'd');
  writeFileSync(file, 'short');
  const fd = openSync(file, 'r');
  expect(() => native.digest(fd, 6)).toThrow(expect.objectContaining({ code: 'ENODATA' }));
  expect(Buffer.from(native.digest(fd, 5)).toString('hex')).toBe(sha256(Buffer.from('short')));
  expect(Buffer.from(native.digestBytes(Buffer.from('short'))).toString('hex')).toBe(sha256(Buffer.from('short')));
  closeSync(fd);
});
