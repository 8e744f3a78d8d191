/** The engine itself: the pinned Node and the flags without which its forks die. */
import { readFileSync } from 'node:fs';
import type { DoctorRow } from './doctor.ts';

export interface EngineFacts {
  version: string;
  path: string;
  flags: readonly string[];
  /** /proc/self/limits. */
  limits: string;
  /** /proc/sys/vm/overcommit_memory. */
  overcommit: string;
}

export function engineFacts(): EngineFacts {
  return {
    version: process.version,
    path: process.execPath,
    flags: process.execArgv,
    limits: readFileSync('/proc/self/limits', 'utf8'),
    overcommit: readFileSync('/proc/sys/vm/overcommit_memory', 'utf8').trim(),
  };
}

/** Its compiler and its fork-safety are ours to vouch for in this version only. */
const pinnedMajor = 26;

/** Why each: see the launcher. */
const forkFlags = ['--single-threaded', '--v8-pool-size=0', '--wasm-sync-tier-up'];

export function engineRows(facts: EngineFacts): DoctorRow[] {
  return [nodeRow(facts), flagsRow(facts), addressSpaceRow(facts)];
}

function nodeRow({ version, path }: EngineFacts): DoctorRow {
  const pinned = version.startsWith(`v${pinnedMajor}.`);
  return {
    layer: 'node',
    status: pinned ? 'ok' : 'missing',
    required: true,
    detail: `${version} ${path}`,
    fix: pinned ? null : 'start through bin/wasmctr; npm install brings its Node as an optional dependency',
  };
}

function flagsRow({ flags }: EngineFacts): DoctorRow {
  const absent = forkFlags.filter((flag) => !flags.includes(flag));
  return {
    layer: 'node flags',
    status: absent.length === 0 ? 'ok' : 'missing',
    required: true,
    detail: absent.length === 0 ? forkFlags.join(' ') : `without ${absent.join(' ')}`,
    fix: absent.length === 0 ? null : 'start through bin/wasmctr, which sets them',
  };
}

/** V8 reserves 8 to 10 GB of addresses for each Wasm memory, and never uses most of it. */
function addressSpaceRow({ limits, overcommit }: EngineFacts): DoctorRow {
  const row = { layer: 'address space', required: true };
  if (!/^Max address space\s+unlimited/m.test(limits)) {
    return { ...row, status: 'missing', detail: 'limited by ulimit -v', fix: 'ulimit -v unlimited' };
  }
  if (overcommit === '2') {
    return { ...row, status: 'missing', detail: 'vm.overcommit_memory is 2', fix: 'sysctl vm.overcommit_memory=0' };
  }
  return { ...row, status: 'ok', detail: 'unlimited', fix: null };
}
