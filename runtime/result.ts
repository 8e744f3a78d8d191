/** RunResult: one shape for success and failure. Also the receipt that `--stats=json` prints. */
import type { IoCounters } from '../host/config.ts';
import type { NetUsage } from './net/account.ts';

export interface RunResult {
  /** True when the guest ran and ended by itself with code 0. */
  ok: boolean;
  /** What the command line exits with: the guest's code, or 124…127, 128+n, 134. */
  exitCode: number;
  /** The code the guest gave to proc_exit, unreduced; null when it never exited by itself. */
  guestExitCode: number | null;
  /** Signal that ended the container, e.g. 'SIGKILL'; null when none did. */
  signal: string | null;
  trap: { name: string; message: string; backtrace: readonly string[] } | null;
  timedOut: boolean;
  cpuTimeExceeded: boolean;
  oomKilled: boolean;
  /** The system call that broke the filter, by name or number; null when none did. */
  seccompViolation: string | null;
  /** Native frames of that call, innermost first: `file+0xoffset`. `--strace` prints them. */
  seccompStack: readonly string[];
  /** wasmctr's own failure, when the guest never ran or could not be supervised. */
  error: { code: string; message: string; hint: string | null } | null;
  /** Results of `--invoke`, printed forms. */
  results: readonly string[];
  /** How wasmctr itself began. */
  start: StartKind;
  durations: Durations;
  usage: Usage;
  /** Of a module that was compiled: with machine code that an earlier run left, or without; null: none was. */
  code: 'kept' | 'compiled' | null;
  /** null: no component, or it never came to its pack. */
  pack: PackOrigin | null;
  /** What it did with its network; null: it had none. */
  network: NetUsage | null;
  /** Layer → what was enforced ('yes', a version, a number), or the reason why it was not. */
  enforced: Readonly<Record<string, EnforcedLayer>>;
}

export interface StartKind {
  /** From an image of a warm process, or by starting Node. */
  frozen: boolean;
  /** Of the image, or why there was none to use. */
  detail: string;
}

/** Where the transpiled form of a component came from. */
export interface PackOrigin {
  /** `hit`: from the cache; `made`: now, and kept; `off`: now, and not kept. */
  cache: 'hit' | 'made' | 'off';
  /** Why it was not kept. */
  note: string | null;
}

export interface EnforcedLayer {
  enforced: boolean;
  detail: string;
}

/** Milliseconds. */
export interface Durations {
  /** Process start to result. */
  totalMs: number;
  /** Start of the process until our first line ran. */
  bootMs: number;
  /** Options, module file and plan. */
  planMs: number;
  forkMs: number;
  /** Fork until the child reported every stage applied and the module compiled. */
  readyMs: number;
  compileMs: number;
  /** First guest instruction until the end was seen. */
  guestMs: number;
}

export interface Usage {
  userMs: number;
  systemMs: number;
  peakMemoryBytes: number;
  minorFaults: number;
  majorFaults: number;
  io: IoCounters;
  /** Size of the module's code section, bytes. */
  codeBytes: number;
  /** From the cgroup, where one was used. */
  cgroup: {
    memoryPeakBytes: number;
    throttledMs: number;
    oomEvents: number;
    ioReadBytes: number;
    ioWriteBytes: number;
  } | null;
}
