/** WASI 0.1: makes the import objects of one guest over the shared kernel. Loading this file touches nothing. */
import type { DataPlane, FileKind } from '../../native/data.ts';
import { openFlags, statBytes } from '../../native/data.ts';
import type { GuestConfig, GuestLimits, IoCounters, Uses } from '../config.ts';
import { HostDir } from '../kernel/host-dir.ts';
import { GuestMemory } from '../kernel/memory.ts';
import { Listener } from '../kernel/socket.ts';
import { Stdio } from '../kernel/stdio.ts';
import { Table } from '../kernel/table.ts';
import { UseRecord } from '../kernel/uses.ts';
import { allRights, fdflags, rights } from './abi.ts';
import { argsFunctions, encodeStrings } from './args.ts';
import { clockFunctions } from './clock.ts';
import type { Context } from './context.ts';
import { applicableRights, Descriptor, listenerRights, stdioRights } from './descriptor.ts';
import { fdFunctions } from './fd.ts';
import { filestatFunctions, filestatLayout, filestatLayoutUnstable } from './filestat.ts';
import { ioFunctions, linuxWhence, linuxWhenceUnstable } from './io.ts';
import { withWideAddresses } from './memory64.ts';
import { pathFunctions } from './path.ts';
import { pollFunctions, subscriptionLayout, subscriptionLayoutUnstable } from './poll.ts';
import { procFunctions } from './proc.ts';
import { randomFunctions } from './random.ts';
import { schedFunctions } from './sched.ts';
import { sockFunctions } from './sock.ts';
import { tracedImports } from './strace.ts';

export { ProcExit, ProcRaise } from './proc.ts';
export { type FunctionName, functionNames, wasmParameters } from './signatures.ts';

export interface Wasi1Options {
  native: DataPlane;
  /** argv, program name first. */
  args: readonly string[];
  /** `K=V` strings. */
  env: readonly string[];
  /** What stdin, stdout and stderr are; null where the caller closed one. */
  stdio: readonly (FileKind | null)[];
  /** Directories, in order after the listeners. Their descriptors belong to this host from now on. */
  preopens: readonly { guestPath: string; fd: number; readOnly: boolean }[];
  /** Listening sockets: WASI descriptors 3, 4, … */
  listeners: readonly { fd: number }[];
  /** Hand them over with NONBLOCK set: the guest waits in poll_oneoff instead of in sock_accept. */
  nonblockingListeners: boolean;
  limits: Pick<GuestLimits, 'maxFiles' | 'maxOutputBytes'>;
  /** The guest's first memory; asked for at the first call that needs it, so it may come into being after the imports. */
  memory: () => WebAssembly.Memory;
  /** The module's memory is 64-bit: pointers and sizes arrive as BigInt. */
  memory64: boolean;
  /** Gets one line (with its newline) for each call, or null: no tracing, and no cost. */
  traceWrite: ((line: string) => void) | null;
  /** Absent or null: nothing is noted, and stdout is descriptor 1. */
  learn?: GuestConfig['learn'];
}

/** What WebAssembly hands to an import, and what it takes back. */
export type WasiArgument = number | bigint;
// biome-ignore lint/suspicious/noConfusingVoidType: a WebAssembly import without a result returns undefined
export type WasiFunction = (...args: never[]) => number | void;
export type WasiImports = Record<string, WasiFunction>;

export interface Wasi1 {
  imports: { readonly wasi_snapshot_preview1: WasiImports; readonly wasi_unstable: WasiImports };
  /** Live: grows while the guest runs. */
  counters: IoCounters;
  /** What was used until now; null where nobody asked for it. */
  uses(): Omit<Uses, 'memoryBytes'> | null;
}

const stdoutNumber = 1;
const firstPreopen = 3;

