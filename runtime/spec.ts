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
  net: NetSpec;
  invoke: string | null;
  /** A socket of the caller's, on which an embedder answers what a component imports of it. */
  importsFd: number | null;
  unknownImports: 'error' | 'trap';
  /** Compiled code: kept after a run of a big module or a component; asked for again; neither kept nor used. */
  warm: 'auto' | 'again' | 'never';
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

export type NetProtocol = 'tcp' | 'udp' | 'listen' | 'dns';

/** What a guest may reach, and how much of it. */
export interface NetSpec {
  /** host: all that no rule is needed for; metadata addresses still need one. */
  mode: 'none' | 'host';
  allow: readonly NetRule[];
  publish: readonly PublishSpec[];
  /** Connections and peers of datagrams over the whole run, attempts that fail included; null: any number. */
  maxConnections: number | null;
  /** Both directions together; null: any number. */
  maxTrafficBytes: number | null;
  /** Path of a PEM file: certificate authorities that HTTPS may have beside the well-known ones; null: none. */
  tlsCa: string | null;
}

export interface NetRule {
  /** null: tcp and udp. */
  protocol: NetProtocol | null;
  to: NetTarget;
  /** null: all. */
  ports: { first: number; last: number } | null;
}

export type NetTarget =
  | { kind: 'cidr'; cidr: { ip: readonly number[]; bits: number } }
  | { kind: 'preset'; preset: 'loopback' | 'private' | 'public' }
  /** In lower case; may begin with `*.`, or be `*`. */
  | { kind: 'name'; name: string };

/** A port of the host's that leads to one of the guest's. */
export interface PublishSpec {
  host: string;
  hostPort: number;
  guestPort: number;
  protocol: 'tcp' | 'udp';
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
