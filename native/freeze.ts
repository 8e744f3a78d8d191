/** Freezing of the seam: a warm process becomes a file, and each start from that file is a copy of it. */
import type { ForkedChild, ForkedSelf, ForkOptions, SandboxPlan } from './control.ts';
import type { Fd } from './native.ts';

/** What a restored process is told by the launcher and by its fork; everything else is as it was when it was frozen. */
export interface Restored {
  /** process.pid is that of the frozen process. */
  pid: number;
  argumentsFd: Fd;
  /** A bit for each of stdin, stdout and stderr that the caller has open. */
  openStdio: number;
  /** What the file that is to run looks like. */
  kind: ProgramKind;
  /** Whether its flags may want a network. */
  network: 'network' | 'offline';
  /** Since the launcher's first instruction. */
  elapsedMs: number;
  /** OpenSSL has other random numbers than the frozen process. */
  isSeeded: boolean;
  /** null: the fork is still to be made. */
  forked: EarlyForked | null;
  /** What the launcher knows of this start, for a record of it (frozen/record.ts). −1: none is wanted. */
  situationFd: Fd;
  /** Which argument the launcher took for the program; 0: none. */
  programArgument: number;
  /** It has been run often: its machine code is to be kept. */
  keepsCode: boolean;
}

export type ProgramKind = (typeof programKinds)[number];
const programKinds = ['module', 'component', 'unknown'] as const;

/**
 * `Restored` as the addon writes it. Numbers in memory that is there already: an object that the addon made would be of
 * another shape for V8 than any in a rehearsal, and cost each start a page for every step of its making.
 */
export type Told = Float64Array<ArrayBuffer>;

export function emptyTold(): Told {
  return new Float64Array(15);
}

export function restoredFrom(told: Told): Restored {
  const [pid = 0, argumentsFd = -1, openStdio = 0, kind = 0, network = 0, elapsedMs = 0, isSeeded = 0] = told;
  return {
    pid,
    argumentsFd,
    openStdio,
    kind: programKinds[kind] ?? 'unknown',
    network: network === 0 ? 'offline' : 'network',
    elapsedMs,
    isSeeded: isSeeded === 1,
    forked: forkedFrom(told),
    situationFd: told[12] ?? -1,
    programArgument: told[13] ?? 0,
    keepsCode: told[14] === 1,
  };
}

/** A container that was forked already, of a module, without a network broker to fork. */
export function isPlainContainer(told: Told): boolean {
  const [, , , kind, network, , isSeeded, role] = told;
  return role === 2 && kind === 0 && network === 0 && isSeeded === 1;
}

function forkedFrom(told: Told): EarlyForked | null {
  const [, , , , , , , role = 0, pid = 0, pidfd = -1, controlFd = -1, byRoot = 0] = told;
  if (role === 0) return null;
  const both = { controlFd, byRoot: byRoot === 1 };
  if (role === 2) return { role: 'child', ...both };
  return { role: 'parent', pid, pidfd, ...both, isRunning: role === 3 };
}

/** What a restored process forks before it runs any JavaScript. */
export interface EarlyFork {
  /** Not where one of these files holds one of these words; nor where the kernel refuses it. */
  unless: { files: readonly string[]; words: readonly string[] };
  /** For a root that can become other users (canBecomeOthers), and for everybody else. `controlFd` is not read. */
  root: ForkOptions;
  user: ForkOptions;
}

/** `controlFd`: this process's end of the channel. The parent has become a subreaper. */
export type EarlyForked = ((ForkedChild & MindedChild) | ForkedSelf) & { controlFd: Fd; byRoot: boolean };

/** Of a container that the launcher has started from a record. */
export interface MindedChild {
  /** It has its groups and its plan, and may even have ended. */
  isRunning: boolean;
}

/** A start that went well, as the addon writes it down for the launcher (native/src/freeze/repeat.h). */
export interface StartRecord {
  /** What the launcher knew of it before. */
  situation: Uint8Array;
  /** The container's own user and group id, 0 where it keeps its caller's. */
  id: number;
  pid: number;
  cloneFlags: number;
  byRoot: number;
  plan: SandboxPlan;
  config: Uint8Array;
  /** Where its control groups were made, and what was written into their files. */
  parents: readonly string[];
  /** Which of them is of version 2, -1: none. */
  unified: number;
  writes: readonly { group: number; file: string; value: string }[];
  /** 1: its first descriptor is the program; then come these files. */
  givesProgram: 0 | 1;
  files: readonly string[];
  /** Where compiled code would lie; '': none was looked for, or it is one of the files. */
  absent: string;
  /** Then these directories: paths as the caller wrote them, and MOUNT_ATTR_* of their mounts. */
  directories: readonly { path: string; attributes: number }[];
}

export interface FrozenFiles {
  /** Paths whose files must not have changed, besides those that are mapped. */
  files: readonly string[];
  /** The code of one mapped file is mapped from a copy with the same offsets. */
  text: { of: string; copy: string };
}

export interface Freezer {
  /** Finishes a collection: of everything (1), or of what is young (0). V8 sets no timer for another after it. */
  collectGarbage(isFull: 0 | 1): void;
  /** Gives V8 the addresses that it wishes (native/src/freeze/fence.h). */
  openFence(): void;
  /** From now on only those for machine code of WebAssembly. */
  closeFence(wasmCode: { start: bigint; end: bigint }): void;
  /**
   * Forks; the child writes itself to `image` and ends. Returns once here, false, and true in each process that is ever
   * restored from it, where `told` has been filled in. `identity` holds what must be the same then (FrozenIdentity of
   * image.h).
   */
  freeze(image: Fd, identity: Fd, files: FrozenFiles, early: EarlyFork | null, told: Told): boolean;
  /** In the supervisor of a container that was started by the launcher: the caller's signals come from now on. */
  allowSignals(): void;
  /** Empty where something has more than the format takes. */
  encodeRecord(start: StartRecord): Uint8Array;
  /** Reads a written image again; throws when it is not what was written. Returns its seal, 16 hexadecimal digits. */
  sealImage(image: Fd): string;
}
