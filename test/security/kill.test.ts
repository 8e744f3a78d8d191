/** kill -9 of the supervisor or of the container, a thousand times, at every stage: the next start leaves nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { startAttack } from '../helpers/attack.ts';
import { guest } from '../helpers/guests.ts';
import { expectNothingLeft, forgetSession, rememberSession } from '../helpers/leaks.ts';
import { stageNames } from '../helpers/stages.ts';
import { runGuest, wasmctrBin } from '../helpers/wasmctr.ts';

/** Whatever was killed, this is what comes next: it sweeps. */
afterAll(async () => {
  expect((await runGuest('c/hello')).stdout).toBe('hello\n');
  await expectNothingLeft();
});

const wide = 2;

/** Starts the command, and kills it, or its container, so many milliseconds later; resolves when both are gone. */
async function killAfter(delayMs: number, victim: 'supervisor' | 'container'): Promise<void> {
  const child = spawn(wasmctrBin, ['run', guest('c/hello')], { env: {}, detached: true, stdio: 'ignore' });
  const { pid } = child;
  if (pid === undefined) throw new Error('it did not start');
  rememberSession(pid);
  const exited = once(child, 'exit');
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  for (const target of victim === 'supervisor' ? [pid] : childrenOf(pid)) kill(target);
  await exited;
  forgetSession(pid);
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}

/** How long a run takes here and now. */
async function usualMs(): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < 5; i++) await runGuest('c/hello');
  return (performance.now() - start) / 5;
}

describe('at random moments of a run', () => {
  test.each(['supervisor', 'container'] as const)(
    'the %s, 440 times',
    async (victim) => {
      const longestMs = (await usualMs()) * 1.1;
      let left = 440;
      await Promise.all(
        Array.from({ length: wide }, async () => {
          while (left-- > 0) await killAfter(Math.random() * longestMs, victim);
        }),
      );
      expect((await runGuest('c/hello')).stdout).toBe('hello\n');
      await expectNothingLeft();
    },
    170_000,
  );
});

describe('between two stages', () => {
  test.each([...stageNames.keys(), stageNames.length])(
    'after %i stages',
    async (count) => {
      for (let i = 0; i < 8; i++) {
        const before = [...stageNames.slice(0, count), 'pause'];
        const running = await startAttack(() => null, [undefined], { stages: before });
        const pid = await running.container;
        await paused(pid);
        const exited = once(running.process, 'exit');
        // Between "ids" and "parent" nothing tells a container that stands still of its supervisor's death: the sweep does.
        running.finished.catch(() => undefined);
        if (i % 2 === 0) running.process.kill('SIGKILL');
        else kill(pid);
        await exited;
      }
      await runGuest('c/hello');
      await expectNothingLeft();
    },
    60_000,
  );
});

/** pause(2) is where the test build stops. */
async function paused(pid: number): Promise<void> {
  const nr = process.arch === 'x64' ? '34 ' : '73 ';
  for (let i = 0; i < 1000; i++) {
    try {
      if (readFileSync(`/proc/${pid}/syscall`, 'utf8').startsWith(nr)) return;
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error('the container never reached its stage');
}
