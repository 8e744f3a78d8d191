/**
 * Runs what a start runs, against a kernel that is played: V8 then has compiled it. The build keeps that code in the
 * cache beside the bundle, and an image has it in memory.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Components } from '../host/component/component.ts';
import type { GuestConfig } from '../host/config.ts';
import { runGuest, warmUp, warmUpDelivery } from '../host/main.ts';
import type { Delivery } from '../native/control.ts';
import type { Native } from '../native/native.ts';
import { runCommand } from './cli/command.ts';
import type { CgroupHost } from './sandbox/cgroup.ts';
import { detectCgroups } from './sandbox/cgroup-host.ts';

/** Long enough for a rehearsal; what waits for its timers to be over does not wait longer. */
export const rehearsedTimeoutMs = 250;

const limits = ['--timeout', `${rehearsedTimeoutMs}ms`, '--memory', '64MiB'];
const usedFlags = ['--best-effort', '--dir', '/::/data:ro', '--env', 'K=V', ...limits];
const emptyModule = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

export async function warm(native: Native): Promise<void> {
  warmUp(native);
  await warmSupervisor(native, detectCgroups);
  warmContainer(native);
}

/** What a supervisor does. Before an image is made it must have seen no control groups, and have made none. */
export async function warmSupervisor(native: Native, detectCgroups: () => CgroupHost): Promise<void> {
  const module = native.memfd('warm-up', emptyModule);
  try {
    const words = ['wasmctr', 'run', ...usedFlags, `/proc/self/fd/${module}`, 'argument'];
    const handedOver = [String(words.length), ...words, 'PATH=/bin', ''].join('\0');
    await runCommand(playedNative(native), {
      mode: 'run',
      callerFd: native.memfd('warm-up', Buffer.from(handedOver)),
      openStdio: 0,
      programKind: 'module',
      network: 'offline',
      kind: { frozen: false, detail: '' },
      detectCgroups,
    });
    // The played kernel has its own answer; the addon keeps the true one.
    native.wasmCodeRange();
  } finally {
    native.close(module);
  }
}

/** What a container does beside its guest. */
export function warmContainer(native: Native): void {
  const delivery = warmUpDelivery(native);
  try {
    runToItsEnd(native, delivery, null);
  } finally {
    for (const fd of delivery.fds) native.close(fd);
  }
}

/** What a component does when it starts (host/component/warm-up.wat), from the pack that the build made of it. */
export function warmComponent(native: Native, components: Components, packPath: string): void {
  const pack = readFileSync(packPath);
  const warmed = warmUpDelivery(native);
  const packFd = native.memfd('warm-up', pack);
  const config = JSON.parse(new TextDecoder().decode(warmed.config)) as GuestConfig;
  const component = { packFd: 0, packBytes: pack.length };
  const bytes = new TextEncoder().encode(JSON.stringify({ ...config, component }));
  try {
    runToItsEnd(native, { ...warmed, config: bytes, fds: [packFd] }, components);
  } finally {
    for (const fd of [...warmed.fds, packFd]) native.close(fd);
  }
}

function runToItsEnd(native: Native, delivery: Delivery, components: Components | null): void {
  const exitNow = (): never => {
    throw new Ended();
  };
  try {
    runGuest({ ...native, sendMessage: () => true, exitNow }, delivery, components);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  }
}

/** In place of the process's end. */
class Ended extends Error {}

/** A kernel in which a container is forked, gets its plan, says that it ended well, and is gone. */
function playedNative(native: Native): Native {
  const messages = reports().map((report) => Buffer.from(JSON.stringify(report)));
  const usage = { userUs: 0, systemUs: 0, maxRssBytes: 0, minorFaults: 0, majorFaults: 0 };
  const placeholder = (): number => openSync('/dev/null', 'r');
  return {
    ...native,
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
    wasmCodeRange: () => ({ start: 0x1_0000_0000n, end: 0x2_0000_0000n }),
  };
}

function reports(): readonly object[] {
  const io = { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false };
  return [
    { type: 'ready', compileUs: 0, instantiateUs: 0, codeBytes: 0, isKept: false },
    { type: 'outcome', outcome: { kind: 'exit', code: 0 }, io, uses: null },
  ];
}
