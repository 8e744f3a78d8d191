/** The finite defaults of every limit, and the ceilings of what may be asked for. */
import type { LimitSpec, NetSpec } from './spec.ts';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const gibibyte = 1024 * mebibyte;
const hourMs = 3_600_000;

export const defaultLimits: LimitSpec = {
  /** A forgotten container ends within a day; a server that is meant to stay says `--timeout none`. */
  timeoutMs: 24 * hourMs,
  /** The same day of work: the wall clock ends an idle guest, this one ends a busy guest when the wall clock is lifted. */
  cpuTimeMs: 24 * hourMs,
  /** Room for an interpreter with its data (CPython needs 50 MiB), and a leak ends before the machine swaps. */
  memoryBytes: gibibyte,
  /** The container is one thread, so it can't use more than one CPU: the quota adds a cgroup, not a bound. */
  cpus: null,
  /** The kernel's own weight (100) is already an equal share. */
  cpuWeight: null,
  cpuset: null,
  /** One thread is what a container has; the others are head-room for a reaper. A fork bomb ends at its eighth child. */
  pids: 8,
  /** The soft RLIMIT_NOFILE that programs have expected for decades; below 1024 `select(2)` users break. */
  maxFiles: 1024,
  /** Fills no disk unnoticed through a redirected stdout, and lets any honest pipe through. */
  maxOutputBytes: 4 * gibibyte,
  /** All tmpfs together. It is memory, so it stays well under memoryBytes. */
  diskBytes: 256 * mebibyte,
  /** The device's own speed is the bound; a default below it would surprise. */
  ioReadBytesPerSecond: null,
  ioWriteBytesPerSecond: null,
};

export const defaultNetLimits: Pick<NetSpec, 'maxConnections' | 'maxTrafficBytes'> = {
  /** A port scan of one host is over before its end; a server for the day says `none`. */
  maxConnections: 10_000,
  /** What a gigabit line carries in ten minutes. */
  maxTrafficBytes: 64 * gibibyte,
};

/** A larger delay wraps around in timers that hold 32 bits of milliseconds, and would fire at once: 24.8 days. */
export const maxDurationMs: number = 2 ** 31 - 1;

/** One page of linear memory; a module that needs none still has a host around it. */
export const minMemoryBytes: number = 64 * kibibyte;

/** PID_MAX_LIMIT of a 64-bit kernel: the pids controller takes no more. */
export const maxPids: number = 4 * 1024 * 1024;

/** stdin, stdout and stderr. */
export const minFiles = 3;

/** The kernel's default fs.nr_open: setrlimit(2) refuses more. */
export const maxFiles: number = 1024 * 1024;

/** CONFIG_NR_CPUS where it is largest (x86 MAXSMP). */
export const maxCpus = 8192;

/** Under a hundredth of a CPU the quota is less than the kernel's smallest, 1 ms in a period of 100 ms. */
export const minCpus = 0.01;

/** cpu.weight of cgroup v2. */
export const maxCpuWeight = 10_000;

/**
 * Arguments and environment together, counted as execve(2) counts them: what exec could never hand over
 * (3/4 of the 8 MiB stack) is not accepted from a file either, because all of it is copied into each container.
 */
export const maxArgumentBytes: number = 6 * mebibyte;

/** --config and --env-file are read whole: a device or an endless pipe must not fill memory. */
export const maxTextFileBytes: number = 8 * mebibyte;

/** Preopens, tmpfs mounts and listeners each cost descriptors and mounts before the guest starts. */
export const maxMounts = 256;
export const maxListeners = 64;
/** Each rule is tried for each address. */
export const maxNetRules = 256;

/** PATH_MAX: longer paths can't be opened in one call. */
export const maxPathBytes = 4096;
