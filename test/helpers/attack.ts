/** Runs functions of a test as hostile native code inside a real container, after lockdown. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { beforeAll } from 'vitest';
import type { RunResult } from '../../runtime/result.ts';
import type { AttackItem, AttackSetup, Layer } from './attack-entry.ts';
import type { Kit } from './attack-kit.ts';
import { guest, root } from './guests.ts';
import { forgetSession, rememberSession } from './leaks.ts';

export type { Layer } from './attack-entry.ts';
export type { Kit } from './attack-kit.ts';

export interface AttackOptions {
  /** Flags of `wasmctr run`. */
  flags?: readonly string[];
  /** The caller's environment, `K=V`. */
  env?: readonly string[];
  /** Layers that are taken to have fallen. */
  without?: readonly Layer[];
  /** Another order of stages. */
  stages?: readonly string[];
  /** Run by the supervisor before the fork. */
  before?: AttackCode<undefined, void>;
  timeoutMs?: number;
  /** What starts it: `inside` of a World. */
  inside?: readonly string[];
  /** The program is a component: only those have a network broker. */
  isComponent?: boolean;
}

export interface Attacked<V> {
  result: RunResult;
  /** What the attack returned; undefined when it was stopped. */
  value: V | undefined;
  stdout: string;
  stderr: string;
}

/** Must not use anything of the module around it: it crosses as text. */
export type AttackCode<G, V> = (kit: Kit, given: G) => V;

const testAddon = join(root, 'native/build/wasmctr-test.node');
const defaultTimeoutMs = 20_000;
const outliveMs = 5_000;

/** One container. */
export async function attack<V>(code: AttackCode<undefined, V>, options?: AttackOptions): Promise<Attacked<V>>;
export async function attack<G, V>(code: AttackCode<G, V>, options: AttackOptions, given: G): Promise<Attacked<V>>;
export async function attack<G, V>(code: AttackCode<G, V>, options = {}, given?: G): Promise<Attacked<V>> {
  const [only] = await attackEach(code, [given as G], options);
  if (only === undefined) throw new Error('the attack gave no result');
  return only;
}

/** A fresh container for each of the values, all forked from one process. */
export async function attackEach<G, V>(
  code: AttackCode<G, V>,
  givens: readonly G[],
  options: AttackOptions = {},
): Promise<Attacked<V>[]> {
  const running = await startAttack(code, givens, options);
  const { results, stdout, stderr } = await running.finished;
  return results.map((result) => {
    // A bug of the attack's own must not pass for a denial.
    if (result.error?.message.startsWith("can't run") === true)
      throw new Error(`the attack failed: ${result.error.message}\n${stderr}`);
    const value = result.results.length > 0 ? (JSON.parse(result.results.join('')) as V) : undefined;
    return { result, value, stdout, stderr };
  });
}

export interface RunningAttack {
  process: ChildProcess;
  /** Pid of the first container, as soon as it is forked. */
  container: Promise<number>;
  stdin: Writable;
  stdout: Readable;
  finished: Promise<{ results: RunResult[]; stdout: string; stderr: string }>;
}

export async function startAttack<G, V>(
  code: AttackCode<G, V>,
  givens: readonly G[],
  options: AttackOptions = {},
): Promise<RunningAttack> {
  const { without = [], stages = [], before, inside = [] } = options;
  const setup: AttackSetup = { without, stages, before: before?.toString() ?? '' };
  const items = givens.map(
    (given): AttackItem => ({
      flags: options.flags ?? [],
      env: options.env ?? [],
      module: guest(options.isComponent ? 'wat-p2/hello' : 'wat/no-memory'),
      code: code.toString(),
      given,
    }),
  );
  const node = join(root, `node_modules/node-linux-${process.arch}/bin/node`);
  const [program = '', ...args] = [...inside, node, ...nodeFlags(), await bundled(), JSON.stringify(setup)];
  const child = spawn(program, args, {
    env: inside.length === 0 ? {} : { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [stdin, stdout, stderr, input, output] = child.stdio as [Writable, Readable, Readable, Writable, Readable];
  if (child.pid === undefined) throw new Error(`${node} did not start`);
  rememberSession(child.pid);
  for (const stream of [stdin, input]) stream.on('error', () => undefined);
  input.end(JSON.stringify(items));
  const lines = collect(output);
  const texts = [collect(stdout), collect(stderr)] as const;
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? defaultTimeoutMs);
  const closed = once(child, 'close');
  const lost = once(child, 'exit').then(async () => {
    // The container holds the other ends of the pipes: one that outlives its supervisor would keep them open.
    const late = await Promise.race([closed, sleep(outliveMs, 'late', { ref: false })]);
    if (late === 'late') throw new Error(`a container outlived its supervisor by ${outliveMs} ms`);
  });
  return {
    process: child,
    container: firstContainer(output, lines),
    stdin,
    stdout,
    finished: Promise.all([closed, lost]).then(() => {
      clearTimeout(timer);
      forgetSession(child.pid ?? 0);
      const results = reports(lines).flatMap((line) => (line.result === undefined ? [] : [line.result]));
      const [outText, errText] = texts.map((chunks) => Buffer.concat(chunks).toString()) as [string, string];
      if (results.length < givens.length)
        throw new Error(`only ${results.length} of ${givens.length} attacks ended: ${child.signalCode} ${errText}`);
      return { results, stdout: outText, stderr: errText };
    }),
  };
}

function collect(stream: Readable): Buffer[] {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return chunks;
}

function reports(chunks: readonly Buffer[]): { started?: number; result?: RunResult }[] {
  const lines = Buffer.concat(chunks).toString().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

async function firstContainer(output: Readable, lines: readonly Buffer[]): Promise<number> {
  for (;;) {
    const pid = reports(lines)[0]?.started;
    if (pid !== undefined) return pid;
    if (output.readableEnded) return -1;
    await Promise.race([once(output, 'data'), once(output, 'end')]);
  }
}

/** The launcher's own, so that they can't drift apart. */
function nodeFlags(): string[] {
  const source = readFileSync(join(root, 'native/launcher/node.c'), 'utf8');
  const flags = [...source.matchAll(/"(--[a-z0-9=-]+)"/g)].map((match) => match[1] ?? '');
  if (!flags.includes('--single-threaded')) throw new Error('native/launcher/node.c: where are the flags of Node?');
  return flags.filter((flag) => flag !== '--liftoff');
}

/** The first file of a run compiles the addon. */
const buildTimeoutMs = 300_000;
let bundling: Promise<string> | undefined;

beforeAll(async () => {
  await bundled();
}, buildTimeoutMs);

function bundled(): Promise<string> {
  bundling ??= makeBundle();
  return bundling;
}

async function makeBundle(): Promise<string> {
  if (isStale(testAddon)) execFileSync(process.execPath, [join(root, 'native/build.mjs'), 'test-addon']);
  const dir = mkdtempSync(join(tmpdir(), 'attack-bundle-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const outfile = join(dir, 'attack.cjs');
  await build({
    entryPoints: [join(root, 'test/helpers/attack-entry.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    define: { WASMCTR_ADDON: JSON.stringify(testAddon), 'import.meta.url': '__filename' },
    external: ['#native', 'wabt', '*.node'],
    logLevel: 'error',
  });
  return outfile;
}

function isStale(output: string): boolean {
  const built = statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync('native/{src/**/*.{cc,h},build.mjs}', { cwd: root });
  return sources.some((file) => statSync(join(root, file)).mtimeMs > built);
}
