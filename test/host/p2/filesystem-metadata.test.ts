import { linkSync, readFileSync, statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Stat, Time } from './filesystem.ts';
import { planted } from './tree.ts';

const at = (seconds: bigint, nanoseconds = 0): Time => ({ seconds, nanoseconds });
const [access, modification] = [0, 1];
const timesOf = (stat: Stat | string): readonly bigint[] => (typeof stat === 'string' ? [] : stat.times);

describe('stat and stat-at', () => {
  test('tell what the kernel tells', () => {
    const { guest, folder } = planted();
    linkSync(join(folder, 'file'), join(folder, 'second'));
    const real = statSync(join(folder, 'file'), { bigint: true });
    const expected: Stat = {
      type: 'regular-file',
      links: 2n,
      size: 13n,
      times: [real.atimeNs, real.mtimeNs, real.ctimeNs],
    };
    expect(guest.stat(guest.open('file'))).toEqual(expected);
    expect(guest.statAt('file')).toEqual(expected);
    expect(guest.statAt('link', { follow: true })).toEqual(expected);
    expect(guest.statAt('link')).toMatchObject({ type: 'symbolic-link', size: 4n });
    expect(guest.stat(guest.root)).toMatchObject({ type: 'directory' });
    expect(guest.statAt('.')).toEqual(guest.stat(guest.root));
  });

  test('of what is not there', () => {
    const { guest } = planted();
    expect(guest.statAt('missing')).toBe('no-entry');
    expect(guest.statAt('dangling', { follow: true })).toBe('no-entry');
    expect(guest.statAt('loop', { follow: true })).toBe('loop');
    expect(guest.statAt('file/x')).toBe('not-directory');
    expect(guest.statAt('../x')).toBe('not-permitted');
    expect(guest.statAt('up', { follow: true })).toBe('not-permitted');
    expect(guest.statAt('file', { dir: guest.open('file') })).toBe('not-directory');
  });

  test('tell a size beyond 32 bits', () => {
    const { guest } = planted();
    const file = guest.open('file', { flags: ['write'] });
    expect(guest.try('set-size', 1, file, 5n << 32n)).toBe('ok');
    expect(guest.stat(file)).toMatchObject({ size: 5n << 32n });
  });

  test('times before 1970 are 1970', () => {
    const { guest, folder } = planted();
    utimesSync(join(folder, 'file'), new Date(-5000), new Date(-5000));
    expect(timesOf(guest.statAt('file')).slice(0, 2)).toEqual([0n, 0n]);
  });
});

test('get-type', () => {
  const { guest } = planted();
  const typeOf = (handle: number): number => {
    expect(guest.try('get-type', 1, handle)).toBe('ok');
    return guest.u8(0x101);
  };
  expect(typeOf(guest.root)).toBe(3);
  expect(typeOf(guest.open('file'))).toBe(6);
  const { guest: devices } = planted({ dirs: [{ host: '/dev', guest: '/' }] });
  expect(devices.try('get-type', 1, devices.open('null'))).toBe('ok');
  expect(devices.u8(0x101)).toBe(2);
});

