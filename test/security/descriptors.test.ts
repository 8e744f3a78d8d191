/** Descriptors: seen from outside, a running container holds what it was granted and nothing else. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { attack } from '../helpers/attack.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { type RunningWasmctr, startGuest } from '../helpers/wasmctr.ts';

const dir = mkdtempSync(join(tmpdir(), 'attack-descriptors-'));
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await expectNothingLeft();
});

/** Pid of the one container of a running command, once its guest has the process. */
async function containerOf(run: RunningWasmctr): Promise<string> {
  for (;;) {
    const children = readFileSync(`/proc/${run.pid}/task/${run.pid}/children`, 'utf8').trim().split(' ');
    const [pid] = children;
    if (pid && /^Seccomp:\t2$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return pid;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function descriptors(flags: readonly string[]): Promise<string[]> {
  const run = startGuest('c/sleep', ['60000'], { flags });
  try {
    const pid = await containerOf(run);
    return readdirSync(`/proc/${pid}/fd`)
      .map((fd) => `${Number(fd) < 3 ? `${fd} ` : ''}${readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/:\[\d+\]$/, '')}`)
      .sort();
  } finally {
    run.process.kill('SIGTERM');
    await run.result.catch(() => undefined);
  }
}

/** libuv's loop: its epoll instance, its wake-up, its signal pipes; V8's eventfds; a spare for EMFILE. */
const engine = /^(anon_inode:\[eventpoll\]|anon_inode:\[eventfd\]|pipe|\/dev\/null)$/;

describe('a running container', () => {
  test('without grants: stdio, the engine’s own, the control channel and the module', async () => {
    const found = await descriptors([]);
    expect(found.filter((fd) => !engine.test(fd))).toEqual([
      expect.stringMatching(/sleep\.wasm$/),
      '0 /dev/null',
      expect.stringMatching(/^1 (pipe|socket)$/),
      expect.stringMatching(/^2 (pipe|socket)$/),
      'socket',
    ]);
  });

  test('with a directory and a tmpfs: these two more', async () => {
    const without = await descriptors([]);
    const found = await descriptors(['--dir', `${dir}::/data`, '--tmpfs', '/tmp:64K']);
    expect(found).toHaveLength(without.length + 2);
    // Roots of mounts of their own.
    expect(found.filter((fd) => fd === '/')).toHaveLength(2);
  });

  test('with a listener: one socket more', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const found = await descriptors(['--listen', `127.0.0.1:${port}`]);
    expect(found.filter((fd) => fd === 'socket').length).toBe(2);
  });
});

test('descriptors that the caller left open do not get in', async () => {
  const run = startGuest('c/sleep', ['60000'], { redirect: '7</etc 8</ 9</etc/passwd' });
  try {
    const pid = await containerOf(run);
    const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    expect(targets.filter((target) => target.startsWith('/etc') || target === '/')).toEqual([]);
  } finally {
    run.process.kill('SIGTERM');
    await run.result.catch(() => undefined);
  }
});

test('the control channel can’t be used to hand descriptors to the supervisor, and lies end the run', async () => {
  const { result } = await attack((kit) => {
    // A flood of valid messages, then one that is none.
    const ready = new TextEncoder().encode('{"type":"ready","compileUs":0,"instantiateUs":0,"codeBytes":0}');
    for (let i = 0; i < 100; i++) kit.call('write', kit.controlFd, ready, ready.length);
    kit.sleep(5_000);
  }, {});
  expect(result).toMatchObject({ ok: false, exitCode: 125, error: { code: 'internal' } });
  expect(result.error?.message).toContain('what no container sends');
});

test.each([
  ['text that is no JSON', '\u001b]0;owned\u0007'],
  ['an unknown type', '{"type":"exec"}'],
  ['a negative count', '{"type":"ready","compileUs":-1,"instantiateUs":0,"codeBytes":0}'],
  ['nothing that can be parsed deeply', '['.repeat(60_000)],
  ['a prototype', '{"type":"__proto__"}'],
])('a message with %s kills the container', async (_, text) => {
  const { result } = await attack(
    (kit, message: string) => {
      const bytes = new TextEncoder().encode(message);
      kit.call('write', kit.controlFd, bytes, bytes.length);
      kit.sleep(5_000);
    },
    {},
    text,
  );
  expect(result).toMatchObject({ ok: false, exitCode: 125, error: { code: 'internal' } });
});
