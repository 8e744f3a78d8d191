/**
 * The library's `run` in an embedder's own Node (20 or newer): starts the command, because an embedder's process is
 * never forked, and reads the receipt. Options go in a file of ours and not as arguments, which other users could read.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { errorExitCodes, WasmctrError } from './errors.ts';
import type { HostImports } from './host-members.ts';
import type { Durations, RunResult } from './result.ts';
import { failedResult } from './result-build.ts';

/** The keys of `--config` in camel case; units as on the command line ('64MiB', '5s') or plain numbers. */
export interface RunOptions {
  args?: readonly string[];
  argv0?: string;
  /** null passes on the caller's value. */
  env?: Readonly<Record<string, string | null>>;
  envFile?: readonly string[];
  dir?: readonly (string | { host: string; guest: string; readOnly?: boolean })[];
  tmpfs?: readonly (string | { guest: string; size?: number | string })[];
  workdir?: string;
  listen?: readonly string[];
  net?: 'none' | 'host';
  allowNet?: readonly string[];
  publish?: readonly string[];
  maxConnections?: number | null;
  maxTraffic?: string | number | null;
  invoke?: string;
  unknownImports?: 'error' | 'trap';
  warm?: boolean;
  noWarm?: boolean;
  strace?: boolean;
  bestEffort?: boolean;
  timeout?: string | number;
  cpuTime?: string | number;
  memory?: string | number;
  cpus?: number;
  cpuWeight?: number;
  cpuset?: string;
  pids?: number;
  maxFiles?: number;
  maxOutput?: string | number;
  maxDisk?: string | number;
  ioRead?: string | number;
  ioWrite?: string | number;
  /** A path, or the policy itself. */
  seccomp?: string | object;
  seccompAllow?: readonly string[];
}

/** What a caller does with the streams and the life of a run; no part of the container. */
export interface RunHandles {
  /** Default: an empty stdin. */
  stdin?: Uint8Array | string | Readable | 'inherit';
  /** Default: collected into the output's bytes. */
  stdout?: Writable | 'inherit';
  stderr?: Writable | 'inherit';
  /** Ends the container (SIGTERM) when aborted. */
  signal?: AbortSignal;
  /** What a component imports beside WASI; called here, with copies of the values. */
  imports?: HostImports;
}

export interface RunOutput extends RunResult {
  /** Empty where a stream was given or inherited. */
  stdout: Uint8Array;
  stderr: Uint8Array;
}

/** By the package's own name: sources and built files lie at different depths. */
const launcher = join(dirname(createRequire(import.meta.url).resolve('wasmctr/package.json')), 'bin/wasmctr');

/**
 * Runs a module to its end in a container of its own: a path, or the module's bytes. The result tells success and every
 * kind of failure in one shape; it rejects only when the command itself can't be started.
 */
export async function run(
  module: string | Uint8Array,
  options: RunOptions = {},
  handles: RunHandles = {},
): Promise<RunOutput> {
  const refused = importsError(handles.imports);
  if (refused !== null) {
    return { ...failedResult(refused, notStarted(0)), stdout: new Uint8Array(), stderr: new Uint8Array() };
  }
  // 0700: other users learn neither options nor results.
  const folder = await mkdtemp(join(tmpdir(), 'wasmctr-'));
  try {
    const { args = [], ...flags } = typeof module === 'string' ? options : { argv0: 'module.wasm', ...options };
    const file = typeof module === 'string' ? module : join(folder, 'module.wasm');
    if (typeof module !== 'string') await writeFile(file, module);
    const named = Object.entries(flags).map(([key, value]) => [kebab(key), value]);
    await writeFile(
      join(folder, 'config.json'),
      JSON.stringify({ args, ...importsConfig(handles), ...Object.fromEntries(named) }),
    );
    // By name on the command line: the launcher chooses V8's compiler by the file's size.
    return await runInFolder(folder, file.startsWith('-') ? `./${file}` : file, handles);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runInFolder(folder: string, file: string, handles: RunHandles): Promise<RunOutput> {
  const startedMs = performance.now();
  const receipt = join(folder, 'receipt.json');
  const argv = ['run', '--config', join(folder, 'config.json'), '--stats=json', '--stats-file', receipt, file];
  const stdio = [stdioOf(handles.stdin), stdioOf(handles.stdout), stdioOf(handles.stderr)];
  // As the descriptor that importsConfig names; libuv makes it a pair of Unix sockets.
  if (handles.imports !== undefined) stdio.push('pipe');
  const child = spawn(launcher, argv, { stdio });
  const serving = handles.imports && serveHostImports(child, file, handles.imports);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? errorExitCodes.internal));
  });
  const stop = (): void => void child.kill('SIGTERM');
  handles.signal?.addEventListener('abort', stop, { once: true });
  if (handles.signal?.aborted) stop();
  try {
    if (child.stdin) feed(child.stdin, handles.stdin);
    const streams = [collect(child.stdout, handles.stdout), collect(child.stderr, handles.stderr)] as const;
    const [stdout, stderr, code] = await Promise.all([...streams, ended, serving]);
    const text = await readFile(receipt, 'utf8').catch(() => '');
    return { ...readReceipt(text, stderr, code, performance.now() - startedMs), stdout, stderr };
  } finally {
    handles.signal?.removeEventListener('abort', stop);
  }
}

