/** What a restored process has mapped: its mappings are made and unmade at each start. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { copyPackage, imageFolder } from '../helpers/frozen.ts';
import { guest } from '../helpers/guests.ts';
import { wasmctrBin } from '../helpers/wasmctr.ts';

interface Mapping {
  start: number;
  permissions: string;
  path: string;
}

/** V8 wishes each page of its heap at a random address below (native/src/freeze/fence.h). */
const wishedBelow = 2 ** 46;
const linkedBelow = 2 ** 36;
const tebibyte = 2 ** 40;

/** Of a supervisor that waits for its guest. */
async function restored(bin: string, cache: string, image: string): Promise<{ mappings: Mapping[]; bytes: number }> {
  const env = { XDG_CACHE_HOME: cache };
  const child = spawn(bin, ['run', '--no-warm', guest('c/cat')], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  try {
    const echoed = new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdin.write('it runs\n');
    await Promise.race([echoed, sleep(20_000).then(() => Promise.reject(new Error('it said nothing')))]);
    const mappings = readFileSync(`/proc/${child.pid}/maps`, 'utf8').split('\n').filter(Boolean).map(parse);
    const size = /^VmSize:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
    expect(mappings.filter(({ path }) => path === image)).not.toEqual([]);
    return { mappings, bytes: Number(size) * 1024 };
  } finally {
    child.stdin.end();
    expect(await ended).toBe(0);
  }
}

/** proc(5): `start-end permissions offset device inode path`. */
function parse(line: string): Mapping {
  const [range = '', permissions = '', , , , ...path] = line.split(/ +/);
  return { start: Number.parseInt(range, 16), permissions, path: path.join(' ') };
}

/** Where V8 has its wish granted is none of its heap, but machine code of WebAssembly. */
function expectTogether({ mappings, bytes }: { mappings: Mapping[]; bytes: number }): void {
  const scattered = mappings.filter(({ start }) => start >= linkedBelow && start < wishedBelow);
  expect(scattered.map(({ permissions }) => permissions)).toContain('rwxp');
  expect(scattered.filter(({ permissions }) => permissions !== 'rwxp').length).toBeLessThanOrEqual(8);
  // Scattered, V8's heap alone has a hundred.
  expect(mappings.length).toBeLessThan(190);
  // Guards of memories are 10 GiB each. What was reserved while it was frozen is not there.
  expect(bytes).toBeLessThan(tebibyte);
}

test("V8's heap lies in one place, and what kept it there is gone", async () => {
  const images = imageFolder();
  try {
    images.refresh();
    expectTogether(await restored(wasmctrBin, images.cache, images.image()));
  } finally {
    images.remove();
  }
});

// Attack: the freezing process preloads the addon. ld.so(8) would take "a", which may be somebody else's, for a library.
test('so it does where ld.so would take the folder for a list', async () => {
  const images = imageFolder();
  try {
    const bin = copyPackage(join(images.cache, 'a b:c'));
    images.refresh(bin);
    expectTogether(await restored(bin, images.cache, images.image()));
  } finally {
    images.remove();
  }
});

// What is reserved counts there, and would leave V8 none.
test('an image is made where address space is limited, too', () => {
  const images = imageFolder();
  const limited = ['/bin/bash', '-c', 'ulimit -v 2000000000; exec "$0" "$@"'];
  try {
    const { start, stdout } = images.hello({ prefix: limited, env: { WASMCTR_FROZEN: 'refresh' } });
    expect({ start, stdout }).toEqual({ start: { frozen: true, detail: 'from an image' }, stdout: 'hello\n' });
  } finally {
    images.remove();
  }
});
