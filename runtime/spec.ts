/** What a user asks for: the library's options, the command line's flags and `--config` all become one RunSpec. */

/** Every field present, numbers in the unit their name says; made by `resolveSpec` and frozen. */
export interface RunSpec {
  /** Path of the module, or '-' for stdin. */
  file: string;
  /** Arguments after the program name. */
  args: readonly string[];
  argv0: string;
  env: readonly string[];
  dirs: readonly DirSpec[];
  tmpfs: readonly TmpfsSpec[];
  /** Guest paths of both in the order they were given, which is that of the guest's descriptors. */
  mountOrder: readonly string[];
  workdir: string | null;
  listen: readonly ListenSpec[];
  invoke: string | null;
  unknownImports: 'error' | 'trap';
  strace: boolean;
  bestEffort: boolean;
  limits: LimitSpec;
  /** A narrowing seccomp policy: its path, or (in `--config`) the policy itself, not checked yet. */
  seccomp: string | object | null;
  /** System calls added to the policy by `--seccomp-allow`. */
  seccompAllow: readonly string[];
}

export interface DirSpec {
  host: string;
  guest: string;
  readOnly: boolean;
}

export interface TmpfsSpec {
  guest: string;
  /** null: the default of limits.diskBytes. */
  sizeBytes: number | null;
}

export interface ListenSpec {
  host: string;
  port: number;
}

/** Finite defaults for all (runtime/limits.ts); a null means the kernel's own limit, only where that is finite. */
export interface LimitSpec {
  /** Wall clock; null: none. */
  timeoutMs: number | null;
  /** CPU time, user and system; null: none. */
  cpuTimeMs: number | null;
  memoryBytes: number;
  /** CPUs as a fraction (0.5 is half of one); null: no quota. */
  cpus: number | null;
  cpuWeight: number | null;
  cpuset: string | null;
  pids: number;
  maxFiles: number;
  maxOutputBytes: number;
  diskBytes: number;
  ioReadBytesPerSecond: number | null;
  ioWriteBytesPerSecond: number | null;
}
