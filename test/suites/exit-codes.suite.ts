/** The guest's exit code is the command's. */
import { afterAll, describe, expect, it } from 'vitest';
import { expectNothingLeft } from '../helpers/leaks.ts';
import type { Wasi } from '../helpers/wasi.ts';
import { runGuest } from '../helpers/wasmctr.ts';

export function exitCodeSuite({ version, of }: Wasi): void {
  // The adapter knows success and failure only: wasi:cli/exit had nothing else before 0.2.12.
  const seen = (code: number): number => (version === '0.1' ? code : Math.min(code, 1));

  afterAll(() => expectNothingLeft());

  describe('a guest that returns', () => {
    it.each(['c/hello', 'as/hello'])('%s prints its line and exits with 0', async (name) => {
      expect(await runGuest(of(name))).toMatchObject({ stdout: 'hello\n', stderr: '', code: 0, signal: null });
    });

    it('exits with what main returned', async () => {
      expect(await runGuest(of('c/return-code'))).toMatchObject({ stdout: '', stderr: '', code: seen(42) });
    });
  });

  describe('a guest that exits', () => {
    // 125 to 137 are also wasmctr's own codes: they must come through as the guest's, without a word on stderr.
    it.each([0, 1, 2, 124, 125, 126, 127, 128, 134, 137, 200, 255])('with %i', async (code) => {
      expect(await runGuest(of('c/exit-code'), [String(code)])).toMatchObject({
        stdout: '',
        stderr: '',
        code: seen(code),
      });
    });

    it.each([
      ['257', 1],
      ['4294967295', 255],
      // A failure must not look like success because its low byte is zero.
      ['256', 255],
      ['2147483648', 255],
    ])('with %s, of which a shell sees the low byte', async (code, low) => {
      expect(await runGuest(of('c/exit-code'), [code])).toMatchObject({ stderr: '', code: seen(low) });
    });

    it.each(['0', '7', '255'])('with %s from AssemblyScript', async (code) => {
      expect(await runGuest(of('as/exit'), [code])).toMatchObject({ stderr: '', code: seen(Number(code)) });
    });
  });

  it('keeps the unreduced code in the receipt', async () => {
    const { stderr, code } = await runGuest(of('c/exit-code'), ['1000'], { flags: ['--stats=json'] });
    const guestExitCode = seen(1000);
    expect(code).toBe(guestExitCode % 256);
    expect(JSON.parse(stderr)).toMatchObject({ guestExitCode, exitCode: guestExitCode % 256, ok: false, trap: null });
  });

  it('exits with 255 when AssemblyScript aborts, as its shim does everywhere', async () => {
    const { stderr, code } = await runGuest(of('as/abort'));
    expect(stderr).toMatch(/^abort: this always fails in guests\/as\/abort\.ts\(2:1\)\n$/);
    expect(code).toBe(seen(255));
  });
}