export function createWasi1(options: Wasi1Options): Wasi1 {
  const context = createContext(options);
  const finish = (imports: WasiImports, isUnstable: boolean): WasiImports => {
    const narrow = options.memory64 ? withWideAddresses(imports) : imports;
    return options.traceWrite ? tracedImports(narrow, context.memory, options.traceWrite, isUnstable) : narrow;
  };
  let preview1: WasiImports | null = null;
  let unstable: WasiImports | null = null;
  return {
    // Made when it is asked for: forty functions each, and hardly a module imports both.
    imports: {
      get wasi_snapshot_preview1() {
        preview1 ??= finish(functionsOf(context, false), false);
        return preview1;
      },
      get wasi_unstable() {
        unstable ??= finish(functionsOf(context, true), true);
        return unstable;
      },
    },
    counters: context.counters,
    uses: () => context.uses && usesOf(context.uses, context.descriptors.highest),
  };
}

function functionsOf(context: Context, isUnstable: boolean): WasiImports {
  const functions = {
    ...argsFunctions(context),
    ...clockFunctions(context),
    ...fdFunctions(context),
    ...pathFunctions(context),
    ...procFunctions(),
    ...schedFunctions(),
    ...randomFunctions(context),
    ...sockFunctions(context),
    ...filestatFunctions(context, isUnstable ? filestatLayoutUnstable : filestatLayout),
    ...ioFunctions(context, isUnstable ? linuxWhenceUnstable : linuxWhence),
    ...pollFunctions(context, isUnstable ? subscriptionLayoutUnstable : subscriptionLayout),
  };
  if (!isUnstable) return functions;
  const { sock_accept: _later, ...unstable } = functions;
  return unstable;
}

function usesOf({ grants, environment, streamCalls }: UseRecord, files: number): Omit<Uses, 'memoryBytes'> {
  return { preopens: grants.map(({ use }) => use), environment, files, streamCalls: [...streamCalls] };
}

function createContext(options: Wasi1Options): Context {
  const { native, args, env, preopens, listeners, limits, memory } = options;
  const context: Context = {
    native,
    counters: { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false },
    maxOutputBytes: limits.maxOutputBytes,
    uses: options.learn ? new UseRecord() : null,
    memory: new GuestMemory(memory),
    descriptors: new Table(limits.maxFiles),
    args: encodeStrings(args),
    env: encodeStrings(env),
    scratch: new BigUint64Array(statBytes / 8),
  };
  placeStdio(context, options.stdio, options.learn?.stdoutFd ?? stdoutNumber);
  // In front of the directories: C libraries and Go's look for sockets from 3 on.
  const given = [
    ...listeners.map(({ fd }) => listenerDescriptor(context, fd, options.nonblockingListeners)),
    ...preopens.map((preopen) => preopenDescriptor(context, preopen)),
  ];
  given.forEach((descriptor, i) => {
    context.descriptors.place(firstPreopen + i, descriptor);
  });
  return context;
}

function placeStdio(context: Context, kinds: Wasi1Options['stdio'], stdoutFd: number): void {
  for (const [fd, direction] of [rights.FD_READ, rights.FD_WRITE, rights.FD_WRITE].entries()) {
    const kind = kinds[fd];
    if (kind === null || kind === undefined) continue;
    const file = new Stdio(context, fd === stdoutNumber ? stdoutFd : fd, kind);
    // No flags, whatever the caller left set: reads and writes wait as the guest expects.
    const options = { rights: stdioRights(file, direction), inheriting: 0, fdflags: 0, preopen: null };
    context.descriptors.place(fd, new Descriptor(file, options));
  }
}

function listenerDescriptor(context: Context, fd: number, nonblocking: boolean): Descriptor {
  const listener = new Listener(context, fd);
  if (nonblocking && listener.setStatusFlags(openFlags.nonblock) < 0) throw new Error('O_NONBLOCK was refused');
  const flags = nonblocking ? fdflags.NONBLOCK : 0;
  return new Descriptor(listener, { rights: listenerRights, inheriting: 0, fdflags: flags, preopen: 'listener' });
}

function preopenDescriptor(
  context: Context,
  { guestPath, fd, readOnly }: Wasi1Options['preopens'][number],
): Descriptor {
  const file = new HostDir(context, { fd, readOnly, grant: context.uses?.addGrant() ?? null });
  const preopen = { guestPath: new TextEncoder().encode(guestPath) };
  return new Descriptor(file, { rights: applicableRights(file), inheriting: allRights, fdflags: 0, preopen });
}
