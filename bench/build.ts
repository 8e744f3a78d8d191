/** Compiles what is measured: bench/guests natively and to WebAssembly, and the scripts that fork. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleScript, launcherFlags, publishedAddon, type Tiers } from '../test/helpers/fork.ts';

export const root: string = join(import.meta.dirname, '..');

export interface Built {
  folder: string;
  /** The path of a program of bench/guests. */
  native(name: string): string;
  wasm(name: string): string;
  /** The arguments of Node that run a bundled script of this folder under the launcher's flags. */
  script(name: string, tiers: Tiers): string[];
  remove(): void;
}

export function buildAll(): Built {
  const folder = mkdtempSync(join(tmpdir(), 'wasmctr-bench-'));
  const source = (name: string): string => join(import.meta.dirname, 'guests', `${name}.c`);
  const native = (name: string): string => join(folder, name);
  const wasm = (name: string): string => join(folder, `${name}.wasm`);
  mkdirSync(join(folder, 'data'));
  execFileSync('cc', ['-O2', '-o', native('time-command'), source('time-command')]);
  // Without a dynamic linker, so that it also runs where there is no file system beside it.
  execFileSync('cc', ['-O2', '-static', '-o', native('hello'), source('hello')]);
  for (const name of ['calls', 'cpu']) execFileSync('cc', ['-O2', '-o', native(name), source(name), '-lm']);
  for (const name of ['hello', 'wait', 'calls', 'cpu']) {
    execFileSync('clang', ['--target=wasm32-wasi', '-O2', '-o', wasm(name), source(name), '-lm']);
  }
  return {
    folder,
    native,
    wasm,
    script: (name, tiers) => [
      ...launcherFlags(tiers),
      bundleScript(join(import.meta.dirname, `${name}.ts`), folder, publishedAddon),
    ],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
