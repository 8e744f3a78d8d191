import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errno } from '../../../host/kernel/errno.ts';
import { Table } from '../../../host/kernel/table.ts';
import { plantTree } from '../p1/golden.ts';
import { createGuest, makeFolder } from '../p1/guest.ts';
import { path, result } from '../p1/layout.ts';

describe('Table', () => {
  test('gives the lowest free number', () => {
    const table = new Table<string>(8);
    expect(['a', 'b', 'c', 'd'].map((entry) => table.add(entry))).toEqual([0, 1, 2, 3]);
    table.remove(2);
    table.remove(1);
    expect([table.add('e'), table.add('f'), table.add('g')]).toEqual([1, 2, 4]);
    expect([...table]).toEqual(['a', 'e', 'f', 'd', 'g']);
  });

  test('refuses at its ceiling, and has room again after a removal', () => {
    const table = new Table<string>(2);
    table.add('a');
    table.add('b');
    expect([table.hasRoom(), table.add('c')]).toEqual([false, -errno.EMFILE]);
    expect(table.remove(0)).toBe('a');
    expect([table.hasRoom(), table.add('c'), table.hasRoom()]).toEqual([true, 0, false]);
  });

  test('moves an entry, and frees the number it had', () => {
    const table = new Table<string>(8);
    for (const entry of ['a', 'b', 'c']) table.add(entry);
    expect(table.move(0, 2)).toBe('c');
    expect([table.get(0), table.get(2), table.add('d')]).toEqual([undefined, 'a', 0]);
  });

  test('knows nothing of numbers never given', () => {
    const table = new Table<string>(8);
    for (const index of [0, 7, 4_294_967_295])
      expect([table.get(index), table.remove(index)]).toEqual([undefined, undefined]);
  });
});

describe('the ceiling on descriptors', () => {
  test('is EMFILE before anything was opened or created', async () => {
    const { path: folder, remove } = makeFolder();
    plantTree(folder);
    const guest = await createGuest({
      dirs: [{ host: folder, guest: '/' }],
      limits: { maxFiles: 6, maxOutputBytes: 0 },
    });
    const before = readdirSync('/proc/self/fd').length;
    guest.open('file');
    guest.open('file');
    const create = (): string | undefined => guest.call.path_open?.(3, 0, ...path(guest, 'made'), 1, 2n, 0n, 0, result);
    expect(create()).toBe('EMFILE');
    expect(readdirSync(folder)).not.toContain('made');
    expect(readdirSync('/proc/self/fd').length).toBe(before + 2);
    guest.call.fd_close?.(4);
    expect(create()).toBe('SUCCESS');
    expect(guest.u32(result)).toBe(4);
    guest.close();
    remove();
  });
});
