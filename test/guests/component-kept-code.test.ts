/** A component's core modules begin with the machine code that an earlier run showed to be worth it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { RunResult } from '../../runtime/result.ts';
import { guest } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { wasmctr } from '../helpers/wasmctr.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'wasmctr-kept-component-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));
afterAll(() => expectNothingLeft());

interface Ran {
  stdout: string;
  exitCode: number | null;
  code: RunResult['code'];
}

async function run(component: string, flags: readonly string[] = [], stdin = ''): Promise<Ran> {
  const receipt = join(home, 'receipt.json');
  const args = ['run', '--stats-file', receipt, ...flags, component];
  const { stdout, code: exitCode } = await wasmctr(args, { env: { XDG_CACHE_HOME: home }, stdin, timeoutMs: 60_000 });
  const { code } = JSON.parse(readFileSync(receipt, 'utf8')) as RunResult;
  return { stdout, exitCode, code };
}

/** Code is made of a pack that is in the cache: the first run puts it there, the second says what was hot. */
async function warmed(component: string): Promise<string> {
  for (let runs = 0; runs < 2; runs++) expect((await run(component)).code).toBe('compiled');
  const folder = join(home, 'wasmctr');
  for (let tries = 0; tries < 300; tries++) {
    const entry = readdirSync(folder).find((name) => name.startsWith('code-'));
    if (entry !== undefined) return join(folder, entry);
    await sleep(100);
  }
  throw new Error('no code was made');
}

// Of Rust; in C, whose adapter imports the program's memory; in JavaScript, which begins in the baseline tier.
test.each([['rust-p2/hello'], ['c-p2/hello'], ['js/hello']])(
  'the third run of %s is hot, and says so',
  async (name) => {
    const component = guest(name);
    expect(statSync(await warmed(component)).size).toBeGreaterThan(64);
    const { stdout, exitCode, code } = await run(component);
    expect({ stdout, exitCode, code }).toEqual({ stdout: expect.stringMatching(/hello/i), exitCode: 0, code: 'kept' });
  },
  120_000,
);

test('it does what it did, within its own limits', async () => {
  const component = guest('rust-p2/cat');
  await warmed(component);
  expect(await run(component, [], 'a line\n')).toEqual({ stdout: 'a line\n', exitCode: 0, code: 'kept' });
  // The limit is written into the modules that are compiled.
  expect(await run(component, ['--memory', '32MiB'], 'a')).toEqual({ stdout: 'a', exitCode: 0, code: 'compiled' });
  expect(await run(component, ['--no-warm'], 'a')).toMatchObject({ code: 'compiled' });
});

test('damaged code costs time, and nothing else', async () => {
  const component = guest('rust-p2/hello');
  const path = await warmed(component);
  writeFileSync(
    path,
    readFileSync(path).map((byte, at) => (at === 100 ? byte ^ 1 : byte)),
  );
  expect(await run(component)).toMatchObject({ exitCode: 0, code: 'compiled' });
});
