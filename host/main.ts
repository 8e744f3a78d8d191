/** The container process after its fork: takes its orders, runs one guest, reports how it ended, and is gone. */
import { fileKinds } from '../native/data.ts';
import type { Delivery } from '../native/delivery.ts';
import type { Fd, Native } from '../native/native.ts';
import type { Components } from './component/component.ts';
import type { GuestConfig, GuestMessage } from './config.ts';
import { deliveredFile } from './delivered-file.ts';
import { isGoModule } from './go-module.ts';
import { executeGuest, type GuestProgram, type Program } from './instance.ts';
import { type KeptCode, keptCode, keptFrame } from './kept-code.ts';
import { createWasi1 } from './p1/index.ts';
import { traceWriter } from './trace-writer.ts';
import { warmUpModule } from './warm-up-module.ts';

/**
 * Runs the guest that was delivered to this process, and ends the process. `components`: their part of the host code,
 * where it was loaded.
 *
 * The process exits with 0 once its last message is on the control channel, whatever the guest did: the message is the
 * result, the exit status says only that there is one. Any other status, or a signal, means that the process died
 * before it could say why.
 */
export function runGuest(native: Native, delivery: Delivery, components: Components | null): never {
  const { controlFd } = delivery;
  const send = (message: GuestMessage): boolean => native.sendMessage(controlFd, encodeMessage(message));
  const finish = (message: GuestMessage): never => native.exitNow(send(message) ? 0 : lostSupervisor);
  let execute: () => void;
  try {
    execute = makeProgram({ native, delivery, components, send, finish });
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
  const delivery = warmUpDelivery(native);
  makeProgram({ native, delivery, components: null, send: encodeMessage, finish: encodeMessage })();
  for (const fd of delivery.fds) native.close(fd);
}

/** Machine code of that guest, as a run is given it; of no functions where the baseline tier comes first. */
export function warmUpCode(native: Native): Uint8Array {
  const delivery = warmUpDelivery(native);
  let compiled: { module: WebAssembly.Module; digest: Uint8Array } | null = null;
  const [moduleFd = -1] = delivery.fds;
  const config = JSON.parse(utf8Decoder.decode(delivery.config)) as GuestConfig;
  executeGuest({
    config,
    file: deliveredFile(native, moduleFd, config.moduleBytes),
    nowUs: () => 0,
    ready: () => {},
    createWasi: wasi1Maker(native, config, () => moduleFd),
    compile: ({ bytes }) => {
      compiled = { module: new WebAssembly.Module(bytes), digest: native.digestBytes(bytes) };
      return { module: compiled.module, isKept: false };
    },
    finish: () => {},
  });
  native.close(moduleFd);
  if (compiled === null) throw new Error('the warm-up was not compiled');
  const { module, digest } = compiled;
  return keptFrame(digest, native.serializeCode(module));
}

/** What a supervisor would send for that guest; `code`: with machine code of it. */
export function warmUpDelivery(native: Pick<Native, 'memfd'>, code: Uint8Array | null = null): Delivery {
  const fds = [native.memfd('warm-up', warmUpModule())];
  if (code !== null) fds.push(native.memfd('warm-up', code));
  const config: GuestConfig = {
    moduleFd: 0,
    moduleBytes: warmUpModule().length,
    brokerFd: null,
    component: null,
    keptCode: code && { fd: 1, bytes: code.length, checkBytes: true },
    reportHot: false,
    args: ['warm-up'],
    env: [],
    // No call gets as far as the descriptors: the module's addresses lie outside of its memory.
    stdio: [fileKinds.unknown, fileKinds.unknown, fileKinds.unknown],
    preopens: [],
    workdir: null,
    listeners: [],
    invoke: null,
    imports: null,
    unknownImports: 'error',
    strace: false,
    learn: null,
    limits: { maxFiles: 3, maxOutputBytes: 1, memoryBytes: 65536 },
  };
  return { controlFd: -1, config: utf8Encoder.encode(JSON.stringify(config)), fds };
}

/** Exit status when there is nobody to hear the result. */
const lostSupervisor = 125;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder();

function encodeMessage(message: GuestMessage): Uint8Array {
  return utf8Encoder.encode(JSON.stringify(message));
}

interface Start {
  native: Native;
  delivery: Delivery;
  components: Components | null;
  send(message: GuestMessage): void;
  finish: Program['finish'];
}

/** The guest of this delivery, ready to be executed. */
function makeProgram({ native, delivery, components, send, finish }: Start): () => void {
  const config = JSON.parse(utf8Decoder.decode(delivery.config)) as GuestConfig;
  const fdAt = (position: number): number => {
    const fd = delivery.fds[position];
    if (fd === undefined) throw new RangeError(`no descriptor was sent at position ${position}`);
    return fd;
  };
  const code = codeOf(config, native, fdAt);
  const isAsked = code !== null && config.reportHot;
  const shared = {
    config,
    nowUs: () => process.uptime() * 1e6,
    ready: send,
    finish: isAsked ? reportingHot(code, { send, finish }) : finish,
  };
  if (config.component === null) {
    const file = deliveredFile(native, fdAt(config.moduleFd), config.moduleBytes);
    const program: GuestProgram = { ...shared, file, createWasi: wasi1Maker(native, config, fdAt) };
    return () => executeGuest(code ? { ...program, compile: ({ bytes }) => code.compile(bytes) } : program);
  }
  if (components === null) throw new Error('the file became a component while it was opened');
  return components.componentRun(native, {
    ...shared,
    component: config.component,
    fdAt,
    preopens: preopensOf(config, fdAt),
    code,
  });
}

type FdAt = (position: number) => Fd;

/** null: nothing is given, nor asked. */
function codeOf({ keptCode: given, reportHot }: GuestConfig, native: Native, fdAt: FdAt): KeptCode | null {
  if (given === null) return reportHot ? keptCode(native, null) : null;
  return keptCode(native, { file: deliveredFile(native, fdAt(given.fd), given.bytes), checkBytes: given.checkBytes });
}

function reportingHot(code: KeptCode, { send, finish }: Pick<Start, 'send' | 'finish'>): Program['finish'] {
  return (message) => {
    if (message.type === 'outcome') reportHotFunctions(code, send);
    finish(message);
  };
}

/** Numbers for the next run must not cost this one its result. */
function reportHotFunctions(code: KeptCode, send: Start['send']): void {
  try {
    const functions = code.hotFunctions();
    if (functions.length > 0) send({ type: 'hot', functions });
  } catch {
    // No memory or stack was left for it.
  }
}

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

function preopensOf(config: GuestConfig, fdAt: FdAt): { guestPath: string; fd: Fd; readOnly: boolean }[] {
  return config.preopens.map(({ guestPath, fd, readOnly }) => ({ guestPath, fd: fdAt(fd), readOnly }));
}
