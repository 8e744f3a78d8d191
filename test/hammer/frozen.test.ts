/** Many starts from one image at once, and freezing and restoring that are killed at any moment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImageFolder, imageFolder } from '../helpers/frozen.ts';
import { guest } from '../helpers/guests.ts';
import { expectNothingLeft, forgetSession, openDescriptors, rememberSession } from '../helpers/leaks.ts';
import { wasmctrBin } from '../helpers/wasmctr.ts';

const starts = Number(process.env.WASMCTR_STARTS ?? 500);
const atOnce = 100;
const kills = Number(process.env.WASMCTR_KILLS ?? 60);

let images: ImageFolder;
beforeAll(() => {
  images = imageFolder();
  images.refresh();
});
afterAll(() => images.remove());

async function hello(env: Record<string, string> = {}, flags = ['--stats=json']): Promise<string> {
  const child = spawn(wasmctrBin, ['run', ...flags, guest('c/hello')], {
    env: { XDG_CACHE_HOME: images.cache, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid === undefined) throw new Error('did not start');
  rememberSession(child.pid);
  const [stdout, stderr, [code, signal]] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    once(child, 'close'),
  ]);
  forgetSession(child.pid);
  const last = String(stderr).trim().split('\n').at(-1) ?? '';
  const frozen = last.startsWith('{') ? JSON.parse(last).start.frozen : stderr;
  return `${code} ${signal} ${String(stdout).trim()} ${frozen}`;
}

async function startAll(start: () => Promise<string>, expected: string): Promise<void> {
  const before = openDescriptors();
  const outcomes = new Map<string, number>();
  let left = starts;
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const outcome = await start();
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  expect(Object.fromEntries(outcomes)).toEqual({ [expected]: starts });
  await expectNothingLeft(before);
}

test(`${starts} starts, ${atOnce} at a time: all frozen, none fails, none leaks`, { timeout: 1_800_000 }, async () => {
  await startAll(hello, '0 null hello true');
});

test(`${starts} starts that are repeated, ${atOnce} at a time`, { timeout: 1_800_000 }, async () => {
  // Without a receipt; 100 at a time some take longer than the launcher waits, and get a supervisor.
  await startAll(() => hello({ WASMCTR_FROZEN: '1' }, []), '0 null hello ');
});

/** Processes that make images here: their descriptor 3 is the folder (native/launcher/refreeze.c). */
function freezers(): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const isHere = readlinkSync(`/proc/${pid}/fd/3`) === images.folder;
      return isHere && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('freeze') ? [Number(pid)] : [];
    } catch {
      return []; // gone meanwhile
    }
  });
}

test('a restore that is killed at any moment leaves nothing', { timeout: 300_000 }, async () => {
  for (let i = 0; i < kills; i++) {
    const child = spawn(wasmctrBin, ['run', guest('c/spin')], {
      env: { XDG_CACHE_HOME: images.cache },
      detached: true,
      stdio: 'ignore',
    });
    if (child.pid === undefined) throw new Error('did not start');
    rememberSession(child.pid);
    await sleep(Math.random() * 25);
    child.kill('SIGKILL');
    await once(child, 'exit');
    forgetSession(child.pid);
  }
  // The next run sweeps the groups that they could not remove.
  expect(await hello()).toBe('0 null hello true');
  await expectNothingLeft();
});

test('freezing that is killed at any moment leaves the image that was, or a new one', {
  timeout: 600_000,
}, async () => {
  for (let i = 0; i < kills / 4; i++) {
    const run = hello({ WASMCTR_FROZEN: 'refresh' });
    await sleep(Math.random() * 900);
    for (const pid of freezers()) kill(pid);
    expect(await run).toMatch(/^0 null hello /);
    expect(await hello()).toBe('0 null hello true');
  }
  images.refresh();
  // The image, its code, its link and the lock: what was left half-made is gone with the next one.
  expect(readdirSync(images.folder)).toHaveLength(4);
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}
