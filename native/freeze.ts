/** Freezing of the seam: a warm process becomes a file, and each start from that file is a copy of it. */
import type { ForkedChild, ForkedSelf, ForkOptions } from './control.ts';
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
}

export type ProgramKind = (typeof programKinds)[number];
const programKinds = ['module', 'component', 'unknown'] as const;

/**
 * `Restored` as the addon writes it. Numbers in memory that is there already: an object that the addon made would be of
 * another shape for V8 than any in a rehearsal, and cost each start a page for every step of its making.
 */
export type Told = Float64Array<ArrayBuffer>;

export function emptyTold(): Told {
  return new Float64Array(12);
}

export function restoredFrom(told: Told): Restored {
  const [pid = 0, argumentsFd = -1, openStdio = 0, kind = 0, network = 0, elapsedMs = 0, isSeeded = 0, ...fork] = told;
  return {
    pid,
    argumentsFd,
    openStdio,
    kind: programKinds[kind] ?? 'unknown',
    network: network === 0 ? 'offline' : 'network',
    elapsedMs,
    isSeeded: isSeeded === 1,
    forked: forkedFrom(fork),
  };
}

function forkedFrom([
  role = 0,
  pid = 0,
  pidfd = -1,
  controlFd = -1,
  byRoot = 0,
]: readonly number[]): EarlyForked | null {
  if (role === 0) return null;
  const both = { controlFd, byRoot: byRoot === 1 };
  return role === 1 ? { role: 'parent', pid, pidfd, ...both } : { role: 'child', ...both };
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
export type EarlyForked = (ForkedChild | ForkedSelf) & { controlFd: Fd; byRoot: boolean };

export interface Freezer {
  /** Finishes a collection: of everything (1), or of what is young (0). V8 sets no timer for another after it. */
  collectGarbage(isFull: 0 | 1): void;
  /** Takes the holes in the C library's heap, for ever: what restored processes allocate then lies side by side. */
  fillHeapHoles(): void;
  /**
   * Forks; the child writes itself to `image` and ends. Returns once here, false, and true in each process that is ever
   * restored from it, where `told` has been filled in. `identity` holds what must be the same then (FrozenIdentity of
   * image.h), `files` are paths whose files must not have changed, besides those that are mapped.
   */
  freeze(image: Fd, identity: Fd, files: readonly string[], early: EarlyFork | null, told: Told): boolean;
  /**
   * Forks a process that rehearses what the supervisor (0) or the container (1) does after their fork: true there. False
   * here, once it has ended; what it touched is asked for at once in every copy of this process.
   */
  forkTrainee(who: 0 | 1): boolean;
  /** In the rehearsing process: tells what it has touched, and ends. */
  endTraining(): never;
  /** Reads a written image again; throws when it is not what was written. Returns its seal, 16 hexadecimal digits. */
  sealImage(image: Fd): string;
}
