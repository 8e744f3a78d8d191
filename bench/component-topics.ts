/** Components of WASI 0.2, against modules of 0.1, jco's own host, wasmtime, and native programs. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { globSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmTools } from '../test/helpers/guests.ts';
import { type Built, root } from './build.ts';
import type { ForkPath } from './fork-path-process.ts';
import { waitForCode } from './kept-code.ts';
import { compare, compareInside, result } from './measure.ts';
import { findProgram } from './peers.ts';
import { digits, median, quantile, ratio, type Series, table } from './stats.ts';
import type { Topic } from './topics.ts';

const node = process.execPath;
const wasmctr = join(root, 'bin/wasmctr');

type Commands = Record<string, readonly string[]>;

/** jco's `run`, and wasmtime where it is installed. */
function others(component: string, args: readonly string[], wasmtimeFlags: readonly string[] = []): Commands {
  const cli = join(npmTools(), '@bytecodealliance/jco/dist/jco.js');
  const commands: Commands = { 'jco run': [node, cli, 'run', component, ...args] };
  const wasmtime = findProgram('wasmtime');
  if (wasmtime !== null) commands.wasmtime = [wasmtime, 'run', '-C', 'cache=y', ...wasmtimeFlags, component, ...args];
  return commands;
}

export function componentStartTopic(built: Built, quick: boolean): Topic {
  const [module, component] = [built.rust('hello', 'wasip1'), built.rust('hello', 'wasip2')];
  // Repeated at every chance; those with --no-warm are full starts.
  const env = { XDG_CACHE_HOME: join(built.folder, 'component-cache'), WASMCTR_FROZEN: '1' };
  mkdirSync(env.XDG_CACHE_HOME, { recursive: true });
  const run = (...args: string[]): void => void execFileSync(wasmctr, ['run', ...args], { env, stdio: 'ignore' });
  run('--warm', module);
  waitForCode(env.XDG_CACHE_HOME);
  for (let runs = 0; runs < 2; runs++) run(component);
  waitForCode(env.XDG_CACHE_HOME, 2);
  const commands = {
    'node -e 0': [node, '-e', '0'],
    'wasmctr run, module (WASI 0.1), repeated': [wasmctr, 'run', module],
    'wasmctr run, component, repeated': [wasmctr, 'run', component],
    'wasmctr run --no-warm, module': [wasmctr, 'run', '--no-warm', module],
    'wasmctr run --no-warm, component': [wasmctr, 'run', '--no-warm', component],
    'wasmctr run, component, cold': ['/usr/bin/env', 'WASMCTR_CACHE=0', wasmctr, 'run', component],
    ...others(component, []),
  };
  return {
    title: 'Hello of Rust, start to exit',
    text: compare(built, commands, { base: 'node -e 0', rounds: quick ? 3 : 30, env }),
  };
}

export function componentForkTopic(built: Built, quick: boolean): Topic {
  const rounds = quick ? '10' : '100';
  const [module, component] = [built.rust('hello', 'wasip1'), built.rust('hello', 'wasip2')];
  const cache = join(built.folder, 'cache');
  execFileSync(wasmctr, ['run', component], { env: { XDG_CACHE_HOME: cache }, stdio: 'ignore' });
  const [entry = ''] = globSync(join(cache, 'wasmctr/component-*'));
  const forks = (args: readonly string[]): ForkPath => result<ForkPath>(built, 'fork-path-process', args);
  const [one, two] = [forks([module, rounds, 'warm']), forks([component, rounds, 'warm', entry])];
  const samplesOf = (list: readonly Series[], name: string): number[] =>
    list.find((s) => s.name === name)?.samples ?? [];
  const row = (what: string, list: (path: ForkPath) => readonly Series[], name: string): string[] => {
    const [first, second] = [samplesOf(list(one), name), samplesOf(list(two), name)];
    return [
      what,
      digits(median(first)),
      digits(median(second)),
      digits(quantile(second, 0.9)),
      ratio(median(second), median(first)),
    ];
  };
  const rows = [
    row('fork to exit, all layers', (path) => path.totals, 'all'),
    row('fork to exit, no layers', (path) => path.totals, 'none'),
    ...one.parts.map(({ name }) => row(`all layers: ${name}`, (path) => path.parts, name)),
  ];
  const head = ['µs', 'module, p50', 'component, p50', 'component, p90', 'component to module'];
  return { title: 'Hello of Rust from a warm template, fork to exit', text: table(head, rows) };
}

export function componentCallsTopic(built: Built, quick: boolean): Topic {
  const count = quick ? '1000' : '50000';
  const data = join(built.folder, 'data');
  const component = built.rust('component-calls', 'wasip2');
  const dir = ['--dir', `${data}::/data`];
  const programs: Commands = {
    'wasmctr, 0.1': [wasmctr, 'run', ...dir, built.wasm('calls'), '/data', count, 'poll'],
    'wasmctr, 0.2': [wasmctr, 'run', ...dir, component, '/data', count],
    ...others(component, ['/data', count], dir),
  };
  // jco's host has no folders to give, and takes a hundred times as long for what it has.
  programs['jco run'] = [node, ...jcoWithFolder(built, data), component, '/data', quick ? '100' : '1000'];
  const rows = [...compareInside(programs, built.folder, quick ? 1 : 5)].map(([what, columns]) => {
    const [one = 0, two = 0] = columns;
    return [what, ...Object.keys(programs).map((_, i) => digits(columns[i] ?? Number.NaN)), ratio(two, one)];
  });
  return { title: 'WASI 0.2 calls', text: table(['ns a call', ...Object.keys(programs), '0.2 to 0.1'], rows) };
}

