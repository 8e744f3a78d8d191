/** Components from toolchains that bring an engine of their own: JavaScript and Python. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest } from '../helpers/wasmctr.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wasmctr-languages-'));
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await expectNothingLeft();
});

/** An engine of 12 MB is transpiled when it comes for the first time. */
const timeoutMs = 60_000;

describe('JavaScript', () => {
  beforeAll(() => build('js'), 600_000);

  it('prints, with arguments and environment', async () => {
    const run = await runGuest('js/hello', ['you', 'me'], { flags: ['--env', 'PLACE=here'], timeoutMs });
    expect(run).toMatchObject({ stdout: 'hello you and me\n', stderr: 'from here\n', code: 0 });
  });

  it('fails', async () => {
    expect(await runGuest('js/hello', ['nobody'], { timeoutMs })).toMatchObject({ stdout: 'hello nobody\n', code: 1 });
  });

  it('reads and writes files', async () => {
    writeFileSync(join(dir, 'from'), 'żółw i jeż');
    const run = await runGuest('js/upper', ['from', 'to'], { flags: ['--dir', `${dir}::/d`], timeoutMs });
    expect(run).toMatchObject({ stdout: '', stderr: '', code: 0 });
    expect(readFileSync(join(dir, 'to'), 'utf8')).toBe('ŻÓŁW I JEŻ');
  });

  it('needs no more memory than it is given', async () => {
    const { stderr, code } = await runGuest('js/hello', [], { flags: ['--memory', '1MiB'], timeoutMs });
    expect(code).toBe(126);
    expect(stderr).toMatch(/^wasmctr: [^\n]*--memory[^\n]*\n$/);
  });
});

describe('Python', () => {
  beforeAll(() => build('py'), 600_000);

  it('reads stdin', async () => {
    const run = await runGuest('py/words', [], { stdin: 'a b a\nc\n', timeoutMs });
    expect(run).toMatchObject({ stdout: 'a 2\nb 1\nc 1\n', stderr: '', code: 0 });
  });

  it('reads files', async () => {
    writeFileSync(join(dir, 'words'), 'x y x');
    const run = await runGuest('py/words', ['/d/words'], { flags: ['--dir', `${dir}::/d:ro`], timeoutMs });
    expect(run).toMatchObject({ stdout: 'x 2\ny 1\n', stderr: '', code: 0 });
  });

  it('exits with a code', async () => {
    const run = await runGuest('py/words', [], { stdin: '', timeoutMs });
    expect(run).toMatchObject({ stdout: '', stderr: 'no words\n' });
    expect(run.code).toBeGreaterThan(0);
  });
});
