/** `wasmctr cache ls|prune|clear`. */
import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useCacheHome } from '../helpers/cache-home.ts';
import { guest } from '../helpers/guests.ts';

const component = guest('wat-p2/hello');
const { home, run } = useCacheHome();

test.each([['ls'], ['prune'], ['clear']])('cache %s where there never was one makes none', async (action) => {
  const never = join(home(), 'no', 'folder');
  const { stdout, code } = await run(['cache', action], { XDG_CACHE_HOME: never });
  expect(stdout).toMatch(action === 'ls' ? `0 entries, 0 B of 1GiB in ${never}/wasmctr\n` : /^[^\n]+\n$/);
  expect({ code, isMade: existsSync(join(home(), 'no')) }).toEqual({ code: 0, isMade: false });
});

test('cache ls, prune and clear', async () => {
  expect((await run(['cache', 'ls'])).stdout).toBe(`0 entries, 0 B of 1GiB in ${home()}/wasmctr\n`);
  await run(['compile', component]);
  expect((await run(['cache', 'ls'])).stdout).toMatch(
    /^KIND +KEY +SIZE +LAST USED\ncomponent +[0-9a-f]{12} +\d+KiB +\d+ s ago\ncomponent: transpiled components, \d+KiB\n1 entry, /,
  );
  const [listed] = JSON.parse((await run(['cache', 'ls', '--json'])).stdout);
  expect(listed.entries).toMatchObject([{ kind: 'component', bytes: listed.totalBytes }]);
  expect((await run(['cache', 'prune'])).stdout).toBe('removed 0 entries, 0 B\n');
  expect((await run(['cache', 'prune', '--older-than', '1h'])).stdout).toBe('removed 0 entries, 0 B\n');
  expect((await run(['cache', 'prune', '--max-size', '1k'])).stdout).toMatch(/^removed 1 entry, \d+KiB\n$/);
  await run(['compile', component]);
  // Somebody's own folder, named like an entry.
  mkdirSync(join(home(), 'wasmctr', `component-${'0'.repeat(64)}`));
  expect(await run(['cache', 'clear'])).toMatchObject({
    stdout: expect.stringMatching(/^removed 1 entry/),
    stderr: '',
  });
  rmdirSync(join(home(), 'wasmctr', `component-${'0'.repeat(64)}`));
  expect(readdirSync(join(home(), 'wasmctr')).filter((name) => name.startsWith('component-'))).toEqual([]);
  expect((await run(['cache', 'drop'])).stderr).toBe(
    'wasmctr: unknown action: cache drop: expected ls, prune, clear\n',
  );
  expect((await run(['cache', 'ls', '--max-size', '1k'])).code).toBe(125);
  expect((await run(['cache', 'prune', '--max-size', 'x'])).stderr).toMatch(/--max-size "x": expected a size/);
});
