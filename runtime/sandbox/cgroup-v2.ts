/** cgroup v2: all controllers' files in one directory. */
import type { CgroupRefusal } from './cgroup.ts';
import {
  type ControllerDriver,
  cpuQuota,
  type DriverTable,
  describeCpu,
  describeMemory,
  describePids,
} from './cgroup-driver.ts';
import { ignoring, readControl, readKeyed, readNumber, refuse, writeControl } from './cgroup-files.ts';
import { type DiskLimit, resolveDisks, writebackIsCharged } from './cgroup-io.ts';

const memory: ControllerDriver = {
  // Written even when there is no limit, as in the next two: that it fails is how a controller not delegated shows.
  apply(dir, limits) {
    writeControl(`${dir}/memory.max`, String(limits.memoryBytes ?? 'max'));
    // A kernel without the file can't swap at all.
    const swap = limits.memoryBytes === null ? 'max' : '0';
    ignoring(['ENOENT'], () => writeControl(`${dir}/memory.swap.max`, swap));
    return describeMemory(limits);
  },
  read(dir, usage) {
    usage.memoryPeakBytes = readNumber(`${dir}/memory.peak`);
    usage.oomKills = readKeyed(`${dir}/memory.events`).get('oom_kill') ?? null;
  },
};

const pids: ControllerDriver = {
  apply(dir, limits) {
    writeControl(`${dir}/pids.max`, String(limits.pids ?? 'max'));
    return describePids(limits);
  },
  read(dir, usage) {
    usage.pidsPeak = readNumber(`${dir}/pids.peak`);
    usage.pidsRefused = readKeyed(`${dir}/pids.events`).get('max') ?? null;
  },
};

const cpu: ControllerDriver = {
  apply(dir, limits, fresh) {
    writeControl(`${dir}/cpu.max`, limits.cpus === null ? 'max' : cpuMax(limits.cpus));
    if (limits.cpuWeight !== null || !fresh) writeControl(`${dir}/cpu.weight`, String(limits.cpuWeight ?? 100));
    return describeCpu(limits);
  },
  read(dir, usage) {
    const stat = readKeyed(`${dir}/cpu.stat`);
    usage.cpuUs = stat.get('usage_usec') ?? null;
    usage.throttledUs = stat.get('throttled_usec') ?? null;
    usage.cpuPeriods = stat.get('nr_periods') ?? null;
    usage.throttledPeriods = stat.get('nr_throttled') ?? null;
  },
};

function cpuMax(cpus: number): string {
  const { quotaUs, periodUs } = cpuQuota(cpus);
  return `${quotaUs} ${periodUs}`;
}

const io: ControllerDriver = {
  apply(dir, limits, fresh) {
    const disks = resolveDisks(limits.io);
    if ('reason' in disks) return disks;
    for (const limit of disks) {
      const settings = [
        setting('rbps', limit.readBytesPerSecond, fresh),
        setting('wbps', limit.writeBytesPerSecond, fresh),
      ];
      const line = settings.filter((text) => text !== null).join(' ');
      if (line !== '') writeControl(`${dir}/io.max`, `${limit.disk} ${line}`);
    }
    return describeIo(dir, disks);
  },
  read(dir, usage) {
    const text = readControl(`${dir}/io.stat`);
    if (text === null) return;
    usage.ioReadBytes = sumOf(text, / rbytes=(\d+)/g);
    usage.ioWriteBytes = sumOf(text, / wbytes=(\d+)/g);
  },
};

function setting(key: string, bytesPerSecond: number | null, fresh: boolean): string | null {
  return bytesPerSecond === null && fresh ? null : `${key}=${bytesPerSecond ?? 'max'}`;
}

function describeIo(dir: string, disks: readonly DiskLimit[]): string | CgroupRefusal {
  const writes = disks.filter((limit) => limit.writeBytesPerSecond !== null);
  const escaping = writes.find((limit) => !writebackIsCharged(limit));
  if (escaping) return refuse('buffered-writes', `${escaping.fileSystem} does not say whose pages it writes back`);
  // Dirty pages belong to memory groups: with that controller on v1, nothing connects them to an io group of v2.
  if (writes.length > 0 && readControl(`${dir}/memory.max`) === null) {
    return refuse('buffered-writes', 'the memory controller is on cgroup v1');
  }
  return disks.map((limit) => `disk ${limit.disk}`).join(', ');
}

function sumOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);
}

const cpuset: ControllerDriver = {
  apply(dir, limits) {
    writeControl(`${dir}/cpuset.cpus`, limits.cpuset ?? '');
    return limits.cpuset === null ? 'all CPUs' : `CPUs ${limits.cpuset}`;
  },
  read() {},
};

const freezer: ControllerDriver = { apply: () => 'can be paused', read() {} };

export const v2Drivers: DriverTable = { memory, pids, cpu, io, cpuset, freezer };
