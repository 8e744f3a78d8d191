/** bin/wasmctr starts from an image wherever it can, and from Node everywhere else. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { copyPackage, type ImageFolder, imageFolder } from '../helpers/frozen.ts';
import { guest } from '../helpers/guests.ts';
import { startEnv, wasmctr, wasmctrBin } from '../helpers/wasmctr.ts';

const isRoot = process.geteuid?.() === 0;
let images: ImageFolder;
beforeAll(() => {
  images = imageFolder();
  images.refresh();
});
afterAll(() => images.remove());

const frozen = { stdout: 'hello\n', stderr: '', status: 0, start: { frozen: true, detail: 'from an image' } };
const cold = (detail: string) => ({ stdout: 'hello\n', stderr: '', status: 0, start: { frozen: false, detail } });

describe('starts from an image', () => {
  test('with randomised addresses, again and again', () => {
    for (let i = 0; i < 40; i++) expect(images.hello()).toMatchObject(frozen);
  });

  test('without randomised addresses', () => {
    for (let i = 0; i < 5; i++) {
      expect(images.hello({ prefix: ['/usr/bin/setarch', '--addr-no-randomize'] })).toMatchObject(frozen);
    }
  });

  test('with no_new_privs', () => {
    expect(images.hello({ prefix: ['/usr/bin/setpriv', '--no-new-privs'] })).toMatchObject(frozen);
  });

  test.runIf(isRoot)('as the first process of a pid namespace', () => {
    expect(images.hello({ prefix: ['/usr/bin/unshare', '--pid', '--fork', '--mount-proc'] })).toMatchObject(frozen);
  });

  test('with a small stack, few descriptors, and the caller’s on numbers of its own', () => {
    const limited = (script: string) => images.hello({ prefix: ['/bin/bash', '-c', `${script}; exec "$0" "$@"`] });
    expect(limited('ulimit -s 128')).toMatchObject(frozen);
    for (const files of [12, 20]) expect(limited(`ulimit -Sn ${files}`)).toMatchObject(frozen);
    expect(limited('exec 7</dev/null 50</dev/null 63</dev/null')).toMatchObject(frozen);
  });

  test('and keeps its deadlines', () => {
    const args = ['run', '--timeout', '200ms', guest('c/spin')];
    const env = { XDG_CACHE_HOME: images.cache };
    expect(spawnSync(wasmctrBin, args, { env, timeout: 10_000 })).toMatchObject({ status: 124, signal: null });
  });

  test('with stdin, stdout and stderr closed', () => {
    const script =
      '"$0" run "$1" <&- && "$0" run "$1" 2>&- && "$0" run "$1" >&- && "$0" run "$1" <&- >&- 2>&-; echo $?';
    const env = { XDG_CACHE_HOME: images.cache };
    const output = execFileSync('/bin/sh', ['-c', script, wasmctrBin, guest('c/hello')], { env, encoding: 'utf8' });
    const withNode = execFileSync('/bin/sh', ['-c', script, wasmctrBin, guest('c/hello')], {
      env: { ...env, WASMCTR_FROZEN: '0' },
      encoding: 'utf8',
    });
    expect(output).toBe(withNode);
  });

  test('with about as much environment as the kernel takes, six megabytes', () => {
    const fill = 'big=$(head -c 100000 /dev/zero | tr "\\0" x); for i in {1..55}; do export "BIG$i=$big"; done';
    const prefix = ['/bin/bash', '-c', `ulimit -s 100000; ${fill}; exec "$0" "$@"`];
    expect(images.hello({ prefix, env: { PATH: '/usr/bin:/bin' } })).toMatchObject(frozen);
  });
});

test.runIf(startEnv.WASMCTR_FROZEN !== '0')('the tests’ own commands do so, on a fresh checkout too', async () => {
  const isFrozen = async (): Promise<boolean> => {
    const { stderr } = await wasmctr(['run', '--stats=json', guest('c/hello')]);
    return JSON.parse(stderr).start.frozen;
  };
  // It is made in the background of the first.
  for (let tries = 0; tries < 100 && !(await isFrozen()); tries++) await sleep(200);
  expect(await isFrozen()).toBe(true);
});

describe('starts from Node', () => {
  test('when told to', () => {
    expect(images.hello({ env: { WASMCTR_FROZEN: '0' } })).toMatchObject(cold('switched off'));
  });

  test('where a descriptor’s number is taken', () => {
    const prefix = ['/bin/bash', '-c', 'exec 110</dev/null; exec "$0" "$@"'];
    expect(images.hello({ prefix })).toMatchObject(cold("a descriptor's number is taken"));
  });

  test('where addresses or descriptors don’t suffice', () => {
    for (const limit of [60, 102]) {
      const few = images.hello({ prefix: ['/bin/bash', '-c', `ulimit -n ${limit}; exec "$0" "$@"`] });
      expect(few).toMatchObject(cold('ulimit -n is too low'));
    }
    // What Node does with so little is Node's.
    const little = ['/bin/bash', '-c', 'ulimit -v 600000; exec "$0" "$@"'];
    const { status, signal } = images.hello({ prefix: little });
    const plain = images.hello({ prefix: little, env: { WASMCTR_FROZEN: '0' } });
    expect({ status, signal }).toEqual({ status: plain.status, signal: plain.signal });
  });
});

/** Each with an image that nothing has happened to yet. */
describe('an image is refused', () => {
  let own: ImageFolder;
  beforeEach(() => {
    own?.remove();
    own = imageFolder();
    own.refresh();
    // What comes after must not make another.
    writeFileSync(`${own.link()}.lock`, 'as if making one had failed');
  });
  afterAll(() => own.remove());

  test('that is another user’s, or open to others', () => {
    chmodSync(own.image(), 0o640);
    expect(own.hello()).toMatchObject(cold('the image is not private'));
    chmodSync(own.image(), 0o600);
    expect(own.hello()).toMatchObject(cold('the image was changed'));
    if (isRoot) {
      chownSync(own.image(), 65534, 65534);
      expect(own.hello()).toMatchObject(cold('the image is not private'));
    }
  });

  test('in a folder where others may write', () => {
    chmodSync(own.folder, 0o777);
    expect(own.hello()).toMatchObject(cold('no image yet'));
  });

  test('that is a link, or has a second name', () => {
    const real = `${own.image()}-moved`;
    const name = own.image();
    renameSync(name, real);
    symlinkSync(real, name);
    expect(own.hello()).toMatchObject(cold('no image yet'));
  });

  test('that is shorter, longer, touched, or somebody else’s copy', () => {
    const image = own.image();
    appendFileSync(image, 'x');
    expect(own.hello()).toMatchObject(cold('the image was changed'));
    truncateSync(image, 100_000);
    expect(own.hello()).toMatchObject(cold('the image was changed'));
    utimesSync(image, 0, 0);
    expect(own.hello()).toMatchObject(cold('the image was changed'));
    copyFileSync(image, `${image}-copy`);
    renameSync(`${image}-copy`, image);
    expect(own.hello().start?.frozen).toBe(false);
  });

  test('whose copy of Node’s code was changed, cut short, or is gone', () => {
    const text = `${own.image()}.text`;
    const changed = 'Node, the package or a library was changed';
    expect(own.hello()).toMatchObject(frozen);
    const bytes = readFileSync(text);
    const at = bytes.length - 100_000;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(text, bytes);
    expect(own.hello()).toMatchObject(cold(changed));
    truncateSync(text, 4096);
    expect(own.hello()).toMatchObject(cold(changed));
    rmSync(text);
    expect(own.hello()).toMatchObject(cold(changed));
  });
});

