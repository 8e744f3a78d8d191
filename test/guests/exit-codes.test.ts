/** The guest's exit code is the command's. */
import { afterAll, describe, expect, it } from 'vitest';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest } from '../helpers/wasmctr.ts';

afterAll(() => expectNothingLeft());

describe('a guest that returns', () => {
  it.each(['c/hello', 'as/hello'])('%s prints its line and exits with 0', async (name) => {
    expect(await runGuest(name)).toMatchObject({ stdout: 'hello\n', stderr: '', code: 0, signal: null });
  });

  it('exits with what main returned', async () => {
    expect(await runGuest('c/return-code')).toMatchObject({ stdout: '', stderr: '', code: 42 });
  });
});

describe('a guest that exits', () => {
  // 125 to 137 are also wasmctr's own codes: they must come through as the guest's, without a word on stderr.
  it.each([0, 1, 2, 124, 125, 126, 127, 128, 134, 137, 200, 255])('with %i', async (code) => {
    expect(await runGuest('c/exit-code', [String(code)])).toMatchObject({ stdout: '', stderr: '', code });
  });

  it.each([
    ['257', 1],
    ['4294967295', 255],
    // A failure must not look like success because its low byte is zero.
    ['256', 255],
    ['2147483648', 255],
  ])('with %s, of which a shell sees the low byte', async (code, seen) => {
    expect(await runGuest('c/exit-code', [code])).toMatchObject({ stderr: '', code: seen });
  });

  it.each(['0', '7', '255'])('with %s from AssemblyScript', async (code) => {
    expect(await runGuest('as/exit', [code])).toMatchObject({ stderr: '', code: Number(code) });
  });
});

it('keeps the unreduced code in the receipt', async () => {
  const { stderr, code } = await runGuest('c/exit-code', ['1000'], { flags: ['--stats=json'] });
  expect(code).toBe(1000 % 256);
  expect(JSON.parse(stderr)).toMatchObject({ guestExitCode: 1000, exitCode: 1000 % 256, ok: false, trap: null });
});

it('exits with 255 when AssemblyScript aborts, as its shim does everywhere', async () => {
  const { stderr, code } = await runGuest('as/abort');
  expect(stderr).toMatch(/^abort: this always fails in guests\/as\/abort\.ts\(2:1\)\n$/);
  expect(code).toBe(255);
});
