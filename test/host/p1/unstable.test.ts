import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { functionNames } from '../../../host/p1/index.ts';
import { expectGolden, golden, plantTree } from './golden.ts';
import { createGuest, makeFolder } from './guest.ts';
import { buffer, eventsAt, path, result, subscriptionsAt } from './layout.ts';

const abi = 'wasi_unstable';

describe('wasi_unstable', () => {
  golden(
    'unstable_seek',
    (g) => {
      const fd = g.open('file');
      g.call.fd_seek?.(fd, 5n, 2, result);
      g.call.fd_seek?.(fd, 2n, 0, result);
      g.call.fd_seek?.(fd, -1n, 1, result);
      g.call.fd_seek?.(fd, 0n, 3, result);
      g.call.path_filestat_get?.(3, 0, ...path(g, 'file'), buffer);
      g.call.fd_filestat_get?.(fd, buffer);
      g.call.fd_filestat_get?.(fd, 0xffff_fff0);
    },
    { abi },
  );

  test('filestat has 56 bytes, with 32 bits for the links', async () => {
    const { path: folder, remove } = makeFolder();
    plantTree(folder);
    const guest = await createGuest({ abi, dirs: [{ host: folder, guest: '/' }] });
    const status = statSync(join(folder, 'file'), { bigint: true });
    guest.bytes(buffer, 64).fill(0xee);
    expect(guest.call.path_filestat_get?.(3, 0, ...path(guest, 'file'), buffer)).toBe('SUCCESS');
    const words = [0, 8, 24, 32, 40, 48].map((offset) => guest.u64(buffer + offset));
    expect(words).toEqual([status.dev, status.ino, status.size, status.atimeNs, status.mtimeNs, status.ctimeNs]);
    expect(guest.view().getUint8(buffer + 16)).toBe(4);
    expect(guest.u32(buffer + 20)).toBe(1);
    expect([...guest.bytes(buffer + 56, 8)]).toEqual(new Array(8).fill(0xee));
    guest.close();
    remove();
  });

  test('subscriptions have 56 bytes, with a second userdata for clocks', async () => {
    const guest = await createGuest({ abi });
    const view = guest.view();
    view.setBigUint64(subscriptionsAt, 7n, true);
    view.setBigUint64(subscriptionsAt + 16, 99n, true);
    view.setUint32(subscriptionsAt + 24, 1, true);
    view.setBigUint64(subscriptionsAt + 32, 1_000_000n, true);
    view.setBigUint64(subscriptionsAt + 56, 8n, true);
    view.setUint8(subscriptionsAt + 56 + 8, 1);
    view.setUint32(subscriptionsAt + 56 + 16, 99, true);
    expect(guest.call.poll_oneoff?.(subscriptionsAt, eventsAt, 2, result)).toBe('SUCCESS');
    expect(guest.call.poll_oneoff?.(subscriptionsAt, eventsAt, 1, result)).toBe('SUCCESS');
    expectGolden('unstable_poll', guest.trace);
  });

  test('has everything but sock_accept', async () => {
    const guest = await createGuest({ abi });
    expect(Object.keys(guest.call).sort()).toEqual(functionNames.filter((name) => name !== 'sock_accept').toSorted());
  });
});
