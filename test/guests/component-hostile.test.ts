/** Components that are hard to transpile: one line about each, soon, and in bounded memory. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostileComponents } from '../helpers/hostile-components.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { wasmctr } from '../helpers/wasmctr.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-hostile-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await expectNothingLeft();
});

test.each(hostileComponents)('%s', async (_what, bytes, says) => {
  const file = join(folder, 'hostile.wasm');
  writeFileSync(file, bytes);
  const { stdout, stderr, code } = await wasmctr(['run', file], { env: { WASMCTR_CACHE: '0' }, timeoutMs: 60_000 });
  expect(stderr).toMatch(says);
  expect(stderr).toMatch(/^wasmctr: can't run: [^\n]*\n$/);
  expect({ stdout, code }).toEqual({ stdout: '', code: 126 });
});

test('one that is bigger than any is not read', async () => {
  const file = join(folder, 'big.wasm');
  writeFileSync(file, Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]));
  truncateSync(file, 300 * 1024 * 1024);
  const { stderr, code } = await wasmctr(['run', file], { env: { WASMCTR_CACHE: '0' } });
  expect(code).toBe(126);
  expect(stderr).toBe(
    `wasmctr: component too large: ${file}: 314572800 bytes: EFBIG: at most 256 MiB are transpiled\n`,
  );
});
