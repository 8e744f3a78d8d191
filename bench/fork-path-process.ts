/**
 * `node … fork-path-process.cjs MODULE ROUNDS warm|cold [ENTRY] 3>result` (warm: the template has run the module): forks
 * containers under all layers, under none, and under all but one, in turn; their times as JSON on descriptor 3,
 * microseconds. ENTRY: the file of MODULE, a component, in the cache.
 */
import { statSync, writeSync } from 'node:fs';
import { loadNative } from '../native/load.ts';
import { specOf } from '../test/helpers/fork-template.ts';
import { Bench, type Sandbox, type Timing } from './container.ts';
import { interleave, type Series } from './stats.ts';

export interface ForkPath {
  /** Fork, exit and wait, without a guest. */
  bare: number[];
  totals: Series[];
  /** Of all layers: what passed between two marks. */
  parts: Series[];
}

/** All layers but one, by its stage. */
function variants({ full, none }: Bench): Record<string, Sandbox> {
  const without = (plan: Partial<Sandbox['plan']>, rest: Partial<Sandbox> = {}): Sandbox => ({
    ...full,
    ...rest,
    plan: { ...full.plan, ...plan },
  });
  const unmapped = { uid: -1, gid: -1, uidMap: '', gidMap: '', unshareFlags: 0, hostname: '' };
  return {
    none,
    all: full,
    cgroup: without({ cgroupTasks: [] }),
    'pid namespace': without({}, { cloneFlags: 0 }),
    'net, mount namespaces and root': without({}, { aheadFlags: 0, aheadRoot: 0 }),
    'ids and user, ipc, uts, cgroup namespaces': without(unmapped),
    capabilities: without({ dropCapabilities: 0 }),
    landlock: without({ landlockFs: 0, landlockNet: 0, landlockScope: 0, landlockPaths: [], landlockPorts: [] }),
    rlimits: without({ rlimits: [] }),
    seccomp: without({ seccomp: new Uint8Array() }),
  };
}

const [, , module = '', rounds = '200', warmth = 'cold', entry] = process.argv;
/** Behind each pack in the cache. */
const trailerBytes = 64;

async function main(): Promise<void> {
  const native = loadNative();
  const pack = entry === undefined ? null : { path: entry, bytes: statSync(entry).size - trailerBytes };
  const bench = await Bench.open(native, specOf(module), pack);
  if (warmth === 'warm') bench.warmModule();
  const parts: Record<string, number[]> = {
    fork: [],
    'send plan': [],
    'until ready': [],
    'of that, compile': [],
    instantiate: [],
    'guest, exit, wait': [],
  };
  const total = (name: string, sandbox: Sandbox) => (): number => {
    const timing = bench.run(sandbox);
    check(timing, name);
    if (name === 'all') note(parts, timing);
    return (timing.end - timing.start) * 1000;
  };
  const cases = Object.entries(variants(bench)).map(([name, sandbox]) => [name, total(name, sandbox)] as const);
  const series = interleave({ bare: () => bench.bare(), ...Object.fromEntries(cases) }, Number(rounds));
  const [{ samples: bare } = { samples: [] }, ...totals] = series;
  const result: ForkPath = { bare, totals, parts: Object.entries(parts).map(([name, samples]) => ({ name, samples })) };
  writeSync(3, JSON.stringify(result));
  await bench.close();
  native.exitNow(0);
}

function check({ outcome }: Timing, name: string): void {
  const said = JSON.stringify(outcome);
  if (!said.includes('"kind":"exit","code":0')) throw new Error(`${name}: ${said}`);
}

function note(parts: Record<string, number[]>, timing: Timing): void {
  const us = (from: number, to: number): number => (to - from) * 1000;
  parts.fork?.push(us(timing.start, timing.forked));
  parts['send plan']?.push(us(timing.forked, timing.planned));
  parts['until ready']?.push(us(timing.planned, timing.ready));
  parts['of that, compile']?.push(timing.compileUs);
  parts.instantiate?.push(timing.instantiateUs);
  parts['guest, exit, wait']?.push(us(timing.ready, timing.end));
}

void main();
