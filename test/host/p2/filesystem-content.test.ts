import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bufferAt, outside, result } from './guest.ts';
import { planted } from './tree.ts';

describe('read', () => {
  test('at an offset, to the end', () => {
    const { guest } = planted();
    const file = guest.open('file');
    expect(guest.read(file, 5n, 0n)).toEqual(['hello', false]);
    expect(guest.read(file, 100n, 7n)).toEqual(['world\n', false]);
    expect(guest.read(file, 5n, 13n)).toEqual(['', true]);
    expect(guest.read(file, 5n, 1n << 62n)).toEqual(['', true]);
    expect(guest.read(file, 0n, 0n)).toEqual(['', true]);
    expect(guest.read(file, 5n, -1n)).toBe('invalid');
  });

  test('of 2^64 - 1 bytes takes what one call gives, and asks the guest for no more than that', () => {
    const { guest, folder } = planted();
    writeFileSync(join(folder, 'big'), Buffer.alloc(100_000, 'x'));
    const file = guest.open('big');
    guest.allocations.length = 0;
    const [text] = guest.read(file, -1n, 0n);
    expect(text).toBe('x'.repeat(65_536));
    expect(guest.allocations).toEqual([65_536]);
    guest.read(file, 1n << 63n, 99_990n);
    expect(guest.allocations).toEqual([65_536, 10]);
  });

  test('of what is not open for reading, of a directory', () => {
    const { guest } = planted();
    expect(guest.read(guest.open('file', { flags: ['write'] }), 5n, 0n)).toBe('bad-descriptor');
    expect(guest.read(guest.root, 5n, 0n)).toBe('bad-descriptor');
  });
});

describe('write', () => {
  test('at an offset, beyond the end too', () => {
    const { guest, folder } = planted();
    const file = guest.open('file', { flags: ['read', 'write'] });
    expect(guest.write(file, 'HELLO', 0n)).toBe(5n);
    expect(guest.write(file, '', 3n)).toBe(0n);
    expect(guest.write(file, '!', 15n)).toBe(1n);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('HELLO, world\n\0\0!');
    expect(guest.write(file, 'x', -1n)).toBe('invalid');
    expect(guest.write(file, 'x', (1n << 63n) - 1n)).toMatch(/file-too-large|invalid/);
  });

  test('of what is not open for writing, of a directory, from outside of memory', () => {
    const { guest } = planted();
    expect(guest.write(guest.open('file'), 'x', 0n)).toBe('bad-descriptor');
    expect(guest.write(guest.root, 'x', 0n)).toBe('bad-descriptor');
    const file = guest.open('file', { flags: ['write'] });
    expect(() => guest.try('write', 8, file, outside, 16, 0n)).toThrow(/outside of memory/);
    expect(() => guest.try('write', 8, file, bufferAt, 0xffff_ffff, 0n)).toThrow(/outside of memory/);
  });
});

test('set-size cuts and grows', () => {
  const { guest, folder } = planted();
  const setSize = (handle: number, size: bigint): string => guest.try('set-size', 1, handle, size);
  const file = guest.open('file', { flags: ['write'] });
  expect(setSize(file, 5n)).toBe('ok');
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('hello');
  expect(setSize(file, 7n)).toBe('ok');
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('hello\0\0');
  expect(setSize(file, -1n)).toBe('invalid');
  expect(setSize(guest.open('file'), 1n)).toMatch(/invalid|bad-descriptor/);
  expect(setSize(guest.root, 1n)).toBe('bad-descriptor');
});

test('advise takes every advice, and changes nothing', () => {
  const { guest } = planted();
  const file = guest.open('file');
  const advise = (handle: number, offset: bigint, length: bigint, advice: number): string =>
    guest.try('advise', 1, handle, offset, length, advice);
  for (const advice of [0, 1, 2, 3, 4, 5]) expect(advise(file, 0n, 10n, advice)).toBe('ok');
  for (const advice of [6, -1]) expect(() => advise(file, 0n, 10n, advice)).toThrow(WebAssembly.RuntimeError);
  expect(advise(file, -1n, 1n, 0)).toBe('invalid');
  expect(advise(file, 0n, -1n, 0)).toBe('invalid');
  expect(advise(guest.root, 0n, 1n, 0)).toBe('bad-descriptor');
});

test('sync and sync-data, also of what is open for reading only', () => {
  const { guest } = planted();
  for (const method of ['sync', 'sync-data']) {
    for (const handle of [guest.open('file'), guest.open('file', { flags: ['write'] }), guest.root]) {
      expect(guest.try(method, 1, handle)).toBe('ok');
    }
  }
});

test('a file that shrinks and grows meanwhile is read as it is', () => {
  const { guest, folder } = planted();
  const file = guest.open('file');
  truncateSync(join(folder, 'file'), 2);
  expect(guest.read(file, 100n, 0n)).toEqual(['he', false]);
  expect(guest.read(file, 100n, 2n)).toEqual(['', true]);
  writeFileSync(join(folder, 'file'), 'more of it');
  expect(guest.read(file, 100n, 2n)).toEqual(['re of it', false]);
  expect(guest.u8(result)).toBe(0);
});