describe('set-times and set-times-at', () => {
  test('give, leave and take the time of now', () => {
    const { guest } = planted();
    const file = guest.open('file');
    expect(guest.setTimes(file, at(5n, 7), at(2n ** 33n, 999_999_999))).toBe('ok');
    expect(timesOf(guest.stat(file)).slice(0, 2)).toEqual([5_000_000_007n, 2n ** 33n * 10n ** 9n + 999_999_999n]);
    expect(guest.setTimes(file, 'no-change', at(1n))).toBe('ok');
    expect(timesOf(guest.stat(file)).slice(0, 2)).toEqual([5_000_000_007n, 1_000_000_000n]);
    expect(guest.setTimes(file, 'now', 'no-change')).toBe('ok');
    const [now, kept] = timesOf(guest.stat(file));
    expect(Math.abs(Number((now ?? 0n) / 1_000_000n) - Date.now())).toBeLessThan(10_000);
    expect(kept).toBe(1_000_000_000n);
    expect(guest.setTimes(guest.root, at(3n), at(4n))).toBe('ok');
    expect(timesOf(guest.stat(guest.root))[modification]).toBe(4_000_000_000n);
  });

  test('carry nanoseconds, and refuse what 64 bits of them can not hold', () => {
    const { guest } = planted();
    const file = guest.open('file');
    expect(guest.setTimes(file, at(1n, 0xffff_ffff), 'no-change')).toBe('ok');
    expect(timesOf(guest.stat(file))[access]).toBe(5_294_967_295n);
    expect(guest.setTimes(file, at(-1n), 'no-change')).toBe('overflow');
    expect(guest.setTimes(file, 'no-change', at(1n << 63n))).toBe('overflow');
    expect(() => guest.try('set-times', 1, file, 3, 0n, 0, 0, 0n, 0)).toThrow(/new-timestamp/);
    expect(() => guest.try('set-times', 1, file, 0, 0n, 0, -1, 0n, 0)).toThrow(/new-timestamp/);
  });

  test('of a path follow a link or not', () => {
    const { guest } = planted();
    expect(guest.setTimesAt('link', at(5n), at(6n))).toBe('ok');
    expect(timesOf(guest.statAt('link'))[modification]).toBe(6_000_000_000n);
    expect(timesOf(guest.statAt('file'))[modification]).not.toBe(6_000_000_000n);
    expect(guest.setTimesAt('link', at(5n), at(7n), { follow: true })).toBe('ok');
    expect(timesOf(guest.statAt('file'))[modification]).toBe(7_000_000_000n);
    expect(guest.setTimesAt('missing', 'now', 'now')).toBe('no-entry');
    expect(guest.setTimesAt('../x', 'now', 'now')).toBe('not-permitted');
    expect(guest.setTimesAt('file', at(-1n), 'now')).toBe('overflow');
  });
});

test('is-same-object knows an object by any of its names', () => {
  const { guest, folder } = planted();
  linkSync(join(folder, 'file'), join(folder, 'second'));
  const isSame = (a: number, b: number): boolean =>
    guest.call('wasi:filesystem/types', '[method]descriptor.is-same-object', a, b) === 1;
  const file = guest.open('file');
  expect(isSame(file, file)).toBe(true);
  expect(isSame(file, guest.open('second'))).toBe(true);
  expect(isSame(guest.root, guest.open('dir/..'))).toBe(true);
  expect(isSame(file, guest.open('dir/inner'))).toBe(false);
  expect(isSame(file, guest.root)).toBe(false);
});

describe('metadata-hash and metadata-hash-at', () => {
  test('name an object: the same in every run and by any name, whatever is written', () => {
    const { guest, folder } = planted();
    const hash = guest.hash(guest.open('file'));
    linkSync(join(folder, 'file'), join(folder, 'second'));
    writeFileSync(join(folder, 'file'), 'changed');
    expect(guest.hashAt('second')).toBe(hash);
    expect(guest.hashAt('link', { follow: true })).toBe(hash);
    const again = planted({ dirs: [{ host: folder, guest: '/' }] }).guest;
    expect(again.hashAt('file')).toBe(hash);
    unlinkSync(join(folder, 'second'));
    symlinkSync('file', join(folder, 'second'));
    const all = ['file', 'link', 'second', 'dir', 'dir/inner', '.'].map((name) => guest.hashAt(name).split(' '));
    expect(new Set(all.map(([lower]) => lower)).size).toBe(6);
    expect(new Set(all.map(([, upper]) => upper)).size).toBe(6);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('changed');
  });

  test('of what is not there', () => {
    const { guest } = planted();
    expect(guest.hashAt('missing')).toBe('no-entry');
    expect(guest.hashAt('..')).toBe('not-permitted');
    expect(guest.hashAt('x', { dir: guest.open('file') })).toBe('not-directory');
  });
});
