import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planted } from './tree.ts';

test('every entry once, of its type, without the directory and its parent', () => {
  const { guest } = planted();
  expect(guest.entries(guest.root)).toEqual([
    'directory dir',
    'regular-file file',
    'symbolic-link absolute',
    'symbolic-link dangling',
    'symbolic-link dirlink',
    'symbolic-link link',
    'symbolic-link loop',
    'symbolic-link magic',
    'symbolic-link up',
  ]);
});

test('of an empty directory; names that begin with dots are names', () => {
  const { guest, folder } = planted();
  mkdirSync(join(folder, 'empty'));
  const empty = guest.open('empty');
  expect(guest.entries(empty)).toEqual([]);
  for (const name of ['...', '.x', '..y', '.z.']) writeFileSync(join(folder, 'empty', name), '');
  expect(guest.entries(empty)).toEqual(['...', '..y', '.x', '.z.'].map((name) => `regular-file ${name}`));
});

test('of a file', () => {
  const { guest } = planted();
  expect(guest.readDirectory(guest.open('file'))).toBe('not-directory');
});

test('thousands of entries, the longest names among them', () => {
  const { guest, folder } = planted();
  mkdirSync(join(folder, 'many'));
  const names = Array.from({ length: 2000 }, (_, i) => `${i}-`.padEnd((i % 250) + 5, 'x'));
  for (const name of names) writeFileSync(join(folder, 'many', name), '');
  expect(guest.entries(guest.open('many'))).toEqual(names.map((name) => `regular-file ${name}`).sort());
});

test('streams of one directory do not disturb each other, and the end stays the end', () => {
  const { guest, folder } = planted();
  mkdirSync(join(folder, 'many'));
  for (let i = 0; i < 300; i++) writeFileSync(join(folder, 'many', `${i}`.padEnd(100, 'x')), '');
  const many = guest.open('many');
  const streams = [guest.readDirectory(many), guest.readDirectory(many)] as [number, number];
  const seen = streams.map(() => new Set<string>());
  for (let i = 0; i < 300; i++) {
    for (const [at, stream] of streams.entries()) seen[at]?.add(guest.nextEntry(stream) ?? 'end');
  }
  for (const [at, stream] of streams.entries()) {
    expect(seen[at]?.size).toBe(300);
    expect(guest.nextEntry(stream)).toBe(null);
    writeFileSync(join(folder, 'many', 'late'), '');
    expect(guest.nextEntry(stream)).toBe(null);
  }
});

test('a stream outlives its descriptor', () => {
  const { guest } = planted();
  const dir = guest.open('dir');
  const stream = guest.readDirectory(dir) as number;
  guest.closeDescriptor(dir);
  expect(guest.nextEntry(stream)).toBe('regular-file inner');
  const before = readdirSync('/proc/self/fd').length;
  guest.drop('wasi:filesystem/types', 'directory-entry-stream', stream);
  expect(readdirSync('/proc/self/fd').length).toBe(before - 2);
});

test('a directory that is removed meanwhile has no more entries', () => {
  const { guest, folder } = planted();
  const stream = guest.readDirectory(guest.open('dir')) as number;
  rmSync(join(folder, 'dir'), { recursive: true });
  expect(guest.nextEntry(stream)).toMatch(/no-entry/);
});

test('a name that is not UTF-8 is an error, once', () => {
  const { guest, folder } = planted();
  mkdirSync(join(folder, 'odd'));
  for (const name of ['a', 'b']) writeFileSync(join(folder, 'odd', name), '');
  writeFileSync(Buffer.concat([Buffer.from(join(folder, 'odd/')), Buffer.from([0xc3, 0x28])]), '');
  const stream = guest.readDirectory(guest.open('odd')) as number;
  const seen = Array.from({ length: 4 }, () => guest.nextEntry(stream));
  expect(seen.filter((entry) => entry !== null).sort()).toEqual([
    'illegal-byte-sequence',
    'regular-file a',
    'regular-file b',
  ]);
});
