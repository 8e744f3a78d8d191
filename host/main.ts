/** The container process after its fork: takes its orders, runs one guest, reports how it ended, and is gone. */
import type { Delivery } from '../native/control.ts';
import { fileKinds, waitModes } from '../native/data.ts';
import type { Fd, Native } from '../native/native.ts';
import { type ComponentProgram, executeComponent } from './component/run.ts';
import type { GuestConfig, GuestMessage } from './config.ts';
import { isGoModule } from './go-module.ts';
import { executeGuest, type GuestProgram, type Program } from './instance.ts';
import type { ModuleFile } from './load.ts';
import { createWasi1 } from './p1/index.ts';
import { createWasi2 } from './p2/index.ts';
import { warmUpModule } from './warm-up-module.ts';

/**
 * Runs the guest that was delivered to this process, and ends the process.
 *
 * The process exits with 0 once its last message is on the control channel, whatever the guest did: the message is the
 * result, the exit status says only that there is one. Any other status, or a signal, means that the process died
 * before it could say why.
 */
export function runGuest(native: Native, delivery: Delivery): never {
  const { controlFd } = delivery;
  const send = (message: GuestMessage): boolean => native.sendMessage(controlFd, encodeMessage(message));
  const finish = (message: GuestMessage): never => native.exitNow(send(message) ? 0 : lostSupervisor);
  let execute: () => void;
  try {
    execute = makeProgram(native, delivery, send, finish);
  } catch (error) {
    return finish({ type: 'failed', code: 'internal', message: String(error).slice(0, 512) });
  }
  execute();
  return native.exitNow(lostSupervisor); // it has called finish
}

/**
 * Runs a small guest of our own on the path that every guest takes: V8 compiles functions when they are first called,
 * and that is 2 to 3 ms of a start. For a container that awaits its plan, or a template before its first fork.
 */
export function warmUp(native: Native): void {
  const moduleFd = native.memfd('warm-up', warmUpModule());
  const config: GuestConfig = {
    moduleFd: 0,
    moduleBytes: warmUpModule().length,
    component: null,
    args: ['warm-up'],
    env: [],
    // No call gets as far as the descriptors: the module's addresses lie outside of its memory.
    stdio: [fileKinds.unknown, fileKinds.unknown, fileKinds.unknown],
    preopens: [],
    workdir: null,
    listeners: [],
    invoke: null,
    unknownImports: 'error',
    strace: false,
    learn: null,
    limits: { maxFiles: 3, maxOutputBytes: 1, memoryBytes: 65536 },
  };
  const delivery = { controlFd: -1, config: utf8Encoder.encode(JSON.stringify(config)), fds: [moduleFd] };
  makeProgram(native, delivery, encodeMessage, encodeMessage)();
  native.close(moduleFd);
}

/** Exit status when there is nobody to hear the result. */
const lostSupervisor = 125;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder();

function encodeMessage(message: GuestMessage): Uint8Array {
  return utf8Encoder.encode(JSON.stringify(message));
}

/** The guest of this delivery, ready to be executed. */
function makeProgram(
  native: Native,
  delivery: Delivery,
  send: (message: GuestMessage) => void,
  finish: Program['finish'],
): () => void {
  const config = JSON.parse(utf8Decoder.decode(delivery.config)) as GuestConfig;
  const fdAt = (position: number): number => {
    const fd = delivery.fds[position];
    if (fd === undefined) throw new RangeError(`no descriptor was sent at position ${position}`);
    return fd;
  };
  const shared = { config, nowUs: () => process.uptime() * 1e6, ready: send, finish };
  if (config.component === null) {
    const file = moduleFile(native, fdAt(config.moduleFd), config.moduleBytes);
    const program: GuestProgram = { ...shared, file, createWasi: wasi1Maker(native, config, fdAt) };
    return () => executeGuest(program);
  }
  const { packFd, packBytes } = config.component;
  const file = moduleFile(native, fdAt(packFd), packBytes);
  const program: ComponentProgram = { ...shared, file, createWasi: wasi2Maker(native, config, fdAt) };
  return () => executeComponent(program);
}

type FdAt = (position: number) => Fd;

function wasi1Maker(native: Native, config: GuestConfig, fdAt: FdAt): GuestProgram['createWasi'] {
  return (memory, memory64, module) =>
    createWasi1({
      native,
      args: config.args,
      env: config.env,
      stdio: config.stdio,
      preopens: preopensOf(config, fdAt),
      listeners: config.listeners.map(({ fd }) => ({ fd: fdAt(fd) })),
      nonblockingListeners: config.listeners.length > 0 && isGoModule(module),
      limits: config.limits,
      memory,
      memory64,
      traceWrite: config.strace ? traceWriter(native) : null,
      learn: config.learn,
    });
}

function wasi2Maker(native: Native, config: GuestConfig, fdAt: FdAt): ComponentProgram['createWasi'] {
  return (onExit) =>
    createWasi2({
      native,
      args: config.args,
      env: config.env,
      workdir: config.workdir,
      stdio: config.stdio,
      preopens: preopensOf(config, fdAt),
      limits: config.limits,
      traceWrite: config.strace ? traceWriter(native) : null,
      learn: config.learn,
      onExit,
    });
}

function preopensOf(config: GuestConfig, fdAt: FdAt): { guestPath: string; fd: Fd; readOnly: boolean }[] {
  return config.preopens.map(({ guestPath, fd, readOnly }) => ({ guestPath, fd: fdAt(fd), readOnly }));
}

function moduleFile(native: Native, fd: Fd, sizeBytes: number): ModuleFile {
  return {
    sizeBytes,
    readNext({ buffer, address, length }) {
      writeIovec(buffer, address, length);
      return native.readv(fd, buffer, 0, 1, waitModes.sharedBlocking);
    },
  };
}

/** The data plane takes iovecs from the buffer itself: ours stands in its first bytes. */
function writeIovec(buffer: ArrayBuffer, address: number, length: number): void {
  const view = new DataView(buffer);
  view.setUint32(0, address, true);
  view.setUint32(4, length, true);
}

const stderrFd = 2;

/** Longest line traced. Attack: a path or buffer of the guest's that fills our memory. */
const maxTraceBytes = 8192;

/** Lines of `--strace` on stderr, whole ones as far as it takes them. A stderr that is gone ends the tracing, not the guest. */
function traceWriter(native: Native): (line: string) => void {
  const buffer = new ArrayBuffer(8 + maxTraceBytes);
  const text = new Uint8Array(buffer, 8);
  return (line) => {
    const length = utf8Encoder.encodeInto(line, text).written;
    text[length - 1] = 0x0a; // also where the line was cut
    for (let done = 0; done < length; ) {
      writeIovec(buffer, 8 + done, length - done);
      const count = native.writev(stderrFd, buffer, 0, 1, waitModes.sharedBlocking, length - done);
      if (count <= 0) return;
      done += count;
    }
  };
}
