/** Other runtimes, where they are installed: how each runs hello. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Built } from './build.ts';

/** PATH, and where `go install` and `cargo install` put programs. */
export function findProgram(name: string): string | null {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    join(homedir(), 'go/bin'),
    join(homedir(), '.cargo/bin'),
  ];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  return found ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not here
  }
}

export function peers(built: Built, hello: string): Record<string, string[]> {
  const commands: Record<string, string[]> = {};
  const add = (name: string, program: string, args: (path: string) => string[]): void => {
    const path = findProgram(program);
    if (path !== null) commands[name] = [path, ...args(path)];
  };
  add('wasmtime run hello.wasm (its cache warm)', 'wasmtime', () => ['run', '-C', 'cache=y', hello]);
  const inside = ['run', '-C', 'cache=y', '--dir', '.', hello];
  add('wasmtime run --dir . hello.wasm (its cache warm)', 'wasmtime', () => inside);
  add('wazero run hello.wasm', 'wazero', () => ['run', hello]);
  add('wazero run -cachedir hello.wasm', 'wazero', () => ['run', '-cachedir', join(built.folder, 'wazero'), hello]);
  add('bwrap --unshare-all, native hello', 'bwrap', () => ['--unshare-all', '--ro-bind', built.folder, '/', '/hello']);
  add('runc run, native hello', 'runc', (path) => ['run', '--bundle', ociBundle(built, path), 'wasmctr-bench']);
  commands['native hello'] = [built.native('hello')];
  return commands;
}

/** runc's own defaults, with our program and no terminal. */
function ociBundle(built: Built, runc: string): string {
  const bundle = join(built.folder, 'bundle');
  // runc writes no second time.
  rmSync(bundle, { recursive: true, force: true });
  mkdirSync(join(bundle, 'rootfs'), { recursive: true });
  copyFileSync(built.native('hello'), join(bundle, 'rootfs/hello'));
  execFileSync(runc, ['spec', '--bundle', bundle]);
  const path = join(bundle, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  config.process.terminal = false;
  config.process.args = ['/hello'];
  writeFileSync(path, JSON.stringify(config));
  return bundle;
}
