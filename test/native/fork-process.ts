/**
 * One scenario of forking, run as `node … fork-process.cjs SCENARIO STEPS`: forks with the steps of that mask, and
 * prints as JSON what became of the children. See fork-conditions.test.ts.
 */

import type { ForkOptions } from '../../native/control.ts';
import { loadNative } from '../../native/load.ts';
import type { Native } from '../../native/native.ts';
import { scenarios } from './fork-scenarios.ts';

/** `fork` of the addon for tests takes the mask of steps. */
interface TestNative extends Native {
  fork(options: ForkOptions, steps?: number): ReturnType<Native['fork']>;
}

/** How a forked child ended, and what it said on its control channel. */
export interface Ended {
  signal: number;
  code: number;
  said: unknown[];
  /** It had to be killed at the deadline. */
  hung: boolean;
}

export interface Forker {
  native: Native;
  /** Forks; the child says what `inChild` returns or throws, and ends. The parent blocks, its loop does not turn. */
  child(inChild: () => unknown, mask?: number): Ended;
  /** The same without waiting: for a child that lives beside its parent. */
  start(inChild: (say: (message: unknown) => void) => Promise<unknown> | unknown, mask?: number): Living;
  mask: number;
}

export interface Living {
  pid: number;
  /** Blocks until the child has ended. */
  end(): Ended;
}

const deadlineMs = 4_000;
const native = loadNative() as TestNative;
const [, , scenario = '', maskText = '63'] = process.argv;
const mask = Number(maskText);

/** Blocks without turning the event loop. */
export function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function start(inChild: Parameters<Forker['start']>[0], useMask: number = mask): Living {
  const [ours, theirs] = native.controlPair();
  const options = { cloneFlags: 0, cgroupFd: -1, aheadFlags: 0, aheadRoot: 0, turnsLoop: 0, controlFd: theirs };
  const forked = native.fork(options, useMask);
  if (forked.role === 'child') {
    const say = (message: unknown): void => {
      native.sendMessage(theirs, new TextEncoder().encode(JSON.stringify(message) ?? 'null'));
    };
    const fail = (error: unknown): never => {
      say({ error: String(error) });
      return native.exitNow(3);
    };
    try {
      const result = inChild(say);
      if (result instanceof Promise) {
        result.then((value) => {
          say(value);
          native.exitNow(0);
        }, fail);
        throw new Unwind();
      }
      say(result);
      native.exitNow(0);
    } catch (error) {
      if (error instanceof Unwind) throw error;
      fail(error);
    }
  }
  if (forked.role !== 'parent') throw new Error('unreachable');
  return { pid: forked.pid, end: () => waitFor(forked.pid, forked.pidfd, ours) };
}

/** Leaves the scenario in a child that goes on in its own event loop. */
class Unwind extends Error {}

function waitFor(pid: number, pidfd: number, ours: number): Ended {
  const started = performance.now();
  const said: unknown[] = [];
  let hung = false;
  for (;;) {
    for (let bytes = native.receiveMessage(ours); bytes; bytes = native.receiveMessage(ours)) {
      said.push(JSON.parse(new TextDecoder().decode(bytes)));
    }
    const status = native.reap(pid);
    if (status) {
      native.close(pidfd);
      native.close(ours);
      return { signal: status.signal, code: status.code, said, hung };
    }
    if (!hung && performance.now() - started > deadlineMs) {
      hung = true;
      native.kill(pidfd, 9);
    }
    pause(1);
  }
}

const forker: Forker = {
  native,
  mask,
  start,
  child: (inChild, useMask) => start(() => inChild(), useMask).end(),
};

async function main(): Promise<void> {
  const run = scenarios[scenario];
  if (!run) throw new Error(`no such scenario: ${scenario}`);
  const result = await run(forker);
  process.stdout.write(`${JSON.stringify(result)}\n`, () => native.exitNow(0));
}

main().catch((error: unknown) => {
  if (error instanceof Unwind) return;
  console.error(error);
  native.exitNow(1);
});
