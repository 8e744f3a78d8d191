/** `node … memory-process.cjs MODULE COUNT 3>result`: memory of containers that all sleep. */
import { readFileSync, writeSync } from 'node:fs';
import { loadNative } from '../native/load.ts';
import { specOf, Template } from '../test/helpers/fork-template.ts';
import { median } from './stats.ts';

export interface Memory {
  count: number;
  /** Less of MemAvailable for each container. */
  availableBytes: number;
  privateDirtyBytes: number;
  startMs: number;
}

const [, , module = '', count = '500'] = process.argv;

function field(file: string, name: string): number {
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}

async function main(): Promise<void> {
  const native = loadNative();
  const template = new Template(native);
  const spec = specOf(module);
  const before = field('/proc/meminfo', 'MemAvailable');
  const started = performance.now();
  const running = [];
  for (let i = 0; i < Number(count); i++) {
    running.push(template.start(spec));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const startMs = (performance.now() - started) / running.length;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const available = field('/proc/meminfo', 'MemAvailable');
  const dirty = running.map(({ container }) => field(`/proc/${container.pid}/smaps_rollup`, 'Private_Dirty'));
  const result: Memory = {
    count: running.length,
    availableBytes: (before - available) / running.length,
    privateDirtyBytes: median(dirty),
    startMs,
  };
  writeSync(3, JSON.stringify(result));
  for (const { container } of running) native.kill(container.pidfd, 9);
  await Promise.all(running.map(({ result: ended }) => ended));
  native.exitNow(0);
}

void main();
