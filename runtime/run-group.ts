/** What the control group of one run is held to. */
import type { Grants } from './grants.ts';
import type { Cgroup, ControllerReport } from './sandbox/cgroup.ts';
import type { RunSpec } from './spec.ts';

/** Host code, heap and engine beside the guest's memory, and what V8 makes of a module's bytes. */
const hostMemoryBytes = 96 * 1024 * 1024;
const memoryPerModuleByte = 8;
/** A broker's own heap, and what passes through it. */
const brokerNeeds = { memoryBytes: 96 * 1024 * 1024, pids: 1 };

export function limitGroup(cgroup: Cgroup, { limits, dirs }: RunSpec, grants: Grants): readonly ControllerReport[] {
  const { ioReadBytesPerSecond: readBytesPerSecond, ioWriteBytesPerSecond: writeBytesPerSecond } = limits;
  // The guest's doing is charged to the guest: its broker is in its group.
  const broker = grants.network === null ? { memoryBytes: 0, pids: 0 } : brokerNeeds;
  const limitsIo = readBytesPerSecond !== null || writeBytesPerSecond !== null;
  const { bytes, code } = grants.module;
  const moduleBytes = bytes + (code?.stored?.bytes ?? 0);
  return cgroup.limit({
    memoryBytes: limits.memoryBytes + hostMemoryBytes + memoryPerModuleByte * moduleBytes + broker.memoryBytes,
    pids: limits.pids + broker.pids,
    cpus: limits.cpus,
    cpuWeight: limits.cpuWeight,
    cpuset: limits.cpuset,
    io: limitsIo ? dirs.map((dir) => ({ path: dir.host, readBytesPerSecond, writeBytesPerSecond })) : [],
    freezer: false,
  });
}
