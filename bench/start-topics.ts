/** From exec to reaping: a small program started from an image, from Node, and by others. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Built, root } from './build.ts';
import { waitForCode } from './kept-code.ts';
import { compare } from './measure.ts';
import { findProgram, peers } from './peers.ts';
import { digits, median, table } from './stats.ts';
import type { Topic } from './topics.ts';

const node = process.execPath;
const wasmctr = join(root, 'bin/wasmctr');
const nodeWasi = join(import.meta.dirname, 'node-wasi.mjs');
const fromNode = ['/usr/bin/env', 'WASMCTR_FROZEN=0'];

interface Prepared {
  commands: Record<string, string[]>;
  /** Starts are repeated at every chance: no sample is another's by the launcher's dice. */
  env: { XDG_CACHE_HOME: string; WASMCTR_FROZEN: '1' };
}

/** The image of this checkout and the code of a module, made now and not in the background of the first sample. */
function prepare(built: Built): Prepared {
  const env = { XDG_CACHE_HOME: join(built.folder, 'start-cache'), WASMCTR_FROZEN: '1' } as const;
  mkdirSync(env.XDG_CACHE_HOME, { recursive: true });
  const hello = built.wasm('hello');
  const kept = join(built.folder, 'hello-kept.wasm');
  // Other bytes, by a custom section: code is kept by content.
  writeFileSync(kept, Buffer.concat([readFileSync(hello), Buffer.from([0, 2, 1, 0x78])]));
  makeImage(hello, env);
  execFileSync(wasmctr, ['run', '--warm', kept], { env, stdio: 'ignore' });
  waitForCode(env.XDG_CACHE_HOME);
  const commands = {
    'node -e 0': [node, '-e', '0'],
    'wasmctr run hello.wasm, a full start (--no-warm)': [wasmctr, 'run', '--no-warm', hello],
    'wasmctr run hello.wasm, repeated': [wasmctr, 'run', hello],
    'wasmctr run hello.wasm, repeated, its code kept': [wasmctr, 'run', kept],
    'wasmctr run --dir . hello.wasm, repeated, its code kept': [wasmctr, 'run', '--dir', '.', kept],
    'wasmctr run hello.wasm, from Node': [...fromNode, wasmctr, 'run', hello],
    'node:wasi script': [node, '--no-warnings', nodeWasi, hello],
    ...peers(built, hello),
    '/bin/true': ['/bin/true'],
  };
  return { commands, env };
}

function makeImage(module: string, env: Record<string, string | undefined> = process.env): void {
  execFileSync(wasmctr, ['run', module], { env: { ...env, WASMCTR_FROZEN: 'refresh' }, stdio: 'ignore' });
}

export function startTopic(built: Built, quick: boolean): Topic {
  const { commands, env } = prepare(built);
  const text = compare(built, commands, { base: 'node -e 0', rounds: quick ? 3 : 40, env });
  return { title: 'Hello, start to exit', text };
}

/** Everything has to come from the disk: the first run after a boot. */
export function coldStartTopic(built: Built, quick: boolean): Topic {
  const { commands, env } = prepare(built);
  const dropCaches = (): void => {
    execFileSync('sync');
    writeFileSync('/proc/sys/vm/drop_caches', '3');
  };
  const rounds = quick ? 1 : 10;
  const text = compare(built, commands, { base: 'node -e 0', rounds, env, prepare: dropCaches });
  return { title: 'Hello, start to exit, with cold caches', text };
}

const memoryFields = ['Private_Dirty', 'Pss', 'Rss'] as const;
/** Long enough for any of them to have started. */
const startedMs = 700;

/** A program that sleeps: its process, and those that it started. */
export async function aliveTopic(built: Built, quick: boolean): Promise<Topic> {
  const module = built.wasm('wait');
  makeImage(built.wasm('hello'));
  const wasmtime = findProgram('wasmtime');
  const cases: [string, string[]][] = [
    ['node, waiting', [node, '-e', 'setInterval(() => {}, 1e6)']],
    ['wasmctr run', [wasmctr, 'run', module]],
    ['wasmctr run, from Node', [...fromNode, wasmctr, 'run', module]],
    ...(wasmtime === null ? [] : [['wasmtime run', [wasmtime, 'run', module]] satisfies [string, string[]]]),
  ];
  const rows: string[][] = [];
  for (const [name, command] of cases) {
    const samples: number[][] = [];
    for (let round = 0; round < (quick ? 1 : 5); round++) samples.push(await memoryOf(command));
    rows.push([name, ...memoryFields.map((_, i) => digits(median(samples.map((sample) => sample[i] ?? 0)) / 1024))]);
  }
  const head = ['MiB', 'private', 'with its share of what is shared', 'resident'];
  return { title: 'Memory of one command that waits', text: table(head, rows) };
}

/** KiB, as `memoryFields`. */
async function memoryOf([program = '', ...args]: readonly string[]): Promise<number[]> {
  const child = spawn(program, args, { stdio: 'ignore' });
  const exited = once(child, 'exit');
  await sleep(startedMs);
  try {
    const maps = withDescendants(child.pid ?? 0).map((pid) => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return memoryFields.map((field) => {
      const kibibytes = maps.map((text) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]));
      return kibibytes.reduce((sum, each) => sum + each, 0);
    });
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}

function withDescendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(withDescendants)];
}
