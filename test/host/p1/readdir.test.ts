import { mkdirSync, readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGuest, dirRights, type Guest, makeFolder } from './guest.ts';
import { result } from './layout.ts';

interface Entry {
  name: string;
  next: bigint;
  inode: bigint;
  type: number;
}

const at = 0x1_0000;

/** Whole entries of one call, and how many bytes it used. */
function readOnce(guest: Guest, fd: number, cookie: bigint, size: number): { entries: Entry[]; used: number } {
  expect(guest.call.fd_readdir?.(fd, at, size, cookie, result)).toBe('SUCCESS');
  const used = guest.u32(result);
  expect(used).toBeLessThanOrEqual(size);
  const entries: Entry[] = [];
  for (let offset = 0; offset + 24 <= used; ) {
    const length = guest.u32(at + offset + 16);
    if (offset + 24 + length > used) break;
    entries.push({
      name: guest.text(at + offset + 24, length),
      next: guest.u64(at + offset),
      inode: guest.u64(at + offset + 8),
      type: guest.view().getUint8(at + offset + 20),
    });
    offset += 24 + length;
  }
  return { entries, used };
}

/** As C libraries do it: from the last whole entry on, with a bigger buffer where none was whole. */
function readAll(guest: Guest, fd: number, size: number, between: (entries: Entry[]) => void = () => {}): Entry[] {
  const all: Entry[] = [];
  for (let cookie = 0n, room = size; ; ) {
    const { entries, used } = readOnce(guest, fd, cookie, room);
    all.push(...entries);
    if (used < room) return all;
    cookie = entries.at(-1)?.next ?? cookie;
    if (entries.length === 0) room *= 2;
    between(entries);
  }
}

const namesOf = (entries: readonly Entry[]): string[] => entries.map(({ name }) => name).sort();

describe('fd_readdir', () => {
  let folder: ReturnType<typeof makeFolder>;
  let guest: Guest;

  beforeEach(async () => {
    folder = makeFolder();
    for (let i = 0; i < 300; i++) writeFileSync(join(folder.path, `entry-${i}`), '');
    mkdirSync(join(folder.path, 'x'.repeat(255)));
    writeFileSync(join(folder.path, 'ünïcode'), '');
    guest = await createGuest({ dirs: [{ host: folder.path, guest: '/' }], memoryPages: 4 });
  });
  afterEach(() => {
    guest.close();
    folder.remove();
  });

  const expected = (): string[] => [...readdirSync(folder.path), '.', '..'].sort();

  test.each([1, 23, 24, 25, 26, 100, 280, 4096, 65_536])('gives every entry once with a buffer of %i bytes', (size) => {
    expect(namesOf(readAll(guest, 3, size))).toEqual(expected());
  });

  test('fills a buffer to its last byte, so that less means the end', () => {
    expect(readOnce(guest, 3, 0n, 1000).used).toBe(1000);
    expect(readOnce(guest, 3, 0n, 65_536).used).toBeLessThan(65_536);
    expect(readOnce(guest, 3, 0n, 0).used).toBe(0);
  });

  test('any entry is found again by the cookie before it', () => {
    const all = readAll(guest, 3, 65_536);
    for (let i = 1; i < all.length; i += 17) {
      const { entries } = readOnce(guest, 3, all[i - 1]?.next ?? 0n, 600);
      expect(entries[0]).toEqual(all[i]);
    }
    const { entries, used } = readOnce(guest, 3, all.at(-1)?.next ?? 0n, 600);
    expect([entries, used]).toEqual([[], 0]);
  });

  test('kinds and inodes are those of stat', () => {
    const all = readAll(guest, 3, 65_536);
    const kindOf = (name: string): number | undefined => all.find((entry) => entry.name === name)?.type;
    expect([kindOf('.'), kindOf('..'), kindOf('entry-1'), kindOf('x'.repeat(255))]).toEqual([3, 3, 4, 3]);
    const [path, length] = guest.put(0x1000, 'entry-7');
    guest.call.path_filestat_get?.(3, 0, path, length, 0x400);
    expect(all.find(({ name }) => name === 'entry-7')?.inode).toBe(guest.u64(0x408));
  });

  test('removing what was read skips nothing', () => {
    const removed = readAll(guest, 3, 500, (entries) => {
      for (const { name, type } of entries) if (type === 4) unlinkSync(join(folder.path, name));
    });
    expect(new Set(namesOf(removed)).size).toBe(304);
  });

  test('what stays is given exactly once while other entries come, go and change their names', () => {
    let round = 0;
    const seen = namesOf(
      readAll(guest, 3, 700, () => {
        round++;
        writeFileSync(join(folder.path, `new-${round}`), '');
        if (round > 1) renameSync(join(folder.path, `new-${round - 1}`), join(folder.path, `other-${round - 1}`));
        if (round > 2) unlinkSync(join(folder.path, `other-${round - 2}`));
      }),
    ).filter((name) => name.startsWith('entry-'));
    expect(seen).toEqual(expected().filter((name) => name.startsWith('entry-')));
  });

  test('starts anew at cookie 0, and sees new entries', () => {
    readAll(guest, 3, 65_536);
    writeFileSync(join(folder.path, 'later'), '');
    expect(namesOf(readAll(guest, 3, 65_536))).toContain('later');
  });

  test('two descriptors of a directory read independently', () => {
    const other = guest.open('.', { rights: dirRights });
    const first = readOnce(guest, 3, 0n, 500);
    const second = readOnce(guest, other, 0n, 500);
    expect(second).toEqual(first);
  });
});
