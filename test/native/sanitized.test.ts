/** The plain C++ parts under AddressSanitizer and UndefinedBehaviorSanitizer: native/test. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { root } from '../helpers/guests.ts';

const program = join(root, 'native/build/sanitized-tests');
const declared = readFileSync(join(root, 'native/test/main.cc'), 'utf8').match(/^ {4}\{"[^"]+", tests::/gm) ?? [];

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'native/build.mjs'), 'sanitize'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}, 240_000);

test('every test passes', { timeout: 120_000 }, () => {
  const { stdout, stderr, status } = spawnSync(program, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
  expect(lines).toHaveLength(declared.length);
});

test('the sanitizers are in it', () => {
  const symbols = execFileSync('nm', ['-D', program], { encoding: 'utf8' });
  expect(symbols).toContain('__asan_init');
  expect(symbols).toContain('__ubsan_handle');
});
