/** Where the cache lies, by the caller's variables. */
import { expect, test } from 'vitest';
import { defaultStoreBytes, storePlace } from '../../../runtime/components/store-place.ts';

const user = 1000;

test.each<[readonly string[], number, string]>([
  [['HOME=/home/u'], user, '/home/u/.cache/wasmctr'],
  [['HOME=/home/u', 'XDG_CACHE_HOME=/fast'], user, '/fast/wasmctr'],
  [['HOME=/home/u', 'XDG_CACHE_HOME=relative'], user, '/home/u/.cache/wasmctr'],
  [['HOME=/home/u', 'XDG_CACHE_HOME='], user, '/home/u/.cache/wasmctr'],
  [['HOME=/root'], 0, '/var/cache/wasmctr'],
  [[], 0, '/var/cache/wasmctr'],
  [['XDG_CACHE_HOME=/fast'], 0, '/fast/wasmctr'],
])('%j of user %i: %s', (env, euid, folder) => {
  expect(storePlace(env, euid)).toEqual({ folder, maxBytes: defaultStoreBytes });
});

test.each<[readonly string[], RegExp]>([
  [[], /neither HOME nor XDG_CACHE_HOME/],
  [['HOME=relative'], /neither HOME nor XDG_CACHE_HOME/],
  [['HOME=/home/u', 'WASMCTR_CACHE=0'], /WASMCTR_CACHE=0/],
  [['HOME=/home/u', 'WASMCTR_CACHE_SIZE=much'], /WASMCTR_CACHE_SIZE is not a size/],
  [['HOME=/home/u', 'WASMCTR_CACHE_SIZE=1'], /at least 1MiB/],
])('%j: no cache, because %s', (env, reason) => {
  expect(storePlace(env, user)).toMatch(reason);
});

test('its size', () => {
  expect(storePlace(['HOME=/h', 'WASMCTR_CACHE_SIZE=64MiB'], user)).toMatchObject({ maxBytes: 64 * 1024 ** 2 });
});
