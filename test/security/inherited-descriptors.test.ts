/** Descriptors of the caller's that look like the engine's own: an eventfd, an epoll instance, a pipe. None gets in. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImageFolder, imageFolder } from '../helpers/frozen.ts';
import { guest } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { wasmctrBin } from '../helpers/wasmctr.ts';

let images: ImageFolder;
beforeAll(() => {
  images = imageFolder();
  images.refresh();
});
afterAll(async () => {
  images.remove();
  await expectNothingLeft();
});

/** One of this process's own of each kind, by number. */
function ownDescriptors(): number[] {
  const wanted = ['anon_inode:[eventfd]', 'anon_inode:[eventpoll]', 'pipe:'];
  const own = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return Number(fd) > 2 ? [{ fd: Number(fd), target: readlinkSync(`/proc/self/fd/${fd}`) }] : [];
    } catch {
      return []; // readdir's own
    }
  });
  return wanted.map((kind) => {
    const found = own.find(({ target }) => target.startsWith(kind));
    if (found === undefined) throw new Error(`this process has no ${kind}`);
    return found.fd;
  });
}

/** What the kernel says of a process's descriptors: kind, and the identity of pipes and eventfds. */
function describeDescriptors(pid: string): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
      const id = /^eventfd-id:.*$/m.exec(info)?.[0] ?? '';
      return [`${readlinkSync(`/proc/${pid}/fd/${fd}`)} ${id}`];
    } catch {
      return []; // of this process: readdir's own
    }
  });
}

async function containerOf(pid: number): Promise<string> {
  for (;;) {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    if (child && /^Seccomp:\t2$/m.test(readFileSync(`/proc/${child}/status`, 'utf8'))) return child;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function inContainer(frozen: string, given: readonly number[]): Promise<string[]> {
  const env = { WASMCTR_FROZEN: frozen, XDG_CACHE_HOME: images.cache };
  const stdio = ['ignore', 'ignore', 'ignore', ...given] as const;
  const run = spawn(wasmctrBin, ['run', guest('c/sleep'), '60000'], { env, stdio: [...stdio] });
  const ended = new Promise((resolve) => run.on('close', resolve));
  try {
    return describeDescriptors(await containerOf(run.pid ?? 0));
  } finally {
    run.kill('SIGTERM');
    await ended;
  }
}

/** How many of each kind. */
function kinds(descriptors: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of descriptors) {
    const kind = text.replace(/:\[\d+\]| eventfd-id:.*| $/g, '');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

test.each([
  ['an image', '1'],
  ['Node', '0'],
])('started from %s', { timeout: 60_000 }, async (_, frozen) => {
  const given = ownDescriptors();
  const callers = describeDescriptors('self').filter((text) => /pipe:|eventfd-id/.test(text));
  const found = await inContainer(frozen, given);
  expect(found.filter((text) => callers.includes(text))).toEqual([]);
  const extra = kinds(found);
  const plain = kinds(await inContainer(frozen, []));
  // Node takes a caller's eventfd for its own, and the fork puts a fresh one in its place.
  if (frozen === '0') for (const counts of [extra, plain]) delete counts['anon_inode:[eventfd]'];
  expect(extra).toEqual(plain);
});
