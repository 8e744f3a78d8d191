/**
 * Control groups behind one interface, whatever mix of v1 and v2 the host has. `detectCgroups` (cgroup-host.ts) makes the
 * host; a container's group exists before its process is forked, is limited while that process still waits, and is gone
 * when the result is returned.
 */
import type { Fd } from '../../native/native.ts';

/** By their v2 names; v1 says blkio for io. The freezer is no controller on v2: every group can be frozen. */
export const cgroupControllers = ['memory', 'pids', 'cpu', 'io', 'cpuset', 'freezer'] as const;
export type CgroupController = (typeof cgroupControllers)[number];

/** Used for every container, asked for or not: they bound what any guest could exhaust. */
export const baseControllers: readonly CgroupController[] = ['memory', 'pids', 'cpu'];

/** A null leaves the kernel's default. */
export interface CgroupLimits {
  /** Memory and swap together: a group at its limit does not swap, it is killed. */
  memoryBytes: number | null;
  pids: number | null;
  /** CPUs as a fraction: 0.5 is half of one. */
  cpus: number | null;
  /** 1 to 10000, 100 is everyone's default. */
  cpuWeight: number | null;
  /** A list as in `0-2,7`. */
  cpuset: string | null;
  io: readonly CgroupIoLimit[];
  /** The container will be paused: v1 needs to know before its process joins. */
  freezer: boolean;
}

/** Bytes a second between the container and the disk beneath a file system. */
export interface CgroupIoLimit {
  /** Any path on the file system. */
  path: string;
  readBytesPerSecond: number | null;
  writeBytesPerSecond: number | null;
}

/** Why a limit can't be enforced. */
export const cgroupReasons = [
  'no-cgroupfs',
  'not-mounted',
  'not-delegated',
  'occupied',
  'permission',
  'read-only',
  'no-device',
  'buffered-writes',
  'value',
  'kernel',
] as const;
export type CgroupReason = (typeof cgroupReasons)[number];

export interface CgroupRefusal {
  reason: CgroupReason;
  detail: string;
  fix: string;
}

export type ControllerReport =
  | { controller: CgroupController; enforced: true; detail: string }
  | ({ controller: CgroupController; enforced: false } & CgroupRefusal);

/** What the group's processes used. A null: this kernel does not count it, or the controller is not in use. */
export interface CgroupUsage {
  cpuUs: number | null;
  throttledUs: number | null;
  cpuPeriods: number | null;
  throttledPeriods: number | null;
  memoryPeakBytes: number | null;
  oomKills: number | null;
  pidsPeak: number | null;
  /** Forks refused by the pids limit. */
  pidsRefused: number | null;
  ioReadBytes: number | null;
  ioWriteBytes: number | null;
}

export interface Cgroup {
  readonly name: string;
  /** The v2 directory to clone the process into (CLONE_INTO_CGROUP); -1 when v1 has all that is needed. */
  readonly dirFd: Fd;
  /** Writes the limits; again to change them. One entry for each controller that the limits ask for. */
  limit(limits: CgroupLimits): readonly ControllerReport[];
  /** Where its directories lie, in the order of their making. */
  homes(): readonly ControllerHome[];
  /** v1 `tasks` files, open for writing: the process writes "0" to each. Valid until `closeFds`. */
  taskFds(): readonly Fd[];
  /** Closes the directory and the tasks files, once the process is inside. */
  closeFds(): void;
  usage(): CgroupUsage;
  /** Resolves when every process stands still. */
  freeze(): Promise<void>;
  thaw(): void;
  /** SIGKILL to every process inside, also to a frozen or forking one. Resolves when the group is empty. */
  kill(): Promise<void>;
  /** Removes the group; retries while the kernel still counts a process that just ended. */
  remove(): Promise<void>;
}

export interface CgroupHost {
  readonly mode: 'v1' | 'v2' | 'hybrid' | 'none';
  /** For each controller where it would be applied, or why it can't be. Found without changing anything. */
  readonly controllers: Readonly<Record<CgroupController, ControllerHome | CgroupRefusal>>;
  create(): Cgroup;
  /** Removes groups of ours whose supervisor is gone, with what is left inside; returns their names. */
  sweepStale(): Promise<readonly string[]>;
}

export interface ControllerHome {
  version: 1 | 2;
  /** Groups are made directly beneath this directory. */
  parent: string;
}
