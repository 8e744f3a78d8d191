/** SIGKILL at random moments, of the command and of its container: nothing stays but what the next start sweeps. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest, startGuest } from '../helpers/wasmctr.ts';

const kills = 300;
/** From before the fork until the guest has run for a while. */
const longestLifeMs = 120;

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return []; // has ended
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // had ended
  }
}

type Victim = 'command' | 'container' | 'both';

/** What became of the command. */
async function killAtRandom(victim: Victim): Promise<{ victim: Victim; code: number | null; signal: string | null }> {
  const run = startGuest('c/spin');
  await sleep(Math.random() * longestLifeMs);
  // Early deaths have no container yet: its supervisor dies instead, so that every round kills.
  const [container = run.pid] = childrenOf(run.pid);
  if (victim !== 'command') kill(container);
  if (victim !== 'container') kill(run.pid);
  const { code, signal } = await run.result;
  return { victim, code, signal };
}

test('nothing is left', { timeout: 240_000 }, async () => {
  const victims: Victim[] = ['command', 'container', 'both'];
  const seen = new Set<string>();
  for (let i = 0; i < kills; i += 2) {
    const pair = [i, i + 1].map((n) => killAtRandom(victims[n % victims.length] ?? 'both'));
    for (const { code, signal } of await Promise.all(pair)) {
      // A killed container is reported as such; it is never a success.
      expect([137, 125, null]).toContain(code);
      seen.add(signal ?? String(code));
    }
  }
  expect(seen).toContain('SIGKILL');
  expect(seen, 'no container was killed under a living command').toContain('137');
  expect(await runGuest('c/hello'), 'the next start').toMatchObject({ code: 0, stdout: 'hello\n' });
  await expectNothingLeft();
});
