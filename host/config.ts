/** The messages between supervisor and container, both ways. */
import type { FileKind } from '../native/data.ts';

/**
 * What a container is told: the message that crosses from the supervisor to a forked child beside the plan.
 * Descriptors are positions in the list sent with it. Plain data, JSON on the wire.
 */
export interface GuestConfig {
  /** Position of the module's file (a regular file or memfd), read from its start. */
  moduleFd: number;
  moduleBytes: number;
  /** Of the channel to the network broker; null: there is no network. */
  brokerFd: number | null;
  /** Position of machine code of the module and its size (kept-code.ts); null: there is none. */
  keptCode: { fd: number; bytes: number; checkBytes: boolean } | null;
  /** Say at the end which functions are worth optimised code from the start. */
  reportHot: boolean;
  /** Position of a component's pack (component/pack.ts) and its size; then there is no module. null: a core module. */
  component: { packFd: number; packBytes: number } | null;
  /** argv, program name first. */
  args: readonly string[];
  /** `K=V` strings. */
  env: readonly string[];
  /**
   * What stdin, stdout and stderr are, null where the caller closed one. Told and not
   * asked: without files, a guest's filter has no stat.
   */
  stdio: readonly (FileKind | null)[];
  /** In order: they become WASI descriptors after the listeners. */
  preopens: readonly PreopenConfig[];
  /** The working directory as a guest path; null: none. WASI 0.2 tells it, and both have a preopen "." for it. */
  workdir: string | null;
  /** Listening sockets; they become WASI descriptors 3, 4, … before the preopens. */
  listeners: readonly { fd: number }[];
  /** Call this export instead of `_start`, arguments as written on the command line; null: the command's `_start`. */
  invoke: { name: string; args: readonly string[] } | null;
  /** Where an embedder answers what a component imports of it (host/component/host-calls.ts). null: there is none. */
  imports: { fd: number } | null;
  /** What an import that nothing provides does: refuse to start, or trap when it is called. */
  unknownImports: 'error' | 'trap';
  /** One line per WASI call on the guest's stderr. */
  strace: boolean;
  /** Note what is used, and report it with the outcome; the guest's stdout goes to this descriptor. null: neither. */
  learn: { stdoutFd: number } | null;
  limits: GuestLimits;
}

export interface PreopenConfig {
  /** Absolute guest path, or ".". */
  guestPath: string;
  fd: number;
  readOnly: boolean;
}

/** Ceilings enforced by the host code; each also has an outer wall in the plan where the kernel has one. */
export interface GuestLimits {
  /** Open WASI descriptors, stdio and preopens included. */
  maxFiles: number;
  /** Bytes to stdout and stderr together; after that writes fail with ENOSPC. 0: none at all. */
  maxOutputBytes: number;
  /** Bytes of linear memory, over all memories. */
  memoryBytes: number;
}

/** What a container reports about its end. It comes from a process assumed hostile: the receiver validates it. */
export type GuestMessage =
  | { type: 'ready'; compileUs: number; instantiateUs: number; codeBytes: number; isKept: boolean }
  | { type: 'hot'; functions: readonly number[] }
  | { type: 'outcome'; outcome: GuestOutcome; io: IoCounters; uses: Uses | null }
  | { type: 'failed'; code: GuestErrorCode; message: string };

export type GuestOutcome =
  | { kind: 'exit'; code: number }
  | { kind: 'returned'; results: readonly string[] }
  | { kind: 'raised'; signal: number }
  | { kind: 'trap'; name: string; message: string; backtrace: readonly string[] };

/** Bytes and calls, counted by the host layer. */
export interface IoCounters {
  calls: number;
  readBytes: number;
  writtenBytes: number;
  outputBytes: number;
  outputTruncated: boolean;
}

export const grantUses = ['none', 'read', 'write'] as const;
export type GrantUse = (typeof grantUses)[number];

/** Asked of stdin, stdout or stderr; takes a system call only where they are files. */
export const streamCalls = ['stat', 'seek', 'sync'] as const;
export type StreamCall = (typeof streamCalls)[number];

/** What a guest used of what it was given. */
export interface Uses {
  /** One for each preopen, in their order. */
  preopens: readonly GrantUse[];
  /** Whether it asked for its variables. */
  environment: boolean;
  /** Numbers for descriptors that it needed at once. */
  files: number;
  /** Linear memory at the end, which never shrinks; null: in more memories than one, or where it can't be seen. */
  memoryBytes: number | null;
  streamCalls: readonly StreamCall[];
}

/** Why a module could not be run; the supervisor turns each into one line with the likely fix and an exit code. */
export const guestErrorCodes = [
  'not-a-module',
  'invalid-module',
  'unknown-imports',
  /** Of a component. */
  'missing-imports',
  /** Likewise: it handles requests, and is no program. */
  'http-service',
  /** Likewise, of a module made for another host; the message says what to do. */
  'other-host',
  'import-type',
  'no-entry',
  /** Likewise, and `--invoke` would not help: no function is exported, or the module contradicts itself. */
  'no-program',
  'no-memory',
  'unknown-export',
  'bad-invoke-argument',
  /** What `--invoke` gave has no text form that could be told. */
  'bad-result',
  /** Nor one short enough. */
  'long-result',
  'memory-limit',
  'internal',
] as const;
export type GuestErrorCode = (typeof guestErrorCodes)[number];