test('what was upgraded is noticed: the bundle, the addon, by a running command too', { timeout: 120_000 }, () => {
  const own = imageFolder();
  const copy = join(own.cache, 'package');
  const bin = copyPackage(copy);
  const addon = join(copy, 'native/build/wasmctr.node');
  try {
    own.refresh(bin);
    expect(own.hello({ bin })).toMatchObject(frozen);
    writeFileSync(`${own.link()}.lock`, 'as if making one had failed');
    // As npm does: another file under the same name, while a command runs the old one.
    const script = '"$0" run "$1" & sleep 0.5; cp "$2" "$2.new" && mv "$2.new" "$2"; kill $!; wait $!; echo "ended $?"';
    const args = ['-c', script, bin, guest('c/spin'), addon];
    const { stdout } = spawnSync('/bin/bash', args, { env: { XDG_CACHE_HOME: own.cache, PATH: '/usr/bin:/bin' } });
    expect(String(stdout)).toMatch(/ended 143\n$/);
    expect(own.hello({ bin })).toMatchObject(cold('Node, the package or a library was changed'));
    own.refresh(bin);
    writeFileSync(join(copy, 'dist/wasmctr.cjs'), readFileSync(join(copy, 'dist/wasmctr.cjs')));
    expect(own.hello({ bin })).toMatchObject(cold('Node, the package or a library was changed'));
  } finally {
    own.remove();
  }
});
