/** One function a topic: measures, and gives its table. */
import { join } from 'node:path';
import type { Built } from './build.ts';
import type { ForkPath } from './fork-path-process.ts';
import { compareInside, result } from './measure.ts';
import type { Memory } from './memory-process.ts';
import { digits, median, quantile, ratio, table } from './stats.ts';

export interface Topic {
  title: string;
  text: string;
}

const node = process.execPath;
const nodeWasi = join(import.meta.dirname, 'node-wasi.mjs');

export function forkTopic(built: Built, quick: boolean): Topic {
  const rounds = quick ? '10' : '100';
  const [warm, cold] = ['warm', 'cold'].map((warmth) =>
    result<ForkPath>(built, 'fork-path-process', [built.wasm('hello'), rounds, warmth]),
  ) as [ForkPath, ForkPath];
  const samples = ({ totals }: ForkPath, name: string): number[] => totals.find((s) => s.name === name)?.samples ?? [];
  const row = (name: string, values: readonly number[], note = ''): string[] => [
    name,
    digits(median(values)),
    digits(quantile(values, 0.1)),
    digits(quantile(values, 0.99)),
    note,
  ];
  const all = median(samples(warm, 'all'));
  const less = (values: readonly number[]): string => `it costs ${digits(all - median(values))}`;
  const layers = warm.totals.filter(({ name }) => name !== 'all' && name !== 'none');
  const rows = [
    row('fork, exit, wait: no guest', warm.bare),
    row('fork to exit of hello, no layers', samples(warm, 'none')),
    row(
      'fork to exit of hello, all layers',
      samples(warm, 'all'),
      `${digits(all - median(samples(warm, 'none')))} more`,
    ),
    ...warm.parts.map(({ name, samples: part }) => row(`all layers: ${name}`, part)),
    ...layers.map(({ name, samples: part }) => row(`without ${name}`, part, less(part))),
    row('module unknown to the template, no layers', samples(cold, 'none')),
    row('module unknown to the template, all layers', samples(cold, 'all')),
  ];
  return { title: 'The fork path, from a warm template', text: table(['', 'p50, µs', 'p10', 'p99', ''], rows) };
}

export function memoryTopic(built: Built, quick: boolean): Topic {
  const memory = result<Memory>(built, 'memory-process', [built.wasm('wait'), quick ? '20' : '500']);
  const mebibytes = (bytes: number): string => digits(bytes / 2 ** 20);
  const rows = [
    ['less of MemAvailable, MiB a container', mebibytes(memory.availableBytes)],
    ['Private_Dirty, MiB, p50', mebibytes(memory.privateDirtyBytes)],
    ['time to start one more, ms', digits(memory.startMs)],
  ];
  return { title: `Memory, ${memory.count} containers alive`, text: table(['', ''], rows) };
}

export function callsTopic(built: Built, quick: boolean): Topic {
  const count = quick ? '1000' : '50000';
  const data = join(built.folder, 'data');
  const guest = (layers: string): string[] => [
    node,
    ...built.script('guest-process', '--no-liftoff'),
    layers,
    built.wasm('calls'),
    data,
    '/data',
    count,
  ];
  const programs = {
    native: [built.native('calls'), data, count],
    'node:wasi': [node, '--no-warnings', nodeWasi, '--dir', `${data}::/data`, built.wasm('calls'), '/data', count],
    wasmctr: guest('all'),
    'no filter': guest('no-filter'),
  };
  const rows = [...compareInside(programs, built.folder, quick ? 1 : 7)].map(
    ([what, [native = 0, wasi = 0, ours = 0, open = 0]]) => [
      what,
      ...[native, wasi, ours, open].map(digits),
      ratio(ours, wasi),
      ratio(ours, open),
    ],
  );
  const head = [
    'ns a call',
    'native C',
    'node:wasi',
    'wasmctr',
    'without the filter',
    'wasmctr to node:wasi',
    'to no filter',
  ];
  return { title: 'WASI calls', text: table(head, rows) };
}

export function cpuTopic(built: Built, quick: boolean): Topic {
  const scale = quick ? '0' : '3';
  const guest = (layers: string): string[] => [
    node,
    ...built.script('guest-process', '--no-liftoff'),
    layers,
    built.wasm('cpu'),
    '',
    scale,
  ];
  const programs = {
    native: [built.native('cpu'), scale],
    'node:wasi': [node, '--no-warnings', nodeWasi, built.wasm('cpu'), scale],
    wasmctr: guest('all'),
    'no layers': guest('none'),
  };
  const kernels = compareInside(programs, built.folder, quick ? 1 : 5);
  const sums = [...kernels.values()].reduce((total, row) => total.map((ns, i) => ns + (row[i] ?? 0)), [0, 0, 0, 0]);
  const rows = [...kernels, ['all four', sums] as const].map(([what, [native = 0, wasi = 0, ours = 0, open = 0]]) => [
    what,
    ...[native, wasi, ours, open].map((ns) => digits(ns / 1e6)),
    ratio(ours, native),
    ratio(wasi, native),
    ratio(ours, open),
  ]);
  const head = [
    'ms',
    'native -O2',
    'node:wasi',
    'wasmctr',
    'without layers',
    'wasmctr to native',
    'node:wasi to native',
    'to no layers',
  ];
  return { title: 'CPU-bound kernels', text: table(head, rows) };
}
