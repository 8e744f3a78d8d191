/** The library's run(): the command behind it is the real one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../runtime/client.ts';
import type { HostImports } from '../../runtime/host-members.ts';
import { guest } from '../helpers/guests.ts';

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test('a guest that ends well: its output, and what it used', async () => {
  const output = await run(guest('c/echo-args'), { args: ['one', 'two words', ''] });
  expect(output).toMatchObject({ ok: true, exitCode: 0, guestExitCode: 0, signal: null, error: null });
  expect(utf8(output.stdout)).toContain('two words');
  expect(output.durations.totalMs).toBeGreaterThan(0);
  expect(output.usage.userMs + output.usage.systemMs).toBeGreaterThan(0);
  expect(output.enforced.seccomp?.enforced).toBe(true);
});

test("the module's bytes, stdin and environment as data", async () => {
  const output = await run(readFileSync(guest('c/cat')), {}, { stdin: 'through the container' });
  expect(utf8(output.stdout)).toBe('through the container');
  const printed = await run(guest('c/print-env'), { env: { NAME: 'value with = and spaces' } });
  expect(utf8(printed.stdout)).toContain('NAME=value with = and spaces');
});

test('every kind of failure has the shape of success', async () => {
  expect(await run(guest('c/exit-code'), { args: ['42'] })).toMatchObject({
    ok: false,
    exitCode: 42,
    guestExitCode: 42,
  });
  expect(await run(guest('c/trap-unreachable'))).toMatchObject({ exitCode: 134, trap: { name: 'unreachable' } });
  expect(await run(guest('c/spin'), { timeout: '100ms' })).toMatchObject({ exitCode: 124, timedOut: true });
  expect(await run('/nowhere/app.wasm')).toMatchObject({ exitCode: 127, error: { code: 'not-found' } });
  expect(await run(guest('c/hello'), { memory: 'lots' })).toMatchObject({ exitCode: 125, error: { code: 'usage' } });
});

test.each<[unknown, string]>([
  [null, 'null'],
  ['x', 'a string'],
  [() => 1, 'a function'],
])('imports that are no object are refused before anything starts: %s', async (imports, what) => {
  const output = await run(guest('c/hello'), {}, { imports: imports as HostImports });
  const error = { code: 'usage', message: `imports: expected an object, got ${what}` };
  expect(output).toMatchObject({ ok: false, exitCode: 125, error });
});

test('of a file that can be no component, not even its size is read into memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wasmctr-large-'));
  try {
    const sparse = join(folder, 'sparse.wasm');
    writeFileSync(sparse, Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]));
    truncateSync(sparse, 900 * 2 ** 20);
    const beforeKiB = process.resourceUsage().maxRSS;
    expect((await run(sparse, {}, { imports: {} })).error?.message).toMatch(/^component too large/);
    expect(process.resourceUsage().maxRSS - beforeKiB).toBeLessThan(200 * 1024);
    const fifo = join(folder, 'fifo.wasm');
    execFileSync('mkfifo', [fifo]);
    expect((await run(fifo, {}, { imports: {} })).error?.message).toContain('not a regular file');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('an aborted run ends with the signal', async () => {
  const controller = new AbortController();
  const output = run(guest('c/spin'), {}, { signal: controller.signal });
  setTimeout(() => controller.abort(), 500);
  expect(await output).toMatchObject({ ok: false, exitCode: 143, signal: 'SIGTERM' });
});
