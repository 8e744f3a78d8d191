/** Watches one container from its plan to its end: messages, exit, deadlines and the caller's signals. */

import type { ExitStatus } from '../native/control.ts';
import { signals } from '../native/linux.ts';
import type { Native } from '../native/native.ts';
import { type ContainerMessage, parseContainerMessage } from './guest-message.ts';
import { nowMs } from './now.ts';
import { type CallerSignal, watchSignals } from './signals.ts';
import type { Container } from './template.ts';

const { SIGKILL } = signals;

/** Why the supervisor killed it; the first reason wins. */
export type KillReason = 'timeout' | 'cpu-time' | 'protocol' | CallerSignal;

export interface Ending {
  status: ExitStatus;
  /** The last of each kind; a container that was killed half-way has not sent them all. */
  messages: { [T in ContainerMessage['type']]?: Extract<ContainerMessage, { type: T }> };
  killedFor: KillReason | null;
  readyAtMs: number | null;
  endedAtMs: number;
}

export interface SuperviseLimits {
  timeoutMs: number | null;
  cpuTimeMs: number | null;
}

/** A container sends two. Attack: a flood that keeps the supervisor from its timers. */
const maxMessages = 16;
/** CPU time is looked at no more often than this: the error of the limit. */
const minCpuPollMs = 5;

/** The next message: bytes, null at the end, undefined when there is none yet. */
export type Receive = Native['receiveMessage'];

export function supervise(
  native: Native,
  container: Container,
  limits: SuperviseLimits,
  receive: Receive = (socket) => native.receiveMessage(socket),
): Promise<Ending> {
  return new Promise((resolve) => {
    const messages: Ending['messages'] = {};
    let killedFor: KillReason | null = null;
    let readyAtMs: number | null = null;
    let received = 0;
    const timers: NodeJS.Timeout[] = [];

    const kill = (reason: KillReason): void => {
      killedFor ??= reason;
      native.kill(container.pidfd, SIGKILL);
    };
    const accept = (bytes: Uint8Array): boolean => {
      const message = parseContainerMessage(bytes);
      if (message === null || ++received > maxMessages) return false;
      if (message.type === 'ready') readyAtMs ??= nowMs();
      Object.assign(messages, { [message.type]: message });
      return true;
    };
    const drain = (): void => {
      let bytes = receive(container.controlFd);
      for (; bytes; bytes = receive(container.controlFd)) {
        if (accept(bytes)) continue;
        kill('protocol');
        break;
      }
      // The other end is closed: nothing more can come, and the socket would be readable for ever.
      if (bytes === null) stopMessages();
    };
    const finish = (): void => {
      const status = native.reap(container.pid);
      if (status === undefined) return;
      const endedAtMs = nowMs();
      drain();
      stopMessages();
      stopExit();
      stopSignals();
      for (const timer of timers) clearTimeout(timer);
      native.close(container.pidfd);
      native.close(container.controlFd);
      resolve({ status, messages, killedFor, readyAtMs, endedAtMs });
    };
    const stopMessages = native.watch(container.controlFd, drain);
    const stopExit = native.watch(container.pidfd, finish);
    const stopSignals = watchSignals(native, container.pidfd, kill);
    // They have waited since the launcher began to mind it.
    if (container.isRunning) native.allowSignals();
    // One that runs already has had some of its time: all of this process's, to a few milliseconds.
    const spentMs = container.isRunning ? nowMs() : 0;
    if (limits.timeoutMs !== null) timers.push(setTimeout(kill, limits.timeoutMs - spentMs, 'timeout'));
    const { cpuTimeMs } = limits;
    if (cpuTimeMs !== null) {
      const check = (): void => {
        const leftMs = cpuTimeMs - native.cpuTimeUs(container.pid) / 1000;
        if (leftMs <= 0) kill('cpu-time');
        // One thread uses at most the wall clock's time: no earlier look is needed.
        else timers[timers.length - 1] = setTimeout(check, Math.max(leftMs, minCpuPollMs));
      };
      timers.push(setTimeout(check, cpuTimeMs));
    }
  });
}
