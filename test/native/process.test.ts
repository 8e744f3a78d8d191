/** What the addon finds out about this process and its kernel without V8: a restored process asks before it runs any. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadNative } from '../../native/load.ts';
import { publishedAddon } from '../helpers/fork.ts';

const native = loadNative();
const folder = mkdtempSync(join(tmpdir(), 'wasmctr-process-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test.each([
  ['a word', 'cpuset cpu io\n', ['cpu'], true],
  ['its first', 'cpu io', ['cpu'], true],
  ['its last, without a line end', 'cpuset io', ['memory', 'io'], true],
  ['one of several lines', 'cpuset\nio\n', ['io'], true],
  ['a part of a word', 'cpuset\n', ['cpu'], false],
  ['nothing', '', ['cpu'], false],
  ['no word asked for', 'cpu', [], false],
])('%s', (_, text, words, holds) => {
  const absent = join(folder, 'absent');
  expect(native.anyHolds([absent, file('words', text)], words)).toBe(holds);
  expect(native.anyHolds([absent, folder], words)).toBe(false);
});

test('a root that has other users, and one that has none', () => {
  const script = `process.stdout.write(String(require(${JSON.stringify(publishedAddon)}).canBecomeOthers()))`;
  const answer = (...prefix: string[]): string => {
    const [program = '', ...args] = [...prefix, process.execPath, '-e', script];
    return execFileSync(program, args, { encoding: 'utf8' });
  };
  expect(answer()).toBe(String(process.geteuid?.() === 0));
  expect(answer('unshare', '--user', '--map-root-user')).toBe('false');
  expect(answer('setpriv', '--reuid=65534', '--clear-groups')).toBe('false');
});
