/** The README's components, written, compiled and run as a reader would. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { npmTools, root } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { wasmctrBin } from '../helpers/wasmctr.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-readme-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await expectNothingLeft();
});

const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text = '']) => ({
  language,
  text,
}));

/** Blocks whose first line is `// NAME` or `// NAME: how it is compiled` become files; the command. */
function write(name: string): string {
  const block = blocks.find(({ text }) => text.startsWith(`// ${name}`));
  if (block === undefined) throw new Error(`README.md has no block for ${name}`);
  writeFileSync(join(folder, name), block.text);
  return /^.*?: (.*)/.exec(block.text)?.[1] ?? '';
}

/** The `$` lines of the block that runs it, and what the README says that they print. */
function session(name: string): { commands: string; printed: string } {
  const block = blocks.find(({ language, text }) => language === 'console' && text.includes(` ${name}`));
  if (block === undefined) throw new Error(`README.md has no commands for ${name}`);
  const lines = block.text.trimEnd().split('\n');
  const commands = lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
  const printed = lines.filter((line) => !line.startsWith('$ '));
  return { commands: commands.join('\n'), printed: `${printed.join('\n')}\n` };
}

function shell(commands: string): string {
  const program = `set -e\nwasmctr() { "${wasmctrBin}" "$@"; }\n${commands}`;
  return execFileSync('/bin/sh', ['-c', program], { cwd: folder, encoding: 'utf8', timeout: 120_000 });
}

it('Rust', { timeout: 120_000 }, () => {
  shell(write('words.rs').replace(/^rustup .*? && /, ''));
  const { commands, printed } = session('words.wasm');
  expect(shell(commands)).toBe(printed);
});

it('JavaScript', { timeout: 300_000 }, () => {
  write('greet.wit');
  const cli = join(npmTools(), '.bin/componentize-js');
  shell(write('greet.js').replace('npx @bytecodealliance/componentize-js', `"${process.execPath}" "${cli}"`));
  const { commands, printed } = session('greet.wasm');
  expect(shell(commands)).toBe(printed);
});
