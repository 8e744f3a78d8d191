/** What ten typical command lines turn into, layer by layer, as files that a reviewer can read. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { wasmctr } from '../helpers/wasmctr.ts';

/** Not the test's process: the plans name it. */
const dir = '/tmp/wasmctr-golden-plans';

const commandLines: Record<string, string[]> = {
  hello: [],
  directory: ['--dir', `${dir}::/data`],
  'read-only-directory': ['--dir', `${dir}::/data:ro`],
  tmpfs: ['--tmpfs', '/tmp:16MiB'],
  environment: ['--env', 'LANG=C', '--env', 'TOKEN'],
  server: ['--listen', '127.0.0.1:8080'],
  'server-with-files': ['--listen', '127.0.0.1:8080', '--dir', `${dir}::/data:ro`, '--tmpfs', '/tmp'],
  limits: [
    '--memory',
    '64MiB',
    '--timeout',
    '5s',
    '--cpu-time',
    '2s',
    '--cpus',
    '0.5',
    '--max-files',
    '16',
    '--max-output',
    '1MiB',
  ],
  'wider-filter': ['--seccomp-allow', 'getppid'],
  everything: [
    '--dir',
    `${dir}::/data`,
    '--tmpfs',
    '/tmp:1MiB',
    '--listen',
    '127.0.0.1:8080',
    '--env',
    'A=b',
    '--memory',
    '128MiB',
    '--strace',
  ],
};

beforeAll(() => mkdirSync(dir, { recursive: true }));
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await expectNothingLeft();
});

test.each(Object.entries(commandLines))('%s', async (name, flags) => {
  const file = 'guests/build/wat/no-memory.wasm';
  const { stdout, stderr, code } = await wasmctr(['run', ...flags, '--print-plan', file], {
    cwd: root,
    env: { TOKEN: 't' },
  });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  await expect(mask(stdout)).toMatchFileSnapshot(join(root, `test/golden/plans/${name}.json`));
});

/** Ids of this run, and addresses. */
function mask(text: string): string {
  const id = /"uid": (\d+)/.exec(text)?.[1] ?? 'none';
  return text
    .replaceAll(id, 'ID')
    .replace(/"0x[0-9a-f]{9,}"/g, '"ADDRESS"')
    .replace(/"filterBytes": \d+/g, '"filterBytes": 0');
}
