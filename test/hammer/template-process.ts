/** `node … template-process.cjs row|crowd COUNT MODULE`: many containers of one template, with every layer on. */
import { readFileSync } from 'node:fs';
import { loadNative } from '../../native/load.ts';
import type { RunResult } from '../../runtime/result.ts';
import { specOf, Template } from '../helpers/fork-template.ts';
import { openDescriptors, wasmctrCgroups } from '../helpers/leaks.ts';

const [, , mode = '', countText = '0', file = ''] = process.argv;
const count = Number(countText);
const native = loadNative();
const template = new Template(native);
const spec = specOf(file);
// libuv opens a spare descriptor with the first stream: before descriptors are counted.
process.stderr.write('');

/** What each container printed goes to our stdout, so what is said of them goes to stderr. */
function report(value: unknown): void {
  process.stderr.write(`${JSON.stringify(value)}\n`, () => native.exitNow(0));
}

/** Why a run is not one that printed and exited with 0 under every layer. */
function fault(result: RunResult): string | null {
  const missing = Object.entries(result.enforced).filter(([, { enforced }]) => !enforced);
  if (result.ok && missing.length === 0) return null;
  return JSON.stringify({ missing, exitCode: result.exitCode, error: result.error, signal: result.signal });
}

function children(): string[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
}

function summary(results: readonly RunResult[], descriptorsBefore: readonly string[]): object {
  return {
    ok: results.filter((result) => fault(result) === null).length,
    faults: results
      .map(fault)
      .filter((text) => text !== null)
      .slice(0, 5),
    children: children().length,
    newDescriptors: openDescriptors().filter((entry) => !descriptorsBefore.includes(entry)),
    listeners: process.listenerCount('SIGTERM'),
    enforced: Object.keys(results[0]?.enforced ?? {}),
  };
}

async function row(): Promise<void> {
  const results = [await template.run(spec)];
  const before = openDescriptors();
  while (results.length < count) results.push(await template.run(spec));
  report(summary(results, before));
}

/** Each container waits for one byte of the stdin that they share; the test writes the bytes once all wait. */
async function crowd(): Promise<void> {
  const results = [];
  const before = openDescriptors();
  for (let i = 0; i < count; i++) {
    results.push(template.start(spec).result);
    // The supervisor's own work for each: nothing may pile up behind five hundred forks.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const alive = (): number => children().filter(isWaiting).length;
  for (let tries = 0; alive() < count && tries < 1000; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  const living = alive();
  process.stderr.write(`${JSON.stringify({ alive: living, groups: groups() })}\n`);
  report({ ...summary(await Promise.all(results), before), groups: groups() });
}

/** In preadv2(2), its read of stdin. */
function isWaiting(pid: string): boolean {
  try {
    const number = process.arch === 'x64' ? '327' : '286';
    return readFileSync(`/proc/${pid}/syscall`, 'utf8').split(' ')[0] === number;
  } catch {
    return false; // has ended
  }
}

function groups(): number {
  const name = new RegExp(`wasmctr-\\d+-${process.pid}-`);
  return wasmctrCgroups().filter((path) => name.test(path)).length;
}

void (mode === 'row' ? row() : crowd());
