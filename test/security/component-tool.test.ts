/** The process that transpiles components, taken over by one: what its container can still do. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult } from '../../runtime/result.ts';
import { buildTestAddon, bundleScript, launcherFlags, testAddon } from '../helpers/fork.ts';
import { root } from '../helpers/guests.ts';
import { expectNothingLeft, forgetSession, rememberSession } from '../helpers/leaks.ts';

const node = join(root, `node_modules/node-linux-${process.arch}/bin/node`);
const reportFd = 3;
let folder: string;
let script: string;

beforeAll(() => {
  buildTestAddon();
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-tool-'));
  script = bundleScript(join(root, 'test/helpers/attack-tool.ts'), folder, testAddon);
  writeFileSync(join(folder, 'secret'), 'secret');
  writeFileSync(join(folder, 'component'), Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await expectNothingLeft();
});

interface Attacked {
  result: RunResult;
  stdoutBytes: number;
}

/** `maxStdoutBytes`: after that it is hung up on, as the supervisor does. */
async function attack(name: string, maxStdoutBytes = Number.POSITIVE_INFINITY): Promise<Attacked> {
  const componentFd = openSync(join(folder, 'component'), 'r');
  const child = spawn(node, [...launcherFlags('--liftoff'), script, name], {
    env: { SECRET_FILE: join(folder, 'secret') },
    stdio: ['ignore', 'pipe', 'ignore', 'pipe', componentFd],
    detached: true,
  });
  const { pid = 0 } = child;
  rememberSession(pid);
  closeSync(componentFd);
  const ended = once(child, 'exit');
  let stdoutBytes = 0;
  (child.stdout as Readable).on('data', (piece: Buffer) => {
    stdoutBytes += piece.length;
    if (stdoutBytes > maxStdoutBytes) child.kill('SIGTERM');
  });
  const report = await text(child.stdio[reportFd] as Readable);
  await ended;
  forgetSession(pid);
  return { result: JSON.parse(report), stdoutBytes };
}

test('an attack that does nothing ends well, in a container with every layer', async () => {
  const { result } = await attack('nothing');
  expect(result).toMatchObject({ ok: true, results: ['undefined'] });
  const missing = Object.entries(result.enforced).filter(([, { enforced }]) => !enforced);
  expect(missing).toEqual([]);
  expect(result.enforced.seccomp?.detail).toBe('16 system calls (compute+big-module+clock)');
  expect(result.enforced.landlock?.detail).toMatch(/0 directories granted/);
});

test.each([
  ['read', 'openat'],
  ['write', 'openat'],
  ['unlink', 'unlinkat'],
  ['socket', 'socket'],
  ['socketpair', 'socketpair'],
  ['clone', 'clone'],
  ['execve', 'execve'],
  ['kill', 'kill'],
  ['ptrace', 'ptrace'],
  ['memfd', 'memfd_create'],
  ['executable', 'mmap'],
])('%s: the filter ends it at %s', async (name, call) => {
  const { result } = await attack(name);
  expect(result).toMatchObject({ ok: false, seccompViolation: call });
});

test('it can’t change the component, nor forge a report', async () => {
  expect((await attack('write-component')).result.results).toEqual([expect.stringMatching(/EBADF/)]);
  expect(readFileSync(join(folder, 'component'))).toHaveLength(8);
  expect((await attack('write-report')).result.results).toEqual([expect.stringMatching(/EBADF|EPERM|ENOTCONN/)]);
});

test('it has no secret of the caller in its environment, and few descriptors', async () => {
  const { result } = await attack('descriptors');
  const open = [...(result.results[0] ?? '')].flatMap((digit, fd) => (digit === '1' ? [fd] : []));
  // stdin, stdout, stderr, the event loop's own, the control channel and the component.
  expect(open.length).toBeLessThan(16);
});

test('memory without end is its own end', async () => {
  const { result } = await attack('memory');
  expect(result.ok).toBe(false);
  expect(result.oomKilled || result.error !== null).toBe(true);
});

test('output without end is hung up on', { timeout: 60_000 }, async () => {
  const { result, stdoutBytes } = await attack('flood', 10_000_000);
  expect(result).toMatchObject({ ok: false, signal: 'SIGTERM' });
  expect(stdoutBytes).toBeLessThan(100_000_000);
});
