/**
 * Damage of every kind. What a write did is refused by the seal; here the seal is forged after each flip, so that the
 * metadata's own checks are tried too: a start then comes from the image, or from Node, and says hello.
 */
import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImageFolder, imageFolder } from '../helpers/frozen.ts';

/** FROZEN_PAGES_AT in native/src/freeze/image.h: the metadata lies before it. */
const pagesAt = 65536;
const flips = Number(process.env.WASMCTR_FLIPS ?? 40);

let images: ImageFolder;
beforeAll(() => {
  images = imageFolder();
  images.refresh();
});
afterAll(() => images.remove());

/** A start must not make a new image of a damaged one behind the test's back. */
function keepDamaged(): void {
  const fd = openSync(`${images.link()}.lock`, 'w');
  writeSync(fd, 'as if making one had failed');
  closeSync(fd);
}

function flipBit(path: string, offset: number, bit: number): void {
  const fd = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, offset);
  byte[0] = (byte[0] ?? 0) ^ (1 << bit);
  writeSync(fd, byte, 0, 1, offset);
  closeSync(fd);
}

const mask = (1n << 64n) - 1n;

/** frozenHash of native/src/freeze/image.h. */
function frozenHash(start: bigint, words: Iterable<bigint>): bigint {
  let hash = start;
  for (const word of words) {
    hash = ((hash ^ word) * 0x9e3779b97f4a7c15n) & mask;
    hash ^= hash >> 29n;
  }
  return hash;
}

/** frozenSeal. */
function sealOf(path: string): string {
  const fd = openSync(path, 'r');
  const stat = fstatSync(fd, { bigint: true });
  closeSync(fd);
  const second = 1_000_000_000n;
  const facts = [stat.dev, stat.ino, stat.size, stat.mtimeNs / second, stat.mtimeNs % second];
  facts.push(stat.ctimeNs / second, stat.ctimeNs % second);
  return frozenHash(0x7761736d63747201n, facts).toString(16);
}

function reseal(): void {
  const link = images.link();
  const image = images.image();
  symlinkSync(`${image.slice(images.folder.length + 1)}@${sealOf(image)}`, `${link}.new`);
  renameSync(`${link}.new`, link);
}

test('the seal is what this test takes it for', () => {
  keepDamaged();
  reseal();
  expect(images.hello().start).toEqual({ frozen: true, detail: 'from an image' });
});

test('one flipped bit anywhere is refused', { timeout: 120_000 }, () => {
  keepDamaged();
  const size = openSize(images.image());
  for (let i = 0; i < 20; i++) {
    const offset = Math.floor(Math.random() * size);
    flipBit(images.image(), offset, i % 8);
    expect(images.hello(), `byte ${offset}`).toMatchObject({
      stdout: 'hello\n',
      status: 0,
      start: { frozen: false, detail: 'the image was changed' },
    });
    flipBit(images.image(), offset, i % 8);
    reseal();
  }
});

test('a flipped bit of the metadata is refused even under a forged seal', { timeout: 600_000 }, () => {
  keepDamaged();
  const fd = openSync(images.image(), 'r');
  const header = Buffer.alloc(64);
  readSync(fd, header, 0, 64, 0);
  closeSync(fd);
  const metaBytes = header.readUInt32LE(metaBytesAt);
  expect(metaBytes).toBeGreaterThan(4096);
  expect(metaBytes).toBeLessThan(pagesAt);
  for (let i = 0; i < flips; i++) {
    const offset = Math.floor(Math.random() * metaBytes);
    flipBit(images.image(), offset, i % 8);
    reseal();
    const { stdout, status, start } = images.hello();
    expect({ stdout, status }, `byte ${offset}`).toEqual({ stdout: 'hello\n', status: 0 });
    expect(start?.frozen, `byte ${offset}: ${start?.detail}`).toBe(false);
    flipBit(images.image(), offset, i % 8);
  }
  reseal();
  expect(images.hello().start?.frozen).toBe(true);
});

/** Of FrozenHeader: hash and metaBytes, CLOCK_BOOTTIME of its making. */
const [hashAt, metaBytesAt, bootTimeAt] = [8, 32, 64];

/** The image as if it had been made so long ago, its checksum in order. */
function makeOlder(ageNs: bigint): void {
  const fd = openSync(images.image(), 'r+');
  const meta = Buffer.alloc(pagesAt);
  readSync(fd, meta, 0, pagesAt, 0);
  meta.writeBigInt64LE(meta.readBigInt64LE(bootTimeAt) - ageNs, bootTimeAt);
  meta.writeBigUInt64LE(0n, hashAt);
  const bytes = new BigUint64Array(
    meta.buffer.slice(meta.byteOffset, meta.byteOffset + meta.readUInt32LE(metaBytesAt)),
  );
  meta.writeBigUInt64LE(frozenHash(0n, bytes), hashAt);
  writeSync(fd, meta, 0, pagesAt, 0);
  closeSync(fd);
  reseal();
}

const dayNs = 86_400_000_000_000n;

test('an image of yesterday is used once more, and made anew meanwhile', { timeout: 60_000 }, async () => {
  rmSync(`${images.link()}.lock`);
  const before = images.image();
  makeOlder(2n * dayNs);
  expect(images.hello().start).toEqual({ frozen: true, detail: 'from an image' });
  while (images.image() === before) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(images.hello().start?.frozen).toBe(true);
});

test('an image from the future is refused', () => {
  keepDamaged();
  makeOlder(-dayNs);
  expect(images.hello().start).toEqual({ frozen: false, detail: 'the image is from the future' });
  makeOlder(dayNs);
});

test('an image that is swapped while commands start: each says hello', { timeout: 120_000 }, () => {
  rmSync(`${images.link()}.lock`);
  for (let i = 0; i < 5; i++) {
    const script = '"$0" "$@" & sleep 0.00$((RANDOM % 9)); WASMCTR_FROZEN=refresh "$0" "$@" & wait; exec "$0" "$@"';
    const env = { PATH: '/usr/bin:/bin' };
    const { stdout, stderr } = images.hello({ prefix: ['/bin/bash', '-c', script], env });
    expect({ stdout, stderr }).toEqual({ stdout: 'hello\nhello\nhello\n', stderr: '' });
  }
  expect(readdirSync(join(images.folder)).filter((name) => !name.includes('.lock')).length).toBeLessThanOrEqual(4);
});

function openSize(path: string): number {
  const fd = openSync(path, 'r');
  const { size } = fstatSync(fd);
  closeSync(fd);
  return size;
}
