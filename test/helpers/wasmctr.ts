/** Runs the real command, `bin/wasmctr`, the way a shell would. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { guest, root } from './guests.ts';
import { forgetSession, rememberSession } from './leaks.ts';
import { describeSession } from './processes.ts';

export const wasmctrBin: string = join(root, 'bin/wasmctr');

export interface WasmctrOptions {
  /** Written to its standard input, which is then closed. Absent: /dev/null. */
  stdin?: string | Uint8Array | undefined;
  /** Its environment, besides what tells it how to start. */
  env?: Record<string, string> | undefined;
  cwd?: string | undefined;
  /** After that it is killed, and the promise rejects. */
  timeoutMs?: number | undefined;
  /** Redirections in shell syntax, e.g. `<&- 2>/dev/full`. */
  redirect?: string | undefined;
  /** What starts it: `inside` of a World. */
  inside?: readonly string[] | undefined;
}

export interface WasmctrResult {
  stdout: string;
  stderr: string;
  /** Standard output as it came, for what is not text. */
  bytes: Buffer;
  /** Exit code, null when a signal ended the command. */
  code: number | null;
  signal: NodeJS.Signals | null;
}

const defaultTimeoutMs = 20_000;

/** How the command under test starts (test/run.mjs): from an image of this checkout's own, or with `0` from Node. */
export const startEnv: Record<string, string> = {
  WASMCTR_FROZEN: process.env.WASMCTR_FROZEN ?? '1',
  XDG_CACHE_HOME: join(root, 'node_modules/.cache/wasmctr-test'),
};

// The launcher makes it, but none above it.
mkdirSync(startEnv.XDG_CACHE_HOME ?? '', { recursive: true });

/** `wasmctr run FLAGS GUEST ARGS` for one of our guests, to the end. */
export function runGuest(
  name: string,
  args: readonly string[] = [],
  options: WasmctrOptions & { flags?: readonly string[] } = {},
): Promise<WasmctrResult> {
  return wasmctr(['run', ...(options.flags ?? []), guest(name), ...args], options);
}

/** The same, to be talked to while it runs. */
export function startGuest(
  name: string,
  args: readonly string[] = [],
  options: WasmctrOptions & { flags?: readonly string[] } = {},
): RunningWasmctr {
  return startWasmctr(['run', ...(options.flags ?? []), guest(name), ...args], options);
}

/** Runs to the end and collects all output. */
export async function wasmctr(args: readonly string[], options: WasmctrOptions = {}): Promise<WasmctrResult> {
  const run = startWasmctr(args, options);
  if (options.stdin !== undefined) {
    // A guest that does not read its input closes the pipe: that is its right.
    run.stdin.on('error', () => undefined);
    run.stdin.end(options.stdin);
  }
  return run.result;
}

export interface RunningWasmctr {
  process: ChildProcess;
  pid: number;
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Resolves when the given text has appeared on standard output. */
  saw(text: string): Promise<void>;
  /** Everything so far. */
  output(): string;
  /** Resolves at the end of the process and of its streams. */
  result: Promise<WasmctrResult>;
}

/** Starts the command in a session of its own, so that whatever it leaves behind can be told from others' processes. */
export function startWasmctr(args: readonly string[], options: WasmctrOptions = {}): RunningWasmctr {
  const child = spawnIn(args, options);
  const { stdin, stdout, stderr, pid } = child;
  if (pid === undefined || stdout === null || stderr === null) throw new Error(`${wasmctrBin} did not start: build it`);
  rememberSession(pid);
  const out = collect(stdout);
  const err = collect(stderr);
  return {
    process: child,
    pid,
    // Only used by those who asked for a pipe.
    stdin: stdin as Writable,
    stdout,
    stderr,
    saw: (text) => appears(stdout, out, text),
    output: () => Buffer.concat(out).toString(),
    result: finish(child, pid, out, err, options.timeoutMs ?? defaultTimeoutMs, args),
  };
}

/** For the tools that start it; the command is told of it, too. */
const worldPath = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

function spawnIn(args: readonly string[], options: WasmctrOptions): ChildProcess {
  const settings: SpawnOptions = {
    cwd: options.cwd,
    env: { ...startEnv, ...options.env },
    detached: true,
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  };
  const [starter, ...rest] = options.inside ?? [];
  if (starter !== undefined) return spawn(starter, [...rest, wasmctrBin, ...args], { ...settings, env: worldPath });
  if (options.redirect === undefined) return spawn(wasmctrBin, args, settings);
  return spawn('/bin/sh', ['-c', `exec "$0" "$@" ${options.redirect}`, wasmctrBin, ...args], settings);
}

function collect(stream: Readable): Buffer[] {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return chunks;
}

async function appears(stream: Readable, chunks: readonly Buffer[], text: string): Promise<void> {
  while (!Buffer.concat(chunks).includes(text)) {
    if (stream.readableEnded) throw new Error(`output ended without ${JSON.stringify(text)}`);
    await Promise.race([once(stream, 'data'), once(stream, 'end')]);
  }
}

async function finish(
  child: ChildProcess,
  pid: number,
  out: readonly Buffer[],
  err: readonly Buffer[],
  timeoutMs: number,
  args: readonly string[],
): Promise<WasmctrResult> {
  let late: string | null = null;
  const timer = setTimeout(() => {
    late = describeSession(pid);
    // The group: a shell, the command and its container.
    process.kill(-pid, 'SIGKILL');
  }, timeoutMs);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  const bytes = Buffer.concat(out);
  const stderr = Buffer.concat(err).toString();
  if (late !== null) {
    throw new Error(`still running after ${timeoutMs} ms: wasmctr ${args.join(' ').slice(0, 300)}\n${stderr}\n${late}`);
  }
  forgetSession(pid);
  return { stdout: bytes.toString(), stderr, bytes, code, signal };
}
