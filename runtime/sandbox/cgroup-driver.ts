/** What each controller does with limits, for one version of cgroups: two tables of these are all that v1 and v2 differ in. */
import type { CgroupController, CgroupLimits, CgroupRefusal, CgroupUsage } from './cgroup.ts';

export type MutableUsage = { -readonly [K in keyof CgroupUsage]: CgroupUsage[K] };

export interface ControllerDriver {
  /**
   * Writes the limits into the group's directory; a fresh group holds the kernel's defaults, so that nothing need be
   * reset. Returns what was set in words, or why it does not bind; failed writes throw.
   */
  apply(dir: string, limits: CgroupLimits, fresh: boolean): string | CgroupRefusal;
  read(dir: string, usage: MutableUsage): void;
}

export type DriverTable = Readonly<Record<CgroupController, ControllerDriver>>;

export function emptyUsage(): MutableUsage {
  return {
    cpuUs: null,
    throttledUs: null,
    cpuPeriods: null,
    throttledPeriods: null,
    memoryPeakBytes: null,
    oomKills: null,
    pidsPeak: null,
    pidsRefused: null,
    ioReadBytes: null,
    ioWriteBytes: null,
  };
}

/** The kernel takes quotas from 1 ms and periods up to 1 s: small fractions need the long period. */
export function cpuQuota(cpus: number): { quotaUs: number; periodUs: number } {
  const periodUs = cpus < 0.01 ? 1_000_000 : 100_000;
  return { quotaUs: Math.round(cpus * periodUs), periodUs };
}

export function describeCpu(limits: CgroupLimits): string {
  const parts = [];
  if (limits.cpus !== null) parts.push(`${limits.cpus} CPUs`);
  if (limits.cpuWeight !== null) parts.push(`weight ${limits.cpuWeight}`);
  return parts.join(', ') || 'no quota';
}

export function describeMemory(limits: CgroupLimits): string {
  return limits.memoryBytes === null ? 'no limit' : `${limits.memoryBytes} bytes, no swap`;
}

export function describePids(limits: CgroupLimits): string {
  return limits.pids === null ? 'no limit' : `${limits.pids} processes`;
}
