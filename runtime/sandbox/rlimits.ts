/**
 * Resource limits of a container (setrlimit(2)). Most are second walls behind the cgroup and the host code, which still
 * stand where there is no cgroup and when the host code has been taken over.
 */
import type { Rlimit } from '../../native/control.ts';
import type { LimitSpec } from '../spec.ts';

/** asm-generic/resource.h: the same on x64 and arm64. */
export const resources = {
  cpu: 0,
  fsize: 1,
  data: 2,
  core: 4,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  sigpending: 11,
  msgqueue: 12,
} as const;
export type Resource = keyof typeof resources;

export interface RlimitFacts {
  /** Hard limits that stand already (`parseHardLimits`): without capabilities they can be lowered, never raised. */
  hard: ReadonlyMap<Resource, number>;
  /** null: RLIMIT_DATA is left alone. */
  data: DataFacts | null;
}

export interface DataFacts {
  /** VmData of the template. V8's reservations are in it: half a gigabyte before anything runs. */
  baselineBytes: number;
  /** What the container may add: its memory, and head-room for heap and machine code. Too little kills V8 at a GC. */
  budgetBytes: number;
}

/** An open directory has a second descriptor once it is listed; path calls hold a parent for a moment. */
const fdsPerFile = 2;
/** The engine's loop, the control channel, the module. */
const engineFds = 64;

/** fs.nr_open: the kernel refuses more. */
const maxNofile = 1024 * 1024;

/**
 * Attack: a sparse file of exabytes, which breaks the caller's backup. Not --max-disk: that is the size of tmpfs, while
 * this one counts from a file's start, and a short line appended to a large log must pass.
 */
const maxFileBytes = 2 ** 40;

/** Between the signal that a program could catch and the one that it can't. */
const cpuGraceSeconds = 1;

/** Attack: signals queued until the kernel's memory is full. Faults are delivered beyond the limit. */
const maxSigpending = 64;

/**
 * Left alone: the stack (V8 measured its own against the limit when it started, and its growth is counted as memory),
 * and RLIMIT_AS (V8 reserves 8 GiB of addresses for each memory of a module; no limit of use lets it live).
 */
export function planRlimits(limits: LimitSpec, { hard, data }: RlimitFacts): Rlimit[] {
  const wanted: [Resource, number, number?][] = [
    // A core file would hold the guest's memory, and ours.
    ['core', 0],
    ['nofile', Math.min(limits.maxFiles * fdsPerFile + engineFds, maxNofile)],
    ['fsize', maxFileBytes],
    // Where the uid is the caller's own, its other processes count too: then none can be made, as none is needed.
    ['nproc', limits.pids],
    // Pages that can't be swapped out, and kernel memory in message queues: a container has no use for either.
    ['memlock', 0],
    ['msgqueue', 0],
    ['sigpending', maxSigpending],
  ];
  if (limits.cpuTimeMs !== null) {
    // Whole seconds only: the supervisor is the exact one, this holds when it is gone.
    const seconds = Math.ceil(limits.cpuTimeMs / 1000);
    wanted.push(['cpu', seconds, seconds + cpuGraceSeconds]);
  }
  // memory.grow then fails politely, before the memory group kills.
  if (data !== null) wanted.push(['data', data.baselineBytes + data.budgetBytes]);
  return wanted.map(([name, soft, above = soft]) => {
    const ceiling = hard.get(name) ?? Number.POSITIVE_INFINITY;
    return { resource: resources[name], soft: Math.min(soft, ceiling), hard: Math.min(above, ceiling) };
  });
}

/** One line for reports. */
export function describeRlimits(rlimits: readonly Rlimit[]): string {
  const names = new Map<number, string>(Object.entries(resources).map(([name, number]) => [number, name]));
  return rlimits.map(({ resource, soft }) => `${names.get(resource) ?? resource} ${soft}`).join(', ');
}

/** /proc/self/limits → hard limits; what is unlimited has no entry. */
export function parseHardLimits(text: string): Map<Resource, number> {
  const found = new Map<Resource, number>();
  for (const [name, title] of Object.entries(titles) as [Resource, string][]) {
    const [, , hard] = /\s{2,}(\S+)\s+(\S+)/.exec(text.split('\n').find((line) => line.startsWith(title)) ?? '') ?? [];
    if (hard === undefined) throw new Error(`/proc/self/limits has no line ${JSON.stringify(title)}`);
    if (hard !== 'unlimited') found.set(name, Number(hard));
  }
  return found;
}

/** fs/proc/base.c, lnames[]. */
const titles: Readonly<Record<Resource, string>> = {
  cpu: 'Max cpu time',
  fsize: 'Max file size',
  data: 'Max data size',
  core: 'Max core file size',
  nproc: 'Max processes',
  nofile: 'Max open files',
  memlock: 'Max locked memory',
  sigpending: 'Max pending signals',
  msgqueue: 'Max msgqueue size',
};
