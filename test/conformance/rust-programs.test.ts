/** Programs of Rust's standard library, target wasm32-wasip1. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest } from '../helpers/wasmctr.ts';

describe('Rust', () => {
  beforeAll(() => build('rust'));
  afterAll(() => expectNothingLeft());

  it('works with files', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'wasmctr-rust-'));
    const { stdout, stderr, code } = await runGuest('rust/files', ['/d'], { flags: ['--dir', `${dir}::/d`] });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toBe('a linked renamed\ntwo\nNotFound\nDirectory not empty (os error 55)\nfalse\n');
    expect(readdirSync(dir)).toEqual([]);
    rmSync(dir, { recursive: true });
  });

  it('counts words in a HashMap', async () => {
    const stdin = 'the quick fox\nthe lazy dog\nthe end\n';
    const { stdout } = await runGuest('rust/collections', [], { stdin });
    expect(stdout).toBe('dog 1\nend 1\nfox 1\nlazy 1\nquick 1\nthe 3\n');
  });

  it.each([0, 1, 200])('exits with %i', async (code) => {
    expect(await runGuest('rust/exit-code', [String(code)])).toMatchObject({ stdout: '', stderr: '', code });
  });
});
