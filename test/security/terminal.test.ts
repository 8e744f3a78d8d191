/** Terminal escapes: what a guest, a module or a file name chose reaches the terminal as text, in errors and receipts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { attack } from '../helpers/attack.ts';
import { guest } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest, wasmctr } from '../helpers/wasmctr.ts';

const dir = mkdtempSync(join(tmpdir(), 'attack-terminal-'));
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await expectNothingLeft();
});

/** Retitling, clearing, reading back the clipboard, an 8-bit CSI, hiding text, turning it around. */
const evil = '\u001b]0;owned\u0007\u001b[2J\u001b]52;c;eA==\u0007\u009b31m\r\u202e\u200b\b';
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not get through
const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/;

/** A module that imports `name` from `module`, which nobody provides. */
function importing(module: string, name: string): Uint8Array {
  const text = (value: string): number[] => [...leb(Buffer.from(value).length), ...Buffer.from(value)];
  const imports = [1, ...text(module), ...text(name), 0, 0];
  return Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, ...leb(imports.length), ...imports);
}

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)];
}

describe('no control character on stderr', () => {
  test('names of imports', async () => {
    const file = join(dir, 'imports.wasm');
    writeFileSync(file, importing(`env${evil}`, `f${evil}`));
    for (const command of ['run', 'inspect']) {
      const { stderr, stdout } = await wasmctr([command, file]);
      expect(stderr + stdout).toContain('owned');
      expect(stderr + stdout).not.toMatch(control);
    }
  });

  test('names of files, flags and their values', async () => {
    for (const args of [
      ['run', join(dir, `missing${evil}`)],
      ['run', `--${evil}`, 'x.wasm'],
      ['run', '--memory', evil, 'x.wasm'],
      ['run', '--dir', `${dir}/missing${evil}`, guest('c/hello')],
      ['run', '--invoke', `f${evil}`, join(dir, 'imports.wasm')],
      [`command${evil}`],
      ['run', '--seccomp-allow', evil, 'x.wasm'],
      ['run', '--config', join(dir, `missing${evil}`), 'x.wasm'],
    ]) {
      const { stderr, stdout, code } = await wasmctr(args);
      expect(code).not.toBe(0);
      expect(stderr).toContain('owned');
      expect(stderr + stdout).not.toMatch(control);
    }
  });

  test('an unknown export and a trap’s backtrace', async () => {
    const { stderr } = await runGuest('c/hello', [], { flags: ['--invoke', evil] });
    expect(stderr).toContain('owned');
    expect(stderr).not.toMatch(control);
  });

  test('receipts', async () => {
    for (const flag of ['--stats', '--stats=json', '--print-plan']) {
      const { stderr, stdout } = await runGuest('c/hello', [evil], { flags: [flag, '--env', `A=${evil}`] });
      expect(stderr + (flag === '--print-plan' ? stdout : '')).not.toMatch(control);
    }
  });
});

test('what a hijacked process says of itself is kept as text of bounded length', async () => {
  const { result } = await attack(
    (kit, text: string) => {
      const message = { type: 'failed', code: 'internal', message: `${text}${'x'.repeat(50_000)}` };
      const bytes = new TextEncoder().encode(JSON.stringify(message));
      // As the only message: exit before the attack's own report.
      kit.call('write', kit.controlFd, bytes, bytes.length);
      kit.native.exitNow(0);
    },
    {},
    evil,
  ).catch((error: Error) => ({ result: { error: { message: error.message } } }));
  expect(result.error?.message.length).toBeLessThan(5_000);
});

test('a guest’s own output is its own: bytes pass unchanged', async () => {
  const { stdout } = await runGuest('c/echo-args', [evil]);
  expect(stdout).toContain(evil);
});
