/** The table of limits, and that a kernel takes it. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultLimits } from '../../../runtime/limits.ts';
import {
  describeRlimits,
  parseHardLimits,
  planRlimits,
  type Resource,
  resources,
} from '../../../runtime/sandbox/rlimits.ts';

const unlimited = { hard: new Map<Resource, number>(), data: null };

function limit(name: Resource, ...args: Parameters<typeof planRlimits>): { soft: number; hard: number } | undefined {
  return planRlimits(...args).find(({ resource }) => resource === resources[name]);
}

test('nothing to dump, to lock, to queue', () => {
  for (const name of ['core', 'memlock', 'msgqueue'] as const)
    expect(limit(name, defaultLimits, unlimited)).toMatchObject({ soft: 0, hard: 0 });
});

test('CPU time is rounded up, and a second later the signal is one that nobody catches', () => {
  for (const [cpuTimeMs, seconds] of [
    [1, 1],
    [999, 1],
    [1000, 1],
    [1001, 2],
    [7_200_000, 7200],
  ] as const)
    expect(limit('cpu', { ...defaultLimits, cpuTimeMs }, unlimited)).toMatchObject({
      soft: seconds,
      hard: seconds + 1,
    });
  expect(limit('cpu', { ...defaultLimits, cpuTimeMs: null }, unlimited)).toBeUndefined();
});

test('descriptors: room for the engine and two for each file, never above what the kernel takes', () => {
  expect(limit('nofile', { ...defaultLimits, maxFiles: 3 }, unlimited)?.soft).toBe(70);
  expect(limit('nofile', { ...defaultLimits, maxFiles: 1024 * 1024 }, unlimited)?.soft).toBe(1024 * 1024);
});

test('data is the baseline and the budget, or left alone; addresses and stack always are', () => {
  expect(limit('data', defaultLimits, unlimited)).toBeUndefined();
  const data = { baselineBytes: 547e6, budgetBytes: 2 ** 30 };
  expect(limit('data', defaultLimits, { ...unlimited, data })?.soft).toBe(547e6 + 2 ** 30);
  const numbers = planRlimits(defaultLimits, { ...unlimited, data }).map(({ resource }) => resource);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const stackOrAddresses of [3, 9]) expect(numbers).not.toContain(stackOrAddresses);
});

test('a hard limit that stands already is never raised', () => {
  const hard = new Map<Resource, number>([
    ['nofile', 100],
    ['cpu', 5],
    ['fsize', 1e6],
  ]);
  const limits = { ...defaultLimits, cpuTimeMs: 5000 };
  expect(limit('nofile', limits, { ...unlimited, hard })).toMatchObject({ soft: 100, hard: 100 });
  expect(limit('cpu', limits, { ...unlimited, hard })).toMatchObject({ soft: 5, hard: 5 });
  expect(limit('fsize', limits, { ...unlimited, hard })).toMatchObject({ soft: 1e6, hard: 1e6 });
});

test('the report has the names', () => {
  const text = describeRlimits(planRlimits({ ...defaultLimits, cpuTimeMs: 2000, pids: 8 }, unlimited));
  expect(text).toBe('core 0, nofile 2112, fsize 1099511627776, nproc 8, memlock 0, msgqueue 0, sigpending 64, cpu 2');
});

test('reads what /proc says of a process', () => {
  const text = [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max cpu time              unlimited            unlimited            seconds   ',
    'Max file size             1024                 2048                 bytes     ',
    'Max data size             unlimited            unlimited            bytes     ',
    'Max core file size        0                    unlimited            bytes     ',
    'Max processes             7                    8                    processes ',
    'Max open files            1024                 1048576              files     ',
    'Max locked memory         8388608              8388608              bytes     ',
    'Max pending signals       9                    9                    signals   ',
    'Max msgqueue size         0                    0                    bytes     ',
  ].join('\n');
  expect(Object.fromEntries(parseHardLimits(text))).toEqual({
    fsize: 2048,
    nproc: 8,
    nofile: 1048576,
    memlock: 8388608,
    sigpending: 9,
    msgqueue: 0,
  });
  expect(() => parseHardLimits(text.replace('Max processes', 'Max progress'))).toThrow('Max processes');
});

test.runIf(hasPrlimit())('a kernel takes the whole table', () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  try {
    const path = `/proc/${child.pid}/limits`;
    const hard = parseHardLimits(readFileSync(path, 'utf8'));
    const data = { baselineBytes: 1e9, budgetBytes: 1e9 };
    const planned = planRlimits({ ...defaultLimits, cpuTimeMs: 10_000 }, { hard, data });
    const nameOf = new Map<number, string>(Object.entries(resources).map(([name, number]) => [number, name]));
    const options = planned.map(({ resource, soft, hard }) => `--${nameOf.get(resource)}=${soft}:${hard}`);
    execFileSync('prlimit', ['--pid', String(child.pid), ...options]);
    const after = parseHardLimits(readFileSync(path, 'utf8'));
    for (const { resource, hard } of planned) expect(after.get(nameOf.get(resource) as Resource)).toBe(hard);
  } finally {
    child.kill('SIGKILL');
  }
});

function hasPrlimit(): boolean {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
