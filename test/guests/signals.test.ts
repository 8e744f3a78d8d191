/** Signals to the command reach the guest, and neither of the two outlives the other. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest, startGuest } from '../helpers/wasmctr.ts';

afterAll(async () => {
  // What a killed command could not remove, the next start does.
  await runGuest('c/hello');
  await expectNothingLeft();
});

interface Proc {
  pid: number;
  state: string;
  ppid: number;
}

/** The processes of a command's session, the command first. */
function processes(session: number): Proc[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readStat(Number(name));
      // A container whose supervisor was killed is init's to reap, which may take its time.
      const isReaped = stat?.state === 'Z' && stat.ppid === 1;
      return stat !== null && stat.session === session && !isReaped ? [stat] : [];
    })
    .sort((a, b) => a.pid - b.pid);
}

function readStat(pid: number): (Proc & { session: number }) | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', ppid, , session] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, state, ppid: Number(ppid), session: Number(session) };
  } catch {
    return null;
  }
}

function containerOf(session: number): number {
  const child = processes(session).find(({ pid }) => pid !== session);
  if (child === undefined) throw new Error('no container process');
  return child.pid;
}

async function eventually(what: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 3000; !what(); await sleep(10)) {
    if (Date.now() > deadline) throw new Error(`never became true: ${what}`);
  }
}

describe.each([
  ['c/spin', 'spinning', []],
  ['c/sleep', 'sleeping', ['60000']],
] as const)('%s', (name, greeting, args) => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('%s ends it with %i', async (signal, code) => {
    const run = startGuest(name, args);
    await run.saw(greeting);
    run.process.kill(signal);
    const result = await run.result;
    expect({ code: result.code, signal: result.signal, stdout: result.stdout }).toEqual({
      code,
      signal: null,
      stdout: `${greeting}\n`,
    });
    await eventually(() => processes(run.pid).length === 0);
  });

  it('SIGTSTP stops both, SIGCONT wakes both', async () => {
    const run = startGuest(name, args);
    await run.saw(greeting);
    const container = containerOf(run.pid);
    run.process.kill('SIGTSTP');
    await eventually(() => readStat(run.pid)?.state === 'T' && readStat(container)?.state === 'T');
    run.process.kill('SIGCONT');
    await eventually(() => readStat(run.pid)?.state !== 'T' && readStat(container)?.state !== 'T');
    run.process.kill('SIGTERM');
    expect((await run.result).code).toBe(143);
  });

  it('kill -9 of the command leaves no container', async () => {
    const run = startGuest(name, args);
    await run.saw(greeting);
    expect(processes(run.pid).length).toBeGreaterThan(1);
    run.process.kill('SIGKILL');
    expect(await run.result).toMatchObject({ code: null, signal: 'SIGKILL' });
    await eventually(() => processes(run.pid).length === 0);
  });

  it('kill -9 of the container is 137', async () => {
    const run = startGuest(name, args);
    await run.saw(greeting);
    process.kill(containerOf(run.pid), 'SIGKILL');
    const { code, signal, stderr } = await run.result;
    expect({ code, signal }).toEqual({ code: 137, signal: null });
    expect(stderr).toMatch(/^wasmctr: killed: \S+: SIGKILL\n$/);
  });
});

it('a signal at any moment of the start ends all of it', { timeout: 60_000 }, async () => {
  for (let delayMs = 0; delayMs < 150; delayMs += 10) {
    const run = startGuest('c/sleep', ['60000'], { timeoutMs: 10_000 });
    await sleep(delayMs);
    run.process.kill('SIGTERM');
    const { code, signal } = await run.result;
    // Before the command has begun to listen, the signal ends it as any program.
    expect([`143 null`, `null SIGTERM`]).toContain(`${code} ${signal}`);
    await eventually(() => processes(run.pid).length === 0);
  }
});

it('kill -9 at any moment of the start leaves nothing', { timeout: 60_000 }, async () => {
  for (let delayMs = 0; delayMs < 150; delayMs += 5) {
    const run = startGuest('c/sleep', ['60000'], { timeoutMs: 10_000 });
    await sleep(delayMs);
    run.process.kill('SIGKILL');
    await run.result;
    await eventually(() => processes(run.pid).length === 0);
  }
});
