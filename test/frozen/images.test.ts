/** Images on disk: what a failed attempt leaves, what is listed and removed, and what goes when a new one is made. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ImageFolder, imageFolder } from '../helpers/frozen.ts';
import { wasmctrBin } from '../helpers/wasmctr.ts';

let images: ImageFolder;
beforeEach(() => {
  images = imageFolder();
});
afterEach(() => images.remove());

const cache = (...args: string[]): string =>
  execFileSync(wasmctrBin, ['cache', ...args], { env: { XDG_CACHE_HOME: images.cache }, encoding: 'utf8' });

/** As if a package in `dist` had made it. */
function fakeImage(name: string, dist: string, ageDays: number): void {
  const file = join(images.folder, `${name}.1-1`);
  writeFileSync(file, Buffer.concat([Buffer.alloc(64), Buffer.from(`\0${dist}/cli.cjs\0`), Buffer.alloc(1 << 20, 1)]));
  const made = Date.now() / 1000 - ageDays * 86_400;
  utimesSync(file, made, made);
  symlinkSync(`${name}.1-1@0`, join(images.folder, name));
}

const left = (): string[] => readdirSync(images.folder).filter((name) => !name.endsWith('.lock'));

test('an image that is too big for the disk leaves its reason, and nothing else', () => {
  const prefix = ['/bin/bash', '-c', 'ulimit -f 2000; exec "$0" "$@"'];
  const run = images.hello({ prefix, env: { WASMCTR_FROZEN: 'refresh' } });
  expect(run).toMatchObject({ stdout: 'hello\n', start: { frozen: false } });
  const [lock = '', ...rest] = readdirSync(images.folder);
  expect(rest).toEqual([]);
  expect(readFileSync(join(images.folder, lock), 'utf8')).toContain('EFBIG');
});

test.runIf(process.geteuid?.() === 0)('on a full disk too', () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=10m', 'tmpfs', images.cache]);
  try {
    images.hello({ env: { WASMCTR_FROZEN: 'refresh' } });
    const [lock = '', ...rest] = readdirSync(images.folder);
    expect(rest).toEqual([]);
    expect(readFileSync(join(images.folder, lock), 'utf8')).toContain('ENOSPC');
  } finally {
    execFileSync('umount', [images.cache]);
  }
});

test('of rehearsals nothing is left on disk, nor of those that were killed', () => {
  images.refresh();
  expect(left().filter((name) => name.includes('rehearsal'))).toEqual([]);
  const stale = `${images.link()}.rehearsal-1f`;
  for (const time of ['when an image is made', 'when all are removed']) {
    mkdirSync(join(stale, 'wasmctr'), { recursive: true });
    writeFileSync(join(stale, 'wasmctr/component-1'), time);
    if (time === 'when an image is made') images.refresh();
    else cache('clear');
    expect(existsSync(stale)).toBe(false);
  }
});

test('what a killed process left is listed and removed, what is being written is not', () => {
  mkdirSync(images.folder, { recursive: true, mode: 0o700 });
  const partial = join(images.folder, 'big-5f3a.2b-19');
  writeFileSync(partial, Buffer.alloc(1 << 20, 1));
  expect(cache('ls')).toContain('image of big');
  const env = { XDG_CACHE_HOME: images.cache, PATH: '/usr/bin:/bin' };
  execFileSync('flock', [`${images.folder}/big-5f3a.lock`, wasmctrBin, 'cache', 'clear'], { env });
  expect(existsSync(partial)).toBe(true);
  cache('clear');
  expect(left()).toEqual([]);
});

test('prune by size takes the oldest first, and one’s own at last', () => {
  images.refresh();
  const own = left();
  fakeImage('small-1', '/nowhere/dist', 1);
  fakeImage('small-2', '/nowhere/dist', 2);
  const total = JSON.parse(cache('ls', '--json'))[1].totalBytes as number;
  cache('prune', '--max-size', `${total - 4096}`);
  expect(left().sort()).toEqual([...own, 'small-1', 'small-1.1-1'].sort());
  cache('prune', '--max-size', `${total - (1 << 20) - 8192}`);
  expect(left().sort()).toEqual(own.sort());
  cache('prune', '--max-size', '0');
  expect(left()).toEqual([]);
});

test('a new image takes those away whose package is gone, or that are a month old', () => {
  mkdirSync(images.folder, { recursive: true, mode: 0o700 });
  const dist = join(images.cache, 'dist');
  mkdirSync(dist);
  writeFileSync(join(dist, 'cli.cjs'), '');
  fakeImage('small-1', '/nowhere/dist', 1);
  fakeImage('small-2', dist, 1);
  fakeImage('small-3', dist, 31);
  images.refresh();
  expect(
    left()
      .filter((name) => /^small-[123](\.|$)/.test(name))
      .sort(),
  ).toEqual(['small-2', 'small-2.1-1']);
});
