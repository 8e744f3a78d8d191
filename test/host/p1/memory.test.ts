import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGuest, makeFolder } from './guest.ts';
import { result } from './layout.ts';

const gibibyte = 2 ** 30;
const pagesIn = (bytes: number): number => bytes / 65_536;

describe('guest memory', () => {
  let folder: ReturnType<typeof makeFolder>;
  beforeEach(() => {
    folder = makeFolder();
    writeFileSync(join(folder.path, 'file'), 'high up');
  });
  afterEach(() => folder.remove());
  const dirs = (): { host: string; guest: string }[] => [{ host: folder.path, guest: '/' }];

  test('above 2 GiB, where addresses are negative numbers for JavaScript', async () => {
    const guest = await createGuest({ dirs: dirs(), memoryPages: pagesIn(3 * gibibyte) });
    const high = 2.5 * gibibyte;
    const [at, length] = guest.put(high, 'file');
    expect(guest.call.path_open?.(3, 0, at, length, 0, 0x42n, 0n, 0, high + 64)).toBe('SUCCESS');
    const fd = guest.u32(high + 64);
    guest.view().setUint32(high + 128, high + 256, true);
    guest.view().setUint32(high + 132, 100, true);
    expect(guest.call.fd_read?.(fd, high + 128, 1, high + 72)).toBe('SUCCESS');
    expect(guest.u32(high + 72)).toBe(7);
    expect(guest.text(high + 256, 7)).toBe('high up');
    expect(guest.call.random_get?.(high, 16)).toBe('SUCCESS');
    expect(guest.call.clock_time_get?.(0, 0n, high)).toBe('SUCCESS');
    expect(guest.call.args_get?.(high, high + 64)).toBe('SUCCESS');
    expect(guest.u32(high)).toBe(high + 64);
    expect(guest.call.random_get?.(3 * gibibyte - 1, 2)).toBe('EFAULT');
    guest.close();
  });

  test('of 4 GiB, to the last byte', async () => {
    const guest = await createGuest({ memoryPages: 65_536 });
    expect(guest.call.clock_time_get?.(0, 0n, 4 * gibibyte - 8)).toBe('SUCCESS');
    expect(guest.call.clock_time_get?.(0, 0n, 4 * gibibyte - 7)).toBe('EFAULT');
    expect(guest.call.random_get?.(4 * gibibyte - 1, 1)).toBe('SUCCESS');
  });

  test('that grows between two calls', async () => {
    const guest = await createGuest({ dirs: dirs(), memoryPages: 1 });
    expect(guest.call.clock_time_get?.(0, 0n, 0x1_0000)).toBe('EFAULT');
    guest.memory.grow(1);
    expect(guest.call.clock_time_get?.(0, 0n, 0x1_0000)).toBe('SUCCESS');
    expect(guest.u64(0x1_0000)).toBeGreaterThan(0n);
    guest.memory.grow(1);
    expect(guest.call.args_sizes_get?.(0x2_0000, 0x2_0004)).toBe('SUCCESS');
    expect(guest.u32(0x2_0000)).toBe(1);
    guest.close();
  });

  test('of no pages at all', async () => {
    const guest = await createGuest({ dirs: dirs(), memoryPages: 0 });
    for (const [name, ...args] of [
      ['clock_time_get', 0, 0n, 0],
      ['fd_read', 0, 0, 1, 0],
      ['path_unlink_file', 3, 0, 1],
      ['random_get', 0, 1],
      ['args_get', 0, 0],
      ['poll_oneoff', 0, 0, 1, 0],
    ] as const) {
      expect([name, guest.call[name]?.(...args)]).toEqual([name, 'EFAULT']);
    }
    guest.close();
  });

  test('with 64-bit addresses', async () => {
    const guest = await createGuest({ dirs: dirs(), memory64: true });
    const [at, length] = guest.put(0x1000, 'file');
    const open = (path: bigint, size: bigint, opened: bigint): string | undefined =>
      guest.call.path_open?.(3, 0, path, size, 0, 0x42n, 0n, 0, opened);
    expect(open(BigInt(at), BigInt(length), BigInt(result))).toBe('SUCCESS');
    const fd = guest.u32(result);
    guest.view().setUint32(0x200, 0x400, true);
    guest.view().setUint32(0x204, 100, true);
    expect(guest.call.fd_read?.(fd, 0x200n, 1n, BigInt(result))).toBe('SUCCESS');
    expect(guest.text(0x400, 7)).toBe('high up');
    for (const address of [2n ** 32n, 2n ** 53n, 2n ** 63n, -1n]) {
      expect(open(address, BigInt(length), BigInt(result))).toBe('EFAULT');
      expect(open(BigInt(at), address, BigInt(result))).toBe('EFAULT');
      expect(open(BigInt(at), BigInt(length), address)).toBe('EFAULT');
    }
    guest.close();
  });

  test('a bad place for the result leaves everything undone', async () => {
    const guest = await createGuest({ dirs: dirs() });
    const [at, length] = guest.put(0x1000, 'created');
    const bad = 0xffff_fffd;
    expect(guest.call.path_open?.(3, 0, at, length, 1, 0x42n, 0n, 0, bad)).toBe('EFAULT');
    expect(guest.call.path_filestat_get?.(3, 0, at, length, 0x400)).toBe('ENOENT');
    const fd = guest.open('file');
    guest.view().setUint32(0x200, 0x400, true);
    guest.view().setUint32(0x204, 3, true);
    for (const name of ['fd_read', 'fd_write']) expect(guest.call[name]?.(fd, 0x200, 1, bad)).toBe('EFAULT');
    expect(guest.call.fd_seek?.(fd, 5n, 0, bad)).toBe('EFAULT');
    guest.call.fd_tell?.(fd, result);
    expect(guest.u64(result)).toBe(0n);
    expect(readFileSync(join(folder.path, 'file'), 'utf8')).toBe('high up');
    guest.close();
  });
});
