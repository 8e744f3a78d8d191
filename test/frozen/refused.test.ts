/** Where the caller's limits or its user namespace allow less: a weaker way, or one line that says what to raise. */
import { chownSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ImageFolder, imageFolder } from '../helpers/frozen.ts';

let images: ImageFolder;
beforeAll(() => {
  images = imageFolder();
  images.refresh();
});
afterAll(() => images.remove());

const limited = (limit: string): string[] => ['/bin/bash', '-c', `${limit}; exec "$0" "$@"`];

describe.each([
  ['an image', '1', true],
  ['Node', '0', false],
])('started from %s', (_, mode, frozen) => {
  const env = { WASMCTR_FROZEN: mode, PATH: '/usr/bin:/bin' };

  test('root of a namespace that has no other user', () => {
    const run = images.hello({ prefix: ['/usr/bin/unshare', '--user', '--map-root-user'], env });
    expect(run).toMatchObject({ stdout: 'hello\n', stderr: '', status: 0, start: { frozen } });
  });

  test('no room for a file', () => {
    const stderr = "wasmctr: can't hand over the arguments: memfd: EFBIG: raise ulimit -f\n";
    expect(images.hello({ prefix: limited('ulimit -f 0'), env })).toMatchObject({ stdout: '', stderr, status: 125 });
  });
});

test.runIf(process.geteuid?.() === 0)('no process more for this user', () => {
  const own = imageFolder();
  // No other test has processes of this user.
  const id = 12_345;
  const asUser = ['/usr/bin/setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups'];
  try {
    chownSync(own.cache, id, id);
    own.hello({ prefix: asUser, env: { WASMCTR_FROZEN: 'refresh' } });
    const run = own.hello({ prefix: [...asUser, ...limited('ulimit -u 1')] });
    const stderr = "wasmctr: can't start another process: clone3: EAGAIN: raise ulimit -u or the pids limit\n";
    expect(run).toMatchObject({ stdout: '', stderr, status: 125 });
  } finally {
    own.remove();
  }
});
