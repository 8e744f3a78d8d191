/** native/native.ts lists what the addon has: no more, no less. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildTestAddon, publishedAddon, testAddon } from '../helpers/fork.ts';
import { root } from '../helpers/guests.ts';

beforeAll(buildTestAddon, 240_000);

/** Methods of the interface in that file, by their indentation. */
function methods(file: string, name: string): string[] {
  const text = readFileSync(join(root, 'native', file), 'utf8');
  const start = text.indexOf(`export interface ${name} {`);
  const body = text.slice(start, text.indexOf('\n}', start));
  return [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, method]) => method ?? '');
}

const declared = [
  ...methods('control.ts', 'ControlPlane'),
  ...methods('probe.ts', 'Prober'),
  ...methods('data.ts', 'DataPlane'),
  ...methods('net.ts', 'NetPlane'),
  ...methods('code.ts', 'CodePlane'),
  ...methods('freeze.ts', 'Freezer'),
];

function exported(addon: string): string[] {
  return Object.keys(createRequire(import.meta.url)(addon));
}

test('by name', () => {
  expect(declared.length).toBeGreaterThan(40);
  expect(exported(publishedAddon).toSorted()).toEqual(declared.toSorted());
});

test('hooks for tests are in the addon for tests, and in no other', () => {
  const hooks = exported(testAddon).filter((name) => !declared.includes(name));
  expect(exported(testAddon)).toEqual(expect.arrayContaining(declared));
  for (const hook of hooks) expect(exported(publishedAddon)).not.toContain(hook);
});

test('the addon shows nothing else to the dynamic linker', () => {
  const symbols = execFileSync('nm', ['-D', '--defined-only', '-C', publishedAddon], { encoding: 'utf8' });
  const own = symbols.split('\n').filter((line) => / T /.test(line));
  expect(own.filter((line) => !/napi_register_module_v\d+|node_api_module_get_api_version_v\d+/.test(line))).toEqual(
    [],
  );
});