/** From JavaScript anything may come. Unseen, a null would leave the container waiting for answers. */
function importsError(imports: unknown): WasmctrError | null {
  if (imports === undefined || (typeof imports === 'object' && imports !== null)) return null;
  const what = imports === null ? 'null' : `a ${typeof imports}`;
  return new WasmctrError('usage', `imports: expected an object, got ${what}`, 'its keys are the names of interfaces');
}

/** The first one after stdin, stdout and stderr. */
const importsFd = 3;

const importsConfig = ({ imports }: RunHandles): object => (imports === undefined ? {} : { 'imports-fd': importsFd });

async function serveHostImports(child: ChildProcess, file: string, imports: HostImports): Promise<void> {
  const socket = child.stdio[importsFd] as Duplex;
  // Its end of the socket may wait behind a function that is still busy.
  child.once('exit', () => socket.destroy());
  const [{ importsOf }, { serveImports }] = await Promise.all([
    import('./host-world.ts'),
    import('./host-functions.ts'),
  ]);
  const world = await importsOf(file);
  // The command says itself what is wrong with a file that is no component.
  if (world === null) socket.destroy();
  else await serveImports(socket, world, imports);
}

const stdioOf = (handle: unknown): 'inherit' | 'pipe' => (handle === 'inherit' ? 'inherit' : 'pipe');

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A guest may end without reading its input: that is no error. */
function feed(to: Writable, from: RunHandles['stdin']): void {
  to.on('error', () => {});
  if (from === undefined || from === 'inherit') to.end();
  else if (typeof from === 'string' || from instanceof Uint8Array) to.end(from);
  else from.pipe(to);
}

async function collect(from: Readable | null, to: Writable | 'inherit' | undefined): Promise<Uint8Array> {
  if (from === null) return new Uint8Array();
  if (to === undefined || to === 'inherit') return buffer(from);
  from.pipe(to, { end: false });
  await new Promise((resolve) => from.once('close', resolve));
  return new Uint8Array();
}

/** A command that refused its options has written no receipt, but one line that says why. */
function readReceipt(receipt: string, stderr: Uint8Array, code: number, totalMs: number): RunResult {
  if (receipt.trim() !== '') return JSON.parse(receipt) as RunResult;
  const line = Buffer.from(stderr)
    .toString()
    .trim()
    .replace(/^wasmctr: /, '');
  const kind = (Object.keys(errorExitCodes) as (keyof typeof errorExitCodes)[]).find(
    (key) => errorExitCodes[key] === code,
  );
  const error = new WasmctrError(kind ?? 'internal', line || `the command ended with exit code ${code}`);
  return failedResult(error, notStarted(totalMs));
}

function notStarted(totalMs: number): Durations {
  return { totalMs, bootMs: 0, planMs: 0, forkMs: 0, readyMs: 0, compileMs: 0, guestMs: 0 };
}
