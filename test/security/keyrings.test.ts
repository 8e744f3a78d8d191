/** Keyrings: the kernel keeps a session's secrets by credentials, and no namespace separates them. */
import { afterAll, expect, test } from 'vitest';
import { type AttackOptions, attack, type Kit } from '../helpers/attack.ts';
import { expectViolation } from '../helpers/attack-walls.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';

afterAll(() => expectNothingLeft());

/** A session with a secret in it, as a login or a service manager makes it. */
const before = (kit: Kit): void => {
  kit.call('keyctl', 1, 0);
  kit.call('add_key', kit.text('user'), kit.text('wasmctr-secret'), kit.text('canary'), 6, -3);
};

/** Searches session, user and process keyrings, and asks for the key by name. */
const search = (kit: Kit): (number | string)[] => [
  ...[-3, -4, -5].map((ring) => kit.call('keyctl', 10, ring, kit.text('user'), kit.text('wasmctr-secret'), 0)),
  kit.call('request_key', kit.text('user'), kit.text('wasmctr-secret'), 0, 0),
];

const withoutFilter: AttackOptions = { before, without: ['seccomp', 'landlock'] };

test('the filter names the call', async () => {
  expectViolation(await attack(search, { before }), 'keyctl');
});

test("behind it, the caller's keys are not found", async () => {
  const { value } = await attack(search, withoutFilter);
  expect(value).toEqual(['ENOKEY', 'ENOKEY', 'ENOKEY', 'ENOKEY']);
});

test('without the stage that leaves the keyring they are: the test can tell', async () => {
  const stages = ['cgroup', 'ids', 'unshare', 'idmap', 'capabilities', 'descriptors'];
  const { value } = await attack(search, { ...withoutFilter, stages });
  expect(value?.[0]).toEqual(expect.any(Number));
});