function jcoWithFolder(built: Built, folder: string): string[] {
  const jco = join(npmTools(), '@bytecodealliance/jco');
  const preopen = join(built.folder, 'preopen.mjs');
  const shim = join(jco, 'node_modules/@bytecodealliance/preview2-shim/dist/nodejs/filesystem.js');
  writeFileSync(preopen, `import { _addPreopen } from '${shim}';\n_addPreopen('/data', '${folder}');\n`);
  return [join(jco, 'dist/jco.js'), 'run', '--jco-import', preopen];
}

export function componentStreamsTopic(built: Built, quick: boolean): Topic {
  const bytes = quick ? 16 << 20 : 256 << 20;
  const data = join(built.folder, 'data');
  const from = join(data, 'from');
  writeFileSync(from, '');
  truncateSync(from, bytes);
  const dir = ['--dir', `${data}::/data`];
  const each = (name: string, flags: readonly string[], args: readonly string[], nativeArgs = args): Commands => ({
    native: [built.rust(name, 'native'), ...nativeArgs],
    'wasmctr, 0.1': [wasmctr, 'run', ...flags, built.rust(name, 'wasip1'), ...args],
    'wasmctr, 0.2': [wasmctr, 'run', ...flags, built.rust(name, 'wasip2'), ...args],
    wasmtime: others(built.rust(name, 'wasip2'), args, flags).wasmtime ?? [],
  });
  const piped = (command: readonly string[]): string[] => [
    '/bin/sh',
    '-c',
    `head -c ${bytes} /dev/zero | "$0" "$@" | cat >/dev/null`,
    ...command,
  ];
  const installed = (commands: Commands): [string, readonly string[]][] =>
    Object.entries(commands).filter(([, command]) => command.length > 0);
  const stream = Object.fromEntries(installed(each('stream', [], [])).map(([name, c]) => [name, piped(c)]));
  const copy = Object.fromEntries(installed(each('copy-file', dir, ['/data'], [data])));
  const rounds = quick ? 1 : 7;
  const size = `${bytes >> 20} MiB`;
  const text = [
    `${size} from stdin to stdout, through pipes:\n\n${compare(built, stream, { base: 'wasmctr, 0.1', rounds })}`,
    `A file of ${size} copied:\n\n${compare(built, copy, { base: 'wasmctr, 0.1', rounds })}`,
  ];
  return { title: 'Streams', text: text.join('\n\n') };
}

/** Runs a server beside the measurements; its first line is its address. */
async function withServer(program: string, use: (address: string) => string): Promise<string> {
  const server: ChildProcess = spawn(node, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const address = await new Promise<string>((resolve) =>
      server.stdout?.once('data', (line) => resolve(`${line}`.trim())),
    );
    return use(address);
  } finally {
    server.kill();
  }
}

const listen = "listen(0, '127.0.0.1', function () { console.log('127.0.0.1:' + this.address().port) });";

export async function componentNetworkTopic(built: Built, quick: boolean): Promise<Topic> {
  const net = ['--net', 'host', '--allow-net', 'loopback'];
  const echo = `import { createServer } from 'node:net'; createServer((s) => s.pipe(s.setNoDelay())).${listen}`;
  const http = `import { createServer } from 'node:http'; createServer((q, r) => r.end('ok')).${listen}`;
  const rows = async (program: string, commands: (address: string) => Commands): Promise<string> =>
    withServer(program, (address) => {
      const programs = commands(address);
      const found = compareInside(programs, built.folder, quick ? 1 : 5);
      const names = Object.keys(programs);
      const row = ([what, columns]: [string, number[]]): string[] => [
        what,
        ...names.map((_, i) => digits((columns[i] ?? Number.NaN) / 1000)),
        ratio(columns[1] ?? 0, columns[0] ?? 0),
      ];
      return table(['µs', ...names, `wasmctr to ${names[0]}`], [...found].map(row));
    });
  const rounds = quick ? '100' : '5000';
  const tcp = await rows(echo, (address) => ({
    native: [built.rust('tcp-echo', 'native'), address, rounds],
    wasmctr: [wasmctr, 'run', ...net, built.rust('tcp-echo', 'wasip2'), address, rounds],
    wasmtime: others(built.rust('tcp-echo', 'wasip2'), [address, rounds], ['-S', 'inherit-network']).wasmtime ?? [
      'true',
    ],
  }));
  const requests = await rows(http, (address) => ({
    undici: [node, join(import.meta.dirname, 'undici-requests.mjs'), address, rounds],
    wasmctr: [wasmctr, 'run', ...net, built.rust('http-requests', 'wasip2'), address, rounds],
    'jco run': others(built.rust('http-requests', 'wasip2'), [address, quick ? '20' : '200'])['jco run'] ?? [],
  }));
  return {
    title: 'Network',
    text: `TCP, loopback, an echo server:\n\n${tcp}\n\nHTTP requests, one after the other:\n\n${requests}`,
  };
}
