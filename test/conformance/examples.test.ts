/** The README's first command, as it stands there, on a copy of the folder it works in. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { type WasmctrResult, wasmctr } from '../helpers/wasmctr.ts';

/** The words behind `bin/wasmctr` in the README's block for a fresh machine. */
function readmeArguments(): string[] {
  const command = /^npm ci && bin\/wasmctr (.+)$/m.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1];
  if (command === undefined) throw new Error('README.md has no line that begins with `npm ci && bin/wasmctr`');
  return command.split(' ');
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-example-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await expectNothingLeft();
});

describe('examples/report.py', () => {
  const table = 'material      255.85\nrooms         946.20\ntravel         61.80\ntotal        1263.85\n';

  beforeAll(() => cpSync(join(root, 'examples'), folder, { recursive: true }));

  /** The folder's copy takes the folder's place; more arguments follow as a reader would type them. */
  function example(...more: string[]): Promise<WasmctrResult> {
    const args = readmeArguments().map((word) => word.replace(/^examples(?=::)/, folder));
    expect(args).toContain(`${folder}::/work`);
    return wasmctr([...args, ...more], { cwd: root, timeoutMs: 60_000 });
  }

  it('reads a file, prints sums and writes a file', async () => {
    rmSync(join(folder, 'report.json'), { force: true });
    expect(await example()).toMatchObject({ stdout: table, stderr: '', code: 0 });
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toEqual({
      total: '1263.85',
      categories: { rooms: '946.20', material: '255.85', travel: '61.80' },
    });
  });

  it('exits with a code of its own when the budget is exceeded', async () => {
    expect(await example('500')).toMatchObject({ stdout: table, stderr: 'over the budget of 500\n', code: 3 });
  });

  it('exits with 0 within the budget', async () => {
    expect(await example('2000')).toMatchObject({ stdout: table, stderr: '', code: 0 });
  });
});
