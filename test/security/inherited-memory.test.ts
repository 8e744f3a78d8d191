/** Memory that is inherited: what the caller has and did not grant is nowhere in the container's address space. */
import { closeSync, mkdtempSync, openSync, readFileSync, readlinkSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { build } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { makesGroups } from '../helpers/repeats.ts';
import { type RunningWasmctr, runGuest, startEnv, startGuest } from '../helpers/wasmctr.ts';

const dir = mkdtempSync(join(tmpdir(), 'attack-memory-'));
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await expectNothingLeft();
});

/** Built at run time, so that no file holds it in one piece. */
const canary = (name: string): string => `${name}-${['can', 'ary'].join('')}-${process.pid}`;

async function containerOf(run: RunningWasmctr): Promise<string> {
  for (;;) {
    const [pid] = readFileSync(`/proc/${run.pid}/task/${run.pid}/children`, 'utf8').trim().split(' ');
    if (pid && /^Seccomp:\t2$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return pid;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The locked-up child that has the supervisor's network. */
async function brokerOf(run: RunningWasmctr): Promise<string> {
  const network = (pid: number | string): string => readlinkSync(`/proc/${pid}/ns/net`);
  for (;;) {
    const children = readFileSync(`/proc/${run.pid}/task/${run.pid}/children`, 'utf8').trim().split(' ');
    const isLocked = (pid: string): boolean => /^CapBnd:\t0+$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    const broker = children.find((pid) => isLocked(pid) && network(pid) === network(run.pid));
    if (broker !== undefined) return broker;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Which of the texts are in the readable memory of a process, as UTF-8 or UTF-16. */
function findInMemory(pid: string, texts: readonly string[]): string[] {
  const found = new Set<string>();
  const mem = openSync(`/proc/${pid}/mem`, 'r');
  const chunk = Buffer.allocUnsafe(4 * 1024 * 1024);
  const patterns = texts.map((text) => ({ text, forms: [Buffer.from(text), Buffer.from(text, 'utf16le')] }));
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from, to, readable] = /^([0-9a-f]+)-([0-9a-f]+) (.)/.exec(line) ?? [];
      if (from === undefined || to === undefined || readable !== 'r' || line.includes('[v')) continue;
      scan(Number.parseInt(from, 16), Number.parseInt(to, 16));
    }
  } finally {
    closeSync(mem);
  }
  return [...found];

  function scan(from: number, to: number): void {
    // Reservations of gigabytes hold no pages; what was written lies at their start.
    const end = Math.min(to, from + 512 * 1024 * 1024);
    for (let at = from; at < end; at += chunk.length - 256) {
      let length = 0;
      try {
        length = readSync(mem, chunk, 0, Math.min(chunk.length, end - at), at);
      } catch {
        return; // device memory, guard pages
      }
      const bytes = chunk.subarray(0, length);
      for (const { text, forms } of patterns) if (forms.some((form) => bytes.includes(form))) found.add(text);
    }
  }
}

test('environment, arguments and files that were not granted are not there; granted ones are', async () => {
  const secret = {
    env: canary('environment'),
    name: canary('VARIABLE'),
    file: canary('env-file'),
    path: canary('directory'),
  };
  const granted = canary('granted');
  const argument = canary('argument');
  writeFileSync(join(dir, 'env'), `OTHER=${granted}\n# ${secret.file}\n`);
  const run = startGuest('c/sleep', ['60000', argument], {
    env: { [secret.name]: secret.env, SHELL: '/bin/sh' },
    flags: ['--env-file', join(dir, 'env'), '--stats-file', join(dir, secret.path)],
  });
  try {
    const pid = await containerOf(run);
    const found = findInMemory(pid, [...Object.values(secret), granted, argument]);
    // The scan works: what was granted is found.
    expect(found.sort()).toEqual([argument, granted].sort());
  } finally {
    run.process.kill('SIGTERM');
    await run.result.catch(() => undefined);
  }
});

test.runIf(startEnv.WASMCTR_FROZEN === '1' && makesGroups)(
  'the container of a start that is repeated has nothing of its launcher, whose clone it is',
  async () => {
    const secret = { env: canary('environment'), name: canary('VARIABLE'), home: canary('home') };
    const argument = canary('argument');
    const env = { [secret.name]: secret.env, HOME: `/${secret.home}`, SHELL: '/bin/sh' };
    for (let tries = 0; ; tries++) {
      const before = await runGuest('wat/as-told', [argument], { env, stdin: '' });
      expect(before).toMatchObject({ stdout: 'told\n', code: 0 });
      const run = startGuest('wat/as-told', [argument], { env, stdin: '' });
      run.stdin.end('spin');
      try {
        const pid = await containerOf(run);
        // No supervisor yet: the launcher itself is small. A busy machine may be late.
        const isRepeated = !readFileSync(`/proc/${run.pid}/maps`, 'utf8').includes('/node');
        if (!isRepeated && tries < 20) continue;
        expect(isRepeated).toBe(true);
        expect(findInMemory(pid, [...Object.values(secret), argument])).toEqual([argument]);
        return;
      } finally {
        run.process.kill('SIGTERM');
        await run.result.catch(() => undefined);
      }
    }
  },
);

test('a network broker has the rules, and nothing else of the caller', async () => {
  build('c-p2');
  const secret = {
    env: canary('environment'),
    name: canary('VARIABLE'),
    path: canary('directory'),
    argument: canary('argument'),
  };
  const rule = `${canary('rule')}.example`;
  const run = startGuest('c-p2/sleep', ['60000', secret.argument], {
    env: { [secret.name]: secret.env },
    flags: ['--allow-net', rule, '--stats-file', join(dir, secret.path)],
  });
  try {
    await containerOf(run);
    const broker = await brokerOf(run);
    expect(findInMemory(broker, [...Object.values(secret), rule])).toEqual([rule]);
  } finally {
    run.process.kill('SIGTERM');
    await run.result.catch(() => undefined);
  }
});

test('/proc/PID/environ and cmdline of a container say nothing of the caller', async () => {
  const argument = canary('argument');
  const run = startGuest('c/sleep', ['60000', argument], { env: { TOKEN: canary('token') } });
  try {
    const pid = await containerOf(run);
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('');
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(argument);
  } finally {
    run.process.kill('SIGTERM');
    await run.result.catch(() => undefined);
  }
});
