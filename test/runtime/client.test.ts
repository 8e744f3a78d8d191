/** The library's run(): the command behind it is the real one. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run } from '../../runtime/client.ts';
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

test('an aborted run ends with the signal', async () => {
  const controller = new AbortController();
  const output = run(guest('c/spin'), {}, { signal: controller.signal });
  setTimeout(() => controller.abort(), 500);
  expect(await output).toMatchObject({ ok: false, exitCode: 143, signal: 'SIGTERM' });
});
