/** `npm run bench [-- --quick] [-- TOPIC…]`: measures side by side, and writes bench/RESULTS.md (not with --quick). */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { buildAll } from './build.ts';
import {
  componentCallsTopic,
  componentForkTopic,
  componentNetworkTopic,
  componentStartTopic,
  componentStreamsTopic,
} from './component-topics.ts';
import { findProgram } from './peers.ts';
import { pythonJsonTopic, pythonTopic } from './python-topics.ts';
import { aliveTopic, coldStartTopic, startTopic } from './start-topics.ts';
import { callsTopic, cpuTopic, forkTopic, memoryTopic } from './topics.ts';

const topics = {
  start: startTopic,
  'start-cold': coldStartTopic,
  alive: aliveTopic,
  fork: forkTopic,
  memory: memoryTopic,
  calls: callsTopic,
  cpu: cpuTopic,
  python: pythonTopic,
  'python-json': pythonJsonTopic,
  'component-start': componentStartTopic,
  'component-fork': componentForkTopic,
  'component-calls': componentCallsTopic,
  'component-streams': componentStreamsTopic,
  'component-network': componentNetworkTopic,
};

function versionOf(program: string, args: readonly string[]): string[] {
  const path = findProgram(program);
  if (path === null) return [`${program}: not installed`];
  const [line = ''] = execFileSync(path, args, { encoding: 'utf8' }).split('\n');
  return [line.startsWith(program) ? line : `${program} ${line}`];
}

function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const governor = readOr('/sys/kernel/mm/transparent_hugepage/enabled', 'unknown').replace(/^.*\[(\w+)\].*$/s, '$1');
  const tools = [
    `Node ${process.version}`,
    ...versionOf('wasmtime', ['--version']),
    ...versionOf('wazero', ['version']),
    ...versionOf('runc', ['--version']),
    ...versionOf('bwrap', ['--version']),
  ];
  return [
    `${availableParallelism()} × ${model}, ${gibibytes} GiB, Linux ${release()}, transparent huge pages: ${governor};`,
    `load ${loadavg()[0]?.toFixed(1)} when the run began. ${tools.join(', ')}.`,
  ].join('\n');
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return fallback;
  }
}

const quick = process.argv.includes('--quick');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const chosen = Object.entries(topics).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const built = buildAll();
try {
  const parts = [
    `# Measured\n\n${machine()}\nWhat is compared was run in turn, so that ratios hold on a busy machine where times do not.`,
  ];
  for (const [, topic] of chosen) {
    const { title, text } = await topic(built, quick);
    parts.push(`## ${title}\n\n${text}`);
    console.log(`${parts.at(-1)}\n`);
  }
  if (!quick && wanted.length === 0) writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `${parts.join('\n\n')}\n`);
} finally {
  built.remove();
}
