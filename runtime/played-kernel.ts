/**
 * A kernel for rehearsals of a start. It is played on the addon's own object, and undone there: code that V8 makes for
 * another object would not fit.
 */
import { closeSync, openSync } from 'node:fs';
import { type Delivery, encodeDelivery } from '../native/delivery.ts';
import type { Native } from '../native/native.ts';
import { cgroupFs } from './sandbox/cgroup-fs.ts';
import { playedGroups } from './sandbox/played-groups.ts';

const ended = Symbol('where a process ends');

function endRehearsal(): never {
  throw ended;
}

async function play(native: Native, played: Partial<Native>, act: () => Promise<unknown>): Promise<void> {
  const real = { ...native };
  Object.assign(native, played, { exitNow: endRehearsal });
  try {
    await act();
  } catch (error) {
    if (error !== ended) throw error;
  } finally {
    Object.assign(native, real);
  }
}

/** A host in which a container is forked, gets its plan, says that it ended well, and is gone. */
export async function playSupervisor(native: Native, cgroups: 1 | 2, act: () => Promise<unknown>): Promise<void> {
  const realGroups = { ...cgroupFs };
  Object.assign(cgroupFs, playedGroups(cgroups, realGroups));
  try {
    await play(native, playedHost(), act);
  } finally {
    Object.assign(cgroupFs, realGroups);
  }
}

/** A container whose supervisor listens. */
export async function playContainer(native: Native, delivery: Delivery, act: () => Promise<unknown>): Promise<void> {
  await play(native, { awaitPlan: () => encodeDelivery(delivery), sendMessage: () => true }, act);
}

function playedHost(): Partial<Native> {
  const messages = reports().map((report) => Buffer.from(JSON.stringify(report)));
  const usage = { userUs: 0, systemUs: 0, maxRssBytes: 0, minorFaults: 0, majorFaults: 0 };
  const placeholder = (): number => openSync('/dev/null', 'r');
  return {
    anyHolds: () => false,
    becomeSubreaper: () => {},
    controlPair: () => [-1, -1],
    fork: () => ({ role: 'parent', pid: 1, pidfd: -1 }),
    sendPlan: () => {},
    receiveMessage: () => messages.shift(),
    watch: (_fd, onReadable) => {
      setImmediate(onReadable);
      return () => {};
    },
    reap: () => ({ code: 0, signal: 0, ...usage, voluntarySwitches: 0, involuntarySwitches: 0 }),
    kill: () => {},
    close: (fd) => (fd >= 0 ? closeSync(fd) : undefined),
    idmapNamespace: placeholder,
    cloneTree: placeholder,
  };
}

function reports(): readonly object[] {
  const io = { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false };
  return [
    { type: 'ready', compileUs: 0, instantiateUs: 0, codeBytes: 0, isKept: false },
    { type: 'outcome', outcome: { kind: 'exit', code: 0 }, io, uses: null },
  ];
}
