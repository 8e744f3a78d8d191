/** Pure: what a run did → the smallest config in which it would have done the same, with head-room for the next one. */
import type { StreamCall, Uses } from '../host/config.ts';
import { configOfSpec } from './config-of-spec.ts';
import { type Finding, findingsOf } from './learn-findings.ts';
import { learnedGrants } from './learn-grants.ts';
import { minFiles } from './limits.ts';
import type { RunResult } from './result.ts';
import { type JsonPolicy, printPolicy } from './sandbox/seccomp.ts';
import type { Policy } from './sandbox/seccomp-policy.ts';
import type { LimitSpec, RunSpec } from './spec.ts';

export interface Observed {
  spec: RunSpec;
  result: RunResult;
  /** System calls by name, and how often. */
  calls: ReadonlyMap<string, number>;
  /** All that the built-in policies and the user's own allow a container with files and network. */
  allowed: Policy;
  /** null: the container was killed before it could tell. */
  uses: Uses | null;
  /** The guest ended by itself, by whatever exit code or trap. */
  isComplete: boolean;
  /** Most processes and threads; null: nobody counted. */
  pids: number | null;
  disks: readonly { guest: string; peakBytes: number }[];
}

export interface LearnedPolicy {
  /** What `--config` takes: every flag of `run`, without FILE and its arguments. */
  config: Record<string, unknown>;
  /** For people: what it is about, and what was found. */
  findings: readonly Finding[];
}

/** Sizes and numbers: the next input is rarely half as big again. */
const headroom = 1.5;
/** Times: machines and their load differ more. */
const timeHeadroom = 4;

/** A start under load takes its time whatever the program does. */
const minTimeoutMs = 5000;
const minCpuTimeMs = 1000;
const secondMs = 1000;
const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
/** An error message, and a backtrace. */
const outputUnit = 4 * kibibyte;
const diskUnit = 64 * kibibyte;

/**
 * Kept whether seen or not: the engine makes them when it collects garbage, when the guest traps, or where the machine's
 * clock or the caller's streams are of another kind. None of it is the program's doing, so one run can't tell.
 */
const engineCalls: readonly string[] = [
  'mmap',
  'munmap',
  'mprotect',
  'madvise',
  'brk',
  'futex',
  'getpid',
  'rt_sigprocmask',
  'rt_sigreturn',
  'clock_gettime',
  'ppoll',
  'write',
  'exit_group',
];

/** What the program asked of its standard streams, which are files the next time. */
const callOfStream: Readonly<Record<StreamCall, string>> = { stat: 'newfstatat', seek: 'lseek', sync: 'fsync' };

export function learnedPolicy(observed: Observed): LearnedPolicy {
  const { spec, isComplete, uses } = observed;
  const seccomp = learnedCalls(observed);
  const grants = learnedGrants(spec, uses);
  const env = uses !== null && !uses.environment ? [] : spec.env;
  const limits = isComplete && uses !== null ? learnedLimits(observed, uses, grants.tmpfs) : spec.limits;
  const tmpfs = grants.tmpfs.map(({ guest, sizeBytes }) => ({
    guest,
    sizeBytes: diskOf(observed, guest) ?? sizeBytes,
  }));
  const seccompAllow = spec.seccompAllow.filter((name) => observed.calls.has(name));
  const learned: RunSpec = { ...spec, ...grants, tmpfs, env, limits, seccomp, seccompAllow };
  return { config: withoutDefaults(learned), findings: findingsOf(observed, learned, seccomp) };
}

function learnedCalls({ allowed, calls, uses }: Observed): JsonPolicy {
  const kept = new Set([
    ...calls.keys(),
    ...engineCalls,
    ...(uses?.streamCalls ?? []).map((call) => callOfStream[call]),
  ]);
  const rules = allowed.calls.filter(({ name, added }) => kept.has(name) && !added);
  return printPolicy({ name: 'learned', calls: rules });
}

/** Never above what was given: that was the bound of what could be seen. */
function learnedLimits(observed: Observed, uses: Uses, tmpfs: RunSpec['tmpfs']): LimitSpec {
  const { result, spec, pids } = observed;
  const { limits } = spec;
  const { durations, usage } = result;
  const diskBytes = observed.disks.reduce((sum, { peakBytes }) => sum + peakBytes, 0);
  const cpuMs = roundUp((usage.userMs + usage.systemMs) * timeHeadroom, secondMs);
  const wallMs = roundUp((durations.readyMs + durations.guestMs) * timeHeadroom, secondMs);
  // A tmpfs is memory of the same group.
  const memoryBytes = uses.memoryBytes === null ? Infinity : (uses.memoryBytes + diskBytes) * headroom;
  const outputBytes = roundUp(usage.io.outputBytes * headroom, outputUnit);
  const disks = tmpfs.map(({ guest }) => diskOf(observed, guest) ?? 0);
  return {
    ...limits,
    timeoutMs: Math.min(limits.timeoutMs ?? Infinity, Math.max(wallMs, minTimeoutMs)),
    cpuTimeMs: Math.min(limits.cpuTimeMs ?? Infinity, Math.max(cpuMs, minCpuTimeMs)),
    memoryBytes: Math.min(limits.memoryBytes, Math.max(roundUp(memoryBytes, mebibyte), mebibyte)),
    pids: Math.min(limits.pids, Math.max(pids ?? limits.pids, 1)),
    maxFiles: Math.min(limits.maxFiles, Math.max(Math.ceil(uses.files * headroom), minFiles)),
    maxOutputBytes: Math.min(limits.maxOutputBytes, Math.max(outputBytes, outputUnit)),
    diskBytes: disks.length === 0 ? limits.diskBytes : Math.max(...disks),
  };
}

function diskOf({ disks, spec }: Observed, guest: string): number | null {
  const disk = disks.find((candidate) => candidate.guest === guest);
  if (disk === undefined) return null;
  const given = spec.tmpfs.find((candidate) => candidate.guest === guest)?.sizeBytes ?? spec.limits.diskBytes;
  return Math.min(given, Math.max(diskUnit, roundUp(disk.peakBytes * headroom, diskUnit)));
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** FILE and its arguments stand on the command line; null, false and empty lists are every flag's default. */
function withoutDefaults(spec: RunSpec): Record<string, unknown> {
  const { file, args, argv0, ...flags } = configOfSpec(spec);
  const all = { ...flags, argv0: argv0 === file ? null : argv0 };
  const isDefault = (name: string, value: unknown): boolean => {
    if (name === 'unknown-imports') return value === 'error';
    if (name === 'max-disk') return spec.tmpfs.length === 0;
    return value === null || value === false || (Array.isArray(value) && value.length === 0);
  };
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => !isDefault(name, value)));
}
