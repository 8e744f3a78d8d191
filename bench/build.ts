/** Compiles what is measured: bench/guests natively and to WebAssembly, and the scripts that fork. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleScript, launcherFlags, publishedAddon, type Tiers } from '../test/helpers/fork.ts';
import { compileGuest } from '../test/helpers/guests.ts';

export const root: string = join(import.meta.dirname, '..');

export interface Built {
  folder: string;
  /** The path of a program of bench/guests. */
  native(name: string): string;
  wasm(name: string): string;
  /** A program in Rust, natively or for a version of WASI; compiled when it is asked for. */
  rust(name: string, target: RustTarget): string;
  /** The arguments of Node that run a bundled script of this folder under the launcher's flags. */
  script(name: string, tiers: Tiers): string[];
  remove(): void;
}

export type RustTarget = 'native' | 'wasip1' | 'wasip2';

function compileRust(folder: string, name: string, target: RustTarget): string {
  const source = join(import.meta.dirname, 'guests', `${name}.rs`);
  const path = join(folder, target === 'native' ? `${name}-rust` : `${name}-${target}.wasm`);
  if (existsSync(path)) return path;
  if (target === 'wasip2') compileGuest('rust-p2', source, path);
  else {
    const flags =
      target === 'native' ? ['-Copt-level=3'] : ['--target=wasm32-wasip1', '-Copt-level=3', '-Cstrip=symbols'];
    execFileSync('rustc', ['--edition=2021', ...flags, source, '-o', path]);
  }
  return path;
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
    rust: (name, target) => compileRust(folder, name, target),
    script: (name, tiers) => [
      ...launcherFlags(tiers),
      bundleScript(join(import.meta.dirname, `${name}.ts`), folder, publishedAddon),
    ],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
