/** Runs scripts that fork: bundled, under the pinned Node with the launcher's own flags, over the addon for tests. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import { root } from './guests.ts';

export const testAddon: string = join(root, 'native/build/wasmctr-test.node');
export const publishedAddon: string = join(root, 'native/build/wasmctr.node');

/** Bits of `Step` in native/src/fork.h: conditions of the recipe that a test can leave out. */
export const steps = { mappings: 1, loop: 2, signals: 4, eventFds: 8, descriptors: 16, threads: 32, all: 63 } as const;

export type Tiers = '--liftoff' | '--no-liftoff';

/** Read from the launcher's source, so that tests can't run under other flags than users do. */
export function launcherFlags(tiers: Tiers): string[] {
  const source = readFileSync(join(root, 'native/launcher/node.c'), 'utf8');
  const args = source.slice(source.indexOf('flags[] ='), source.indexOf('isSmall ?'));
  const flags = [...args.matchAll(/"(--[a-z0-9-]+(?:=[^"]*)?)"/g)].map(([, flag]) => flag ?? '');
  if (!flags.includes('--single-threaded')) throw new Error('found no flags in node.c');
  return [...flags.filter((flag) => !/^--(no-)?liftoff$/.test(flag)), tiers];
}

export function buildTestAddon(): void {
  execFileSync(process.execPath, [join(root, 'native/build.mjs'), 'test-addon'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** One file without imports: what a template has in memory is then what the command has, and no TypeScript loader. */
export function bundleScript(entry: string, folder: string, addon: string): string {
  const outfile = join(folder, basename(entry).replace(/\.ts$/, '.cjs'));
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    define: { 'import.meta.url': '__filename', WASMCTR_ADDON: JSON.stringify(addon) },
    external: ['#native', 'wabt', '*.node'],
    logLevel: 'warning',
  });
  return outfile;
}

export interface ScriptOptions {
  args?: readonly string[];
  flags?: readonly string[];
  input?: string | undefined;
  timeoutMs?: number;
}

export interface ForkScript {
  /** Runs it to its end; what it printed, parsed. Throws when it fails. */
  run<T>(options?: ScriptOptions): T;
  path: string;
  remove(): void;
}

export function forkScript(entry: string, addon: string = testAddon): ForkScript {
  if (addon === testAddon) buildTestAddon();
  const folder = mkdtempSync(join(tmpdir(), 'wasmctr-fork-'));
  const path = bundleScript(entry, folder, addon);
  return {
    path,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    run: ({ args = [], flags = launcherFlags('--liftoff'), input, timeoutMs = 60_000 } = {}) => {
      const { stdout, stderr, status, signal, error } = spawnSync(process.execPath, [...flags, path, ...args], {
        encoding: 'utf8',
        env: {},
        input: input ?? '',
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 1 << 26,
      });
      if (error) throw error;
      if (status !== 0)
        throw new Error(`${basename(entry)} ${args.join(' ')}: ${status ?? signal}\n${stderr}${stdout}`);
      return JSON.parse(stdout);
    },
  };
}
