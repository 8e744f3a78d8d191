/** Files that fit into a head: a longer one needs an entry with its reason, and loses it when it has shrunk. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../helpers/guests.ts';

const maxLines = 250;

const tableOfCases = 'a list of cases, one below the other: cutting it would separate what is read together';
const longer: Readonly<Record<string, string>> = {
  'test/host/p2/io-streams.test.ts': tableOfCases,
  'test/runtime/net/policy.test.ts': tableOfCases,
  'test/differential/files.test.ts': tableOfCases,
  'test/guests/bad-input.test.ts': tableOfCases,

  'test/host/p1/golden-paths.test.ts': tableOfCases,
  'test/host/p1/golden-rest.test.ts': tableOfCases,
  'test/runtime/cli/main.test.ts': tableOfCases,
  'test/security/learn.test.ts': tableOfCases,
  'test/runtime/options.test.ts': tableOfCases,
  'test/runtime/resolve-spec.test.ts': tableOfCases,
  'test/suites/files.suite.ts': tableOfCases,
  'test/suites/cgroup.suite.ts': 'one suite that runs over every cgroup version: its order is the life of a group',
};

const folders = '{bench,guests/{as,c,go,js,py,rust,rust-p2},host,native/{src,launcher,test},runtime,test}';
/** What a program writes is as long as it is. */
const isWritten = (file: string): boolean => !file.endsWith('.generated.ts');
const files = [
  ...globSync(`${folders}/**/*.{ts,mjs,cjs,c,cc,h,go,rs}`, { cwd: root }),
  ...globSync('{native,guests}/*.{ts,mjs}', { cwd: root }),
].filter(isWritten);

const lines = (file: string): number => readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length;

test('files are found', () => {
  expect(files).toEqual(expect.arrayContaining(['native/src/fork.cc', 'host/main.ts', 'runtime/run.ts']));
});

test(`no source file has more than ${maxLines} lines without a reason`, () => {
  expect(files.filter((file) => lines(file) > maxLines && !(file in longer))).toEqual([]);
});

test('no test file is so long that a reason would not help', () => {
  expect(files.filter((file) => lines(file) > 2 * maxLines)).toEqual([]);
});

test('reasons are given for what needs them, and tests alone are long', () => {
  expect(Object.keys(longer).filter((file) => !files.includes(file))).toEqual([]);
  expect(Object.keys(longer).filter((file) => !file.startsWith('test/'))).toEqual([]);
});
