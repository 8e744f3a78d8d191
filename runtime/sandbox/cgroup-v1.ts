/** cgroup v1: files of each controller, in a directory of its own hierarchy. */
import { dirname } from 'node:path';
import type { CgroupLimits, CgroupRefusal } from './cgroup.ts';
import {
  type ControllerDriver,
  cpuQuota,
  type DriverTable,
  describeCpu,
  describeMemory,
  describePids,
} from './cgroup-driver.ts';
import { errorCode, ignoring, readControl, readKeyed, readNumber, refuse, writeControl } from './cgroup-files.ts';
import { type DiskLimit, resolveDisks } from './cgroup-io.ts';

const memory: ControllerDriver = {
  apply(dir, limits, fresh) {
    if (limits.memoryBytes === null && fresh) return describeMemory(limits);
    const value = String(limits.memoryBytes ?? -1);
    try {
      writeControl(`${dir}/memory.limit_in_bytes`, value);
    } catch (error) {
      // Memory alone may never exceed memory and swap together: to raise both, the sum goes first.
      if (errorCode(error) !== 'EINVAL') throw error;
      writeControl(`${dir}/memory.memsw.limit_in_bytes`, value);
      writeControl(`${dir}/memory.limit_in_bytes`, value);
    }
    // The file is missing when swap is not accounted (swapaccount=0): without swap space that is as good.
    if (!ignoring(['ENOENT'], () => writeControl(`${dir}/memory.memsw.limit_in_bytes`, value)) && swapInUse()) {
      return refuse('kernel', 'swap is on but not accounted: boot with swapaccount=1');
    }
    return describeMemory(limits);
  },
  read(dir, usage) {
    usage.memoryPeakBytes = readNumber(`${dir}/memory.max_usage_in_bytes`);
    // failcnt stays 0 when memory and swap have the same limit.
    usage.oomKills = readKeyed(`${dir}/memory.oom_control`).get('oom_kill') ?? null;
  },
};

/** The first line of /proc/swaps is its header. */
function swapInUse(): boolean {
  return (readControl('/proc/swaps') ?? '').trimEnd().includes('\n');
}

const pids: ControllerDriver = {
  apply(dir, limits, fresh) {
    if (limits.pids !== null || !fresh) writeControl(`${dir}/pids.max`, String(limits.pids ?? 'max'));
    return describePids(limits);
  },
  read(dir, usage) {
    usage.pidsPeak = readNumber(`${dir}/pids.peak`);
    usage.pidsRefused = readKeyed(`${dir}/pids.events`).get('max') ?? null;
  },
};

const cpu: ControllerDriver = {
  apply(dir, limits, fresh) {
    if (!fresh) writeControl(`${dir}/cpu.cfs_quota_us`, '-1');
    if (limits.cpus !== null) {
      const { quotaUs, periodUs } = cpuQuota(limits.cpus);
      if (!fresh || periodUs !== 100_000) writeControl(`${dir}/cpu.cfs_period_us`, String(periodUs));
      writeControl(`${dir}/cpu.cfs_quota_us`, String(quotaUs));
    }
    // The kernel's own scale: weight 100 is 1024 shares.
    if (limits.cpuWeight !== null || !fresh) {
      writeControl(`${dir}/cpu.shares`, String(Math.max(2, Math.round(((limits.cpuWeight ?? 100) * 1024) / 100))));
    }
    return describeCpu(limits);
  },
  read(dir, usage) {
    const stat = readKeyed(`${dir}/cpu.stat`);
    const throttledNs = stat.get('throttled_time');
    usage.throttledUs = throttledNs === undefined ? null : throttledNs / 1_000;
    usage.cpuPeriods = stat.get('nr_periods') ?? null;
    usage.throttledPeriods = stat.get('nr_throttled') ?? null;
    // Only where cpu and cpuacct are mounted together, as nearly everywhere: a hierarchy of its own would cost every
    // container a directory for what getrusage(2) of the reaped child says too.
    const cpuNs = readNumber(`${dir}/cpuacct.usage`);
    usage.cpuUs = cpuNs === null ? null : Math.round(cpuNs / 1_000);
  },
};

const io: ControllerDriver = {
  apply(dir, limits, fresh) {
    const disks = resolveDisks(limits.io);
    if ('reason' in disks) return disks;
    for (const limit of disks) {
      throttle(`${dir}/blkio.throttle.read_bps_device`, limit, limit.readBytesPerSecond, fresh);
      throttle(`${dir}/blkio.throttle.write_bps_device`, limit, limit.writeBytesPerSecond, fresh);
    }
    return describeIo(limits);
  },
  read(dir, usage) {
    const text = readControl(`${dir}/blkio.throttle.io_service_bytes_recursive`);
    if (text === null) return;
    usage.ioReadBytes = sumOf(text, ' Read ');
    usage.ioWriteBytes = sumOf(text, ' Write ');
  },
};

function throttle(file: string, { disk }: DiskLimit, bytesPerSecond: number | null, fresh: boolean): void {
  if (bytesPerSecond !== null || !fresh) writeControl(file, `${disk} ${bytesPerSecond ?? 0}`);
}

/** The kernel's writeback threads are in no group of v1: a guest that just writes, and never syncs, is not slowed down. */
function describeIo(limits: CgroupLimits): string | CgroupRefusal {
  if (limits.io.every((limit) => limit.writeBytesPerSecond === null)) return 'reads';
  return refuse('buffered-writes', 'cgroup v1 limits reads, direct and synchronous writes, but no buffered ones');
}

/** Lines are `8:0 Read 4096`, and a total at the end. */
function sumOf(text: string, kind: string): number {
  const lines = text.split('\n').filter((line) => line.includes(kind));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.indexOf(kind) + kind.length)), 0);
}

const cpuset: ControllerDriver = {
  apply(dir, limits) {
    // Both files of a new group are empty, and nothing can join before both are set.
    const parent = dirname(dir);
    const from = (name: string) =>
      readControl(`${parent}/cpuset.effective_${name}`) ?? readControl(`${parent}/cpuset.${name}`);
    writeControl(`${dir}/cpuset.mems`, (from('mems') ?? '').trim());
    writeControl(`${dir}/cpuset.cpus`, limits.cpuset ?? (from('cpus') ?? '').trim());
    return limits.cpuset === null ? 'all CPUs' : `CPUs ${limits.cpuset}`;
  },
  read() {},
};

const freezer: ControllerDriver = { apply: () => 'can be paused', read() {} };

export const v1Drivers: DriverTable = { memory, pids, cpu, io, cpuset, freezer };

/** Our names for controllers to those of v1. */
export const v1ControllerNames = {
  memory: 'memory',
  pids: 'pids',
  cpu: 'cpu',
  io: 'blkio',
  cpuset: 'cpuset',
  freezer: 'freezer',
} as const;
