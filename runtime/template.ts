/** The warm process that containers are forked from, and the strongest way in which this kernel lets it fork. */

import type { ForkOptions } from '../native/control.ts';
import type { EarlyFork, EarlyForked } from '../native/freeze.ts';
import { cloneFlags } from '../native/linux.ts';
import type { Native } from '../native/native.ts';
import { WasmctrError } from './errors.ts';
import { errnoName } from './kernel-error.ts';
import { nowMs } from './now.ts';

const { CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER } = cloneFlags;

/**
 * root: namespaces by privilege; user: by a user namespace of the caller's own; none: the kernel refused both, and the
 * container has only the layers that need no namespace.
 */
export type ForkMode = 'root' | 'user' | 'none';

export interface Container {
  role: 'parent';
  mode: ForkMode;
  pid: number;
  pidfd: number;
  /** Our end of the control channel. */
  controlFd: number;
  forkedAtMs: number;
  /** The launcher has started it from a record: it has its groups and its plan. */
  isRunning: boolean;
}

/** The child's `controlFd` is its own end. */
export type Forked = Container | { role: 'child'; controlFd: number };

/** CLONE_NEW* flags of the container's clone. */
export const flagsOf: Readonly<Record<ForkMode, number>> = {
  root: CLONE_NEWPID,
  user: CLONE_NEWPID | CLONE_NEWUSER,
  none: 0,
};

/**
 * Forks a container before anything of its owner is in memory. It then waits for its plan; the network namespace and the
 * empty root, which cost most, are made in that time.
 */
export function forkContainer(native: Native, cgroupFd = -1, modes: readonly ForkMode[] = ownModes(native)): Forked {
  const [mode, ...weaker] = modes;
  if (mode === undefined) throw new Error('no way to fork was left');
  try {
    return forkWaiting(native, mode, { cgroupFd, isBroker: false });
  } catch (error) {
    if (weaker.length === 0 || !isRefusal(error)) throw error;
    return forkContainer(native, cgroupFd, weaker);
  }
}

/** Forks the network broker of a container that was forked in this mode. It keeps the network, and its files a while. */
export function forkBroker(native: Native, mode: ForkMode, cgroupFd: number): Forked {
  return forkWaiting(native, mode, { cgroupFd, isBroker: true });
}

/** What a process that is restored from an image forks at once, as forkContainer would. */
export function earlyFork(): Pick<EarlyFork, 'root' | 'user'> {
  const how = { cgroupFd: -1, isBroker: false, controlFd: -1 };
  return { root: forkOptions('root', how), user: forkOptions('user', how) };
}

export function fromEarlyFork(forked: EarlyForked): Forked {
  if (forked.role === 'child') return forked;
  const { pid, pidfd, controlFd, byRoot, isRunning } = forked;
  const mode = byRoot ? 'root' : 'user';
  return { role: 'parent', mode, pid, pidfd, controlFd, forkedAtMs: nowMs(), isRunning };
}

interface How {
  cgroupFd: number;
  isBroker: boolean;
}

function forkOptions(mode: ForkMode, { cgroupFd, isBroker, controlFd }: How & { controlFd: number }): ForkOptions {
  const isAhead = mode !== 'none' && !isBroker;
  return {
    cloneFlags: flagsOf[mode],
    cgroupFd,
    aheadFlags: isAhead ? CLONE_NEWNET | CLONE_NEWNS : 0,
    aheadRoot: isAhead ? 1 : 0,
    turnsLoop: isBroker ? 1 : 0,
    controlFd,
  };
}

function forkWaiting(native: Native, mode: ForkMode, how: How): Forked {
  const [ours, theirs] = native.controlPair();
  try {
    const forkedAtMs = nowMs();
    const forked = native.fork(forkOptions(mode, { ...how, controlFd: theirs }));
    if (forked.role === 'child') return { role: 'child', controlFd: theirs };
    const { pid, pidfd } = forked;
    return { role: 'parent', mode, pid, pidfd, controlFd: ours, forkedAtMs, isRunning: false };
  } catch (error) {
    native.close(ours);
    native.close(theirs);
    throw errnoName(error) === 'EAGAIN' ? tooManyProcesses(error) : error;
  }
}

/** What a fork does before any plan: for --print-plan, beside the stages that the plan itself asks for. */
export function describeFork(mode: ForkMode): { mode: ForkMode; namespaces: readonly string[]; root: string } {
  if (mode === 'none') return { mode, namespaces: [], root: "the caller's" };
  const namespaces = mode === 'root' ? ['pid', 'net', 'mnt'] : ['user', 'pid', 'net', 'mnt'];
  return { mode, namespaces, root: 'empty read-only tmpfs' };
}

/** Whether the kernel said "not you" or "not here", in the words of clone(2); a weaker way may then do. */
function isRefusal(error: unknown): boolean {
  const code = errnoName(error);
  return code === 'EPERM' || code === 'EINVAL' || code === 'ENOSPC' || code === 'EUSERS';
}

/** clone(2): RLIMIT_NPROC, or pids.max of the caller's control group. */
function tooManyProcesses(cause: unknown): WasmctrError {
  return new WasmctrError(
    'system',
    "can't start another process: clone3: EAGAIN",
    'raise ulimit -u or the pids limit',
    {
      cause,
    },
  );
}

function ownModes(native: Native): readonly ForkMode[] {
  return native.canBecomeOthers() ? ['root', 'user', 'none'] : ['user', 'none'];
}
