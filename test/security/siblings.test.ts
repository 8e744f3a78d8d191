/** Two children of one template: what one has, the other must not learn, and what is random must differ. */
import { afterAll, expect, test } from 'vitest';
import { attackEach, type Kit } from '../helpers/attack.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';

afterAll(() => expectNothingLeft());

test('random bytes of the kernel, of V8 and of hash seeds differ', async () => {
  const draws = await attackEach(
    (kit: Kit) => {
      const bytes = new Uint8Array(16);
      kit.call('getrandom', bytes, 16, 0);
      return { kernel: [...bytes].join(), math: Math.random(), uuid: globalThis.crypto.randomUUID() };
    },
    [1, 2, 3, 4],
  );
  for (const name of ['kernel', 'uuid'] as const)
    expect(new Set(draws.map(({ value }) => value?.[name])).size, name).toBe(4);
});

test('a secret in the heap of one is not in the memory of the next', async () => {
  const [first, second] = await attackEach(
    (kit: Kit, turn: number) => {
      const secret = ['sibling', 'canary', '4711'].join('-');
      if (turn === 0) {
        const kept = Array.from({ length: 1000 }, (_, i) => new TextEncoder().encode(`${secret}-${i}`));
        return kept.length;
      }
      // 64 MiB of fresh pages: the kernel gives them out as zeros, whatever they held before.
      const address = BigInt(kit.call('mmap', 0, 1 << 26, 3, 0x22, -1, 0));
      return kit.native.peek(address, 1 << 26).some((byte) => byte !== 0);
    },
    [0, 1],
  );
  expect(first?.value).toBe(1000);
  expect(second?.value).toBe(false);
});

test('what one leaves in a tmpfs, in IPC or in its keyring, the next does not find', async () => {
  const [, second] = await attackEach(
    (kit: Kit, turn: number) => {
      const at = kit.fds[1] ?? -1;
      if (turn === 0)
        return [
          kit.openat2(at, 'message', 0o102),
          kit.call('shmget', 0x4711, 4096, 0o1600),
          kit.call('add_key', kit.text('user'), kit.text('message'), kit.text('x'), 1, -3),
        ].map((answer) => typeof answer);
      return [
        kit.openat2(at, 'message', 0),
        kit.call('shmget', 0x4711, 4096, 0),
        kit.call('request_key', kit.text('user'), kit.text('message'), 0, 0),
      ];
    },
    [0, 1],
    { flags: ['--tmpfs', '/tmp:64KiB'], without: ['seccomp', 'landlock'] },
  );
  expect(second?.value).toEqual(['ENOENT', 'ENOENT', 'ENOKEY']);
});

test('two that run one after another have other ids, and neither sees the other’s number', async () => {
  const seen = await attackEach((kit: Kit) => [kit.call('getuid'), kit.call('getpid')], [1, 2], {
    without: ['seccomp'],
  });
  const [a, b] = seen.map(({ value }) => value);
  expect(a?.[0]).not.toBe(b?.[0]);
  expect([a?.[1], b?.[1]]).toEqual([1, 1]);
});

test('addresses are shared: children of one process have its layout, as SECURITY.md says', async () => {
  const addresses = await attackEach((kit: Kit) => String(kit.native.addressOf(new Uint8Array(8)) >> 32n), [1, 2]);
  expect(addresses[0]?.value).toBe(addresses[1]?.value);
});

test('two runs have two layouts', async () => {
  const stack = (kit: Kit): string => String(kit.native.addressOf(new Uint8Array(1 << 20)) >> 12n);
  const runs = await Promise.all([attackEach(stack, [1]), attackEach(stack, [1]), attackEach(stack, [1])]);
  expect(new Set(runs.map(([run]) => run?.value)).size).toBeGreaterThan(1);
});
