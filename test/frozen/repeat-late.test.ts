/** A start that was repeated, and the supervisor that comes when it takes longer: between the two nothing is lost. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { makesGroups, plain, useRepeats } from '../helpers/repeats.ts';
import { wasmctrBin } from '../helpers/wasmctr.ts';

const { home, images, isRepeated, module, records, run } = useRepeats();
const env = (): Record<string, string> => ({ XDG_CACHE_HOME: images().cache, WASMCTR_FROZEN: '1' });

/** One that spins until its deadline; there is a record of its start. */
async function spinning(timeout: string, act: (kill: (signal: NodeJS.Signals) => void) => Promise<void>) {
  const args = ['--timeout', timeout, module()];
  expect(run({ args })).toEqual(plain);
  const child = spawn(wasmctrBin, ['run', ...args], { env: env(), stdio: ['pipe', 'ignore', 'pipe'] });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  child.stdin.end('s');
  await act((signal) => child.kill(signal));
  const [code] = await once(child, 'close');
  return { code, stderr: Buffer.concat(errors).toString() };
}

describe.runIf(makesGroups)('a start that was repeated', () => {
  test('goes on when its module is gone, and keeps its deadline', async () => {
    const { code, stderr } = await spinning('1s', async () => {
      await sleep(60);
      rmSync(module());
    });
    expect(code).toBe(124);
    expect(stderr).toMatch(/^wasmctr: timed out: /);
  });

  test.each(['SIGPIPE', 'SIGUSR1'] as const)('does not mind %s, as ever', async (signal) => {
    const { code } = await spinning('1s', async (kill) => {
      await sleep(40);
      kill(signal);
      await sleep(300);
      kill(signal);
    });
    expect(code).toBe(124);
  });

  test('answers signals at the very moment when a supervisor comes', { timeout: 60_000 }, async () => {
    for (let afterMs = 190; afterMs < 226; afterMs += 3) {
      const { code } = await spinning('20s', async (kill) => {
        await sleep(afterMs);
        kill(afterMs % 2 === 0 ? 'SIGINT' : 'SIGTERM');
      });
      expect(code, `${afterMs} ms`).toBe(afterMs % 2 === 0 ? 130 : 143);
    }
  });

  test('is stopped and goes on', async () => {
    const { code } = await spinning('1s', async (kill) => {
      await sleep(50);
      kill('SIGTSTP');
      await sleep(200);
      kill('SIGCONT');
    });
    expect(code).toBe(124);
  });

  test('where the caller ignores that children end', () => {
    const prefix = ['/bin/bash', '--norc', '-c', 'trap "" CHLD; exec "$0" "$@"'];
    const args = ['--dir', home(), module()];
    for (let i = 0; i < 3; i++) expect(run({ prefix, args })).toEqual(plain);
    expect(run({ prefix, args, input: 'e' })).toEqual({ ...plain, status: 3 });
    // Node would set it right for the supervisor, so it has to be the launcher that repeats it.
    expect(isRepeated({ prefix, args })).toBe(true);
  });

  test('among many descriptors of the caller’s', () => {
    const open = 'for fd in {10..88}; do eval "exec $fd</dev/null"; done; exec "$0" "$@"';
    const prefix = ['/bin/bash', '--norc', '-c', open];
    const args = ['--timeout', '1s', module()];
    expect(run({ args, prefix })).toEqual(plain);
    expect(run({ args, prefix, input: 's' })).toMatchObject({ status: 124 });
  });
});

/** What follows, as root of a user namespace with this map: `0 0 1` has nobody else in it. */
const inNamespace = (map: string): string[] => [
  ...['/usr/bin/python3', '-c'],
  `import ctypes, os, sys
asking, asked = os.pipe()
waiting, go = os.pipe()
pid = os.fork()
if pid == 0:
    ctypes.CDLL(None).unshare(0x10000000)
    os.write(asked, b"x")
    os.read(waiting, 1)
    os.execv(sys.argv[1], sys.argv[1:])
os.read(asking, 1)
for name in ("uid_map", "gid_map"):
    with open(f"/proc/{pid}/{name}", "w") as file:
        file.write("${map}")
os.write(go, b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`,
];

describe.runIf(makesGroups)('a record', () => {
  test('is not for a user namespace with others in it, that has the number of one that is gone', () => {
    for (const map of ['0 0 4294967295', '0 0 4294967295', '0 0 1', '0 0 4294967295'])
      expect(run({ prefix: inNamespace(map) })).toEqual(plain);
  });

  test('is not for the root of another user namespace', () => {
    const unshare = ['/usr/bin/unshare', '--user', '--map-root-user'];
    const asEver = run({ prefix: unshare, env: { WASMCTR_FROZEN: '0' } });
    for (let i = 0; i < 3; i++) expect(run()).toEqual(plain);
    for (let i = 0; i < 3; i++) expect(run({ prefix: unshare })).toEqual(asEver);
    expect(run()).toEqual(plain);
  });

  test('that can’t be written costs the run nothing', () => {
    expect(run()).toEqual(plain);
    const [name = ''] = records();
    for (const each of records()) rmSync(join(images().folder, each));
    mkdirSync(join(images().folder, name));
    expect(run()).toEqual(plain);
    rmSync(join(images().folder, name), { recursive: true });
    const full = ['/usr/bin/prlimit', '--fsize=4096'];
    expect(run({ prefix: full })).toEqual(plain);
  });

  test('of a run that another start repeats at the same time', async () => {
    const children = Array.from({ length: 12 }, () => {
      const child = spawn(wasmctrBin, ['run', module()], { env: env(), stdio: ['pipe', 'ignore', 'ignore'] });
      child.stdin.end();
      return once(child, 'close');
    });
    for (const [code] of await Promise.all(children)) expect(code).toBe(0);
    expect(spawnSync(wasmctrBin, ['run', module()], { env: env(), input: '' }).status).toBe(0);
  });
});
