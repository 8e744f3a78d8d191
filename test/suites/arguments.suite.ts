/** Arguments and environment reach the guest byte for byte, and nothing else does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guest } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import type { Wasi } from '../helpers/wasi.ts';
import { runGuest, wasmctr } from '../helpers/wasmctr.ts';

export function argumentSuite({ version, of }: Wasi): void {
  let scratch: string;
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'wasmctr-arguments-'));
  });
  afterAll(async () => {
    rmSync(scratch, { recursive: true });
    await expectNothingLeft();
  });

  const split = (text: string) => text.split('\0').slice(0, -1);

  async function argsSeen(args: readonly string[], flags: readonly string[] = []): Promise<string[]> {
    const { stdout, stderr, code } = await runGuest(of('c/echo-args'), args, { flags });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    return split(stdout).slice(1);
  }

  async function envSeen(flags: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
    const { stdout, stderr, code } = await runGuest(of('c/print-env'), [], { flags, env });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    return split(stdout);
  }

  describe('arguments', () => {
    it.each([
      ['none', []],
      ['plain ones', ['a', 'b c', "d'e"]],
      ['empty ones', ['', 'x', '', '']],
      ['newlines and tabs', ['one\ntwo', '\t', '\n']],
      ['UTF-8', ['żółć', '日本語', '👩‍🚀', '\u0301']],
      ['what looks like flags', ['--dir', '/', '--', '--help', '-v', '-']],
    ])('%s', async (_, args) => {
      expect(await argsSeen(args)).toEqual(args);
    });

    it('flags after -- and FILE are the guest’s', async () => {
      const { stdout } = await wasmctr(['run', '--', guest(of('c/echo-args')), '--', '-x']);
      expect(split(stdout).slice(1)).toEqual(['--', '-x']);
    });

    it('the program is called by its path, or by --argv0', async () => {
      const path = guest(of('c/echo-args'));
      expect(split((await wasmctr(['run', path])).stdout)).toEqual([path]);
      expect(split((await wasmctr(['run', '--argv0', 'other', path])).stdout)).toEqual(['other']);
    });

    it('bytes that are no UTF-8 are refused, not changed', async () => {
      // spawn() takes strings only: a shell makes the bytes.
      const run = await wasmctr(['run', guest(of('c/echo-args'))], { redirect: `"$(printf 'a\\377b')"` });
      expect(run).toMatchObject({ stdout: '', code: 125 });
      expect(run.stderr).toMatch(/^wasmctr: [^\n]*UTF-8[^\n]*\n$/);
    });

    // The adapter has 64 KiB for all of them.
    it.runIf(version === '0.1')('20 000 of them', async () => {
      const args = Array.from({ length: 20_000 }, (_, index) => `argument-${index}`);
      expect(await argsSeen(args)).toEqual(args);
    });

    it.runIf(version === '0.1')('as many bytes as the kernel hands over, and more from a file', async () => {
      const args = Array.from({ length: 15 }, (_, index) => String.fromCharCode(97 + index).repeat(100_000));
      expect(await argsSeen(args)).toEqual(args);
      const config = join(scratch, 'arguments.json');
      const more = [...args, ...args, ...args];
      writeFileSync(config, JSON.stringify({ args: more }));
      expect(await argsSeen([], ['--config', config])).toEqual(more);
    });

    it('AssemblyScript sees them as strings', async () => {
      const { stdout } = await runGuest(of('as/args'), ['uno', 'dós'], { flags: ['--argv0', 'me'] });
      expect(stdout).toBe('me\nuno\ndós\n');
    });
  });

  describe('environment', () => {
    it('is empty unless granted', async () => {
      expect(await envSeen([], { SECRET: 'x', PATH: '/usr/bin', HOME: '/root' })).toEqual([]);
    });

    it('has what --env grants, by value or by name', async () => {
      const flags = ['--env', 'A=1', '--env', 'B=two=three', '--env', 'C=', '--env', 'GIVEN', '--env', 'U=ü\n'];
      expect((await envSeen(flags, { GIVEN: 'here', OTHER: 'no' })).sort()).toEqual(
        ['A=1', 'B=two=three', 'C=', 'GIVEN=here', 'U=ü\n'].sort(),
      );
    });

    it('--env NAME that is not set here is not set there', async () => {
      expect(await envSeen(['--env', 'NOT_SET'])).toEqual([]);
    });

    it('the last value of a name wins', async () => {
      expect(await envSeen(['--env', 'A=1', '--env', 'A=2'])).toEqual(['A=2']);
    });

    it('reads --env-file', async () => {
      const file = join(scratch, 'env');
      writeFileSync(file, '# comment\nFROM_FILE=yes\n\nHOST_VALUE\nSPACES= a b \n');
      const seen = await envSeen(['--env-file', file], { HOST_VALUE: 'inherited' });
      expect(seen.sort()).toEqual(['FROM_FILE=yes', 'HOST_VALUE=inherited', 'SPACES= a b '].sort());
    });

    it('AssemblyScript sees it as a map', async () => {
      const { stdout } = await runGuest(of('as/env'), [], { flags: ['--env', 'B=2', '--env', 'A=eins'] });
      expect(stdout).toBe('A=eins\nB=2\n');
    });

    it.runIf(version === '0.1')('5 MB of it pass, 10 MB are refused in one line', async () => {
      const lines = (count: number) => Array.from({ length: count }, (_, index) => `V${index}=${'v'.repeat(99_990)}`);
      const big = join(scratch, 'big');
      writeFileSync(big, lines(50).join('\n'));
      expect((await envSeen(['--env-file', big])).length).toBe(50);
      const config = join(scratch, 'config.json');
      writeFileSync(config, JSON.stringify({ env: Object.fromEntries(lines(70).map((line) => line.split('='))) }));
      const refused = await runGuest(of('c/print-env'), [], { flags: ['--config', config] });
      expect(refused).toMatchObject({ stdout: '', code: 125 });
      expect(refused.stderr).toMatch(/^wasmctr: [^\n]+\n$/);
    });
  });
}
