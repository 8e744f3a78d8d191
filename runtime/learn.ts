/**
 * `wasmctr learn`: an ordinary run whose filter asks about every call instead of allowing it, so that nothing is guessed.
 * The container stands in its call until we let it go on; what it used of its grants it reports itself.
 */
import { closeSync, constants, openSync, statfsSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { O_CLOEXEC, O_PATH } from '../native/linux.ts';
import type { Native } from '../native/native.ts';
import { WasmctrError } from './errors.ts';
import type { Grants } from './grants.ts';
import { errnoName } from './kernel-error.ts';
import { type LearnedPolicy, learnedPolicy, type Observed } from './learn-policy.ts';
import type { Learner } from './learner.ts';
import type { RunResult } from './result.ts';
import type { runContainer, Supervisor } from './run.ts';
import { customPolicy, nameCall, notifyingFilter } from './sandbox/filter-custom.ts';
import type { Arch } from './sandbox/syscalls-table.ts';
import type { RunSpec } from './spec.ts';

export interface Learned {
  result: RunResult;
  /** null: the container never came to its filter. */
  learned: LearnedPolicy | null;
}

export interface LearnRequest {
  supervisor: Supervisor;
  spec: RunSpec;
  /** Where the guest's stdout goes: 2 where stdout is for the policy. */
  stdoutFd: number;
  /** The caller's: this file is loaded apart from it. */
  run: typeof runContainer;
}

export async function learn({ supervisor, spec, stdoutFd, run }: LearnRequest): Promise<Learned> {
  const { native } = supervisor;
  const observer = new Observer(supervisor, spec, stdoutFd);
  try {
    const missing = native.probe().seccompUserNotif;
    // Here and not before: a container that waits for its plan is ended by the run that refuses it.
    if (missing < 0) observer.failure = unsupported(spec.file, missing);
    const stdio = supervisor.stdio.map((kind, fd) => (fd === 1 ? (supervisor.stdio[stdoutFd] ?? null) : kind));
    const result = await run({ ...supervisor, stdio }, spec, observer);
    if (observer.failure !== null) throw observer.failure;
    const observed = observer.observed(result);
    return { result, learned: observed && learnedPolicy(observed) };
  } finally {
    observer.close();
  }
}

function unsupported(file: string, error: unknown): WasmctrError {
  const name = typeof error === 'number' ? `errno ${-error}` : (errnoName(error) ?? 'EIO');
  const message = `can't watch the system calls: ${file}: ${name}`;
  return new WasmctrError('enforcement', message, 'Linux 5.5 or newer is needed; see `wasmctr doctor`');
}

const { SIGKILL } = osConstants.signals;

interface Disk {
  /** Of our own on the tmpfs. */
  fd: number;
  guest: string;
  peakBytes: number;
}

/** As openGrants() sizes a tmpfs: a file takes its share of the size whatever is in it. */
const bytesPerInode = 16 * 1024;

class Observer implements Learner {
  readonly stdoutFd: number;
  failure: WasmctrError | null = null;
  readonly #supervisor: Supervisor;
  readonly #spec: RunSpec;
  readonly #calls = new Map<number, number>();
  readonly #disks: Disk[] = [];
  #listener: { fd: number; stop: () => void } | null = null;
  #isAttached = false;
  #end: Pick<Observed, 'uses' | 'isComplete' | 'pids'> | null = null;

  constructor(supervisor: Supervisor, spec: RunSpec, stdoutFd: number) {
    this.#supervisor = supervisor;
    this.#spec = spec;
    this.stdoutFd = stdoutFd;
  }

  readonly filter: Learner['filter'] = (needs) => {
    if (this.failure !== null) throw this.failure;
    const { native, readText } = this.#supervisor;
    const policy = customPolicy({ spec: this.#spec, needs, readText });
    return notifyingFilter(process.arch as Arch, policy, native.wasmCodeRange());
  };

  readonly watchGrants = ({ fds, preopens }: Grants): void => {
    for (const { guest } of this.#spec.tmpfs) {
      const given = fds[preopens.find(({ guestPath }) => guestPath === guest)?.fd ?? -1];
      if (given === undefined) continue;
      const fd = openSync(`/proc/self/fd/${given}`, O_PATH | constants.O_DIRECTORY | O_CLOEXEC);
      this.#disks.push({ fd, guest, peakBytes: 0 });
    }
  };

  /** The listener comes with a message of its own, before any other. */
  readonly receive: Learner['receive'] = (socket) => {
    const { native } = this.#supervisor;
    if (this.#isAttached) return native.receiveMessage(socket);
    const received = native.receiveDescriptor(socket);
    if (!received || received.fd < 0) return received?.bytes ?? (received === null ? null : undefined);
    this.#isAttached = true;
    this.#listener = { fd: received.fd, stop: native.watch(received.fd, () => this.#onCall(native, received.fd)) };
    return native.receiveMessage(socket);
  };

  readonly ended: Learner['ended'] = ({ messages, status, killedFor }, usage) => {
    const { outcome, seccomp } = messages;
    const isComplete = killedFor === null && seccomp === undefined && status.signal === 0 && outcome !== undefined;
    this.#end = { uses: outcome?.uses ?? null, isComplete, pids: usage.pidsPeak };
  };

  observed(result: RunResult): Observed | null {
    if (this.#end === null || !this.#isAttached) return null;
    const arch = process.arch as Arch;
    const spec = this.#spec;
    const { readText } = this.#supervisor;
    return {
      ...this.#end,
      spec,
      result,
      calls: new Map([...this.#calls].map(([number, times]) => [nameCall(arch, number), times])),
      // With all that any container may have: what is not in this run's tiers may be in the next one's.
      allowed: customPolicy({ spec, needs: { files: true, network: true }, readText }),
      disks: this.#disks.map(({ guest, peakBytes }) => ({ guest, peakBytes })),
    };
  }

  close(): void {
    this.#detach();
    for (const { fd } of this.#disks.splice(0)) closeSync(fd);
  }

  /** One call at a time: the disks are then looked at before each that could free something. */
  #onCall(native: Native, listener: number): void {
    try {
      for (const disk of this.#disks) disk.peakBytes = Math.max(disk.peakBytes, usedBytes(disk.fd));
      const number = native.continueCall(listener);
      if (number === null) this.#detach();
      else if (number !== undefined) this.#calls.set(number, (this.#calls.get(number) ?? 0) + 1);
    } catch (error) {
      this.failure = unsupported(this.#spec.file, error);
      native.kill(this.#supervisor.container.pidfd, SIGKILL);
      this.#detach();
    }
  }

  #detach(): void {
    if (this.#listener === null) return;
    this.#listener.stop();
    this.#supervisor.native.close(this.#listener.fd);
    this.#listener = null;
  }
}

function usedBytes(fd: number): number {
  const { bsize, blocks, bfree, files, ffree } = statfsSync(`/proc/self/fd/${fd}`);
  return Math.max((blocks - bfree) * bsize, (files - ffree) * bytesPerInode);
}
