/** Forks the container of one run and makes its control group, in the order that the kernel's cgroup version wants. */
import type { EarlyFork, EarlyForked } from '../native/freeze.ts';
import type { Native } from '../native/native.ts';
import type { Supervisor } from './run.ts';
import { baseControllers, type Cgroup, type CgroupHost } from './sandbox/cgroup.ts';
import { detectCgroups } from './sandbox/cgroup-host.ts';
import { earlyFork, forkBroker, forkContainer, fromEarlyFork } from './template.ts';

export type Started =
  | { role: 'child' }
  | (Omit<Supervisor, 'readText' | 'stdio' | 'openPack' | 'findCode' | 'recorder'> & { role: 'parent' });

/** In the network broker: its own end of the channel to the supervisor. */
export interface StartedBroker {
  role: 'broker';
  controlFd: number;
}

/** `detectCgroups` of sandbox/cgroup-host.ts. */
export type DetectCgroups = (hasGroup?: boolean) => CgroupHost;

export interface StartOptions {
  /** A restored process may have its container already. */
  early?: EarlyForked | null;
  /** Finds the control groups; a rehearsal has none. */
  detect?: DetectCgroups;
}

export function startContainer(native: Native, options: StartOptions = {}): Started {
  const started = start(native, false, options);
  if (started.role === 'broker') throw new Error('no broker was asked for');
  return started;
}

/** Also forks a network broker, before anything of the caller is in memory. Where it is not needed, it is ended. */
export function startWithBroker(native: Native, options: StartOptions = {}): Started | StartedBroker {
  return start(native, true, options);
}

/** For an image: the fork of a start that needs no group before it. */
export function earlyStart(): EarlyFork {
  return { unless: { files: controllerFiles, words: baseControllers }, ...earlyFork() };
}

function start(
  native: Native,
  withBroker: boolean,
  { early = null, detect = detectCgroups }: StartOptions,
): Started | StartedBroker {
  const engine = warmEngine();
  if (early === null) native.becomeSubreaper();
  // Looking at mounts and groups leaves their names in memory: after the fork, unless a process must be born in v2.
  const needsBirth = early === null && native.anyHolds(controllerFiles, baseControllers);
  const before = needsBirth ? makeGroup(detect) : null;
  const container = early === null ? forkContainer(native, before?.cgroup.dirFd ?? -1) : fromEarlyFork(early);
  if (container.role === 'child') return container;
  const broker = withBroker ? forkBroker(native, container.mode, before?.cgroup.dirFd ?? -1) : null;
  if (broker?.role === 'child') return { role: 'broker', controlFd: broker.controlFd };
  return { role: 'parent', native, engine, container, broker, ...(before ?? makeGroup(detect, container.isRunning)) };
}

let engine: WebAssembly.Instance | null = null;

/** A module of one function, compiled: V8 then has chosen where all WebAssembly code will lie. Kept in an image. */
export function warmEngine(): WebAssembly.Instance {
  engine ??= new WebAssembly.Instance(new WebAssembly.Module(warmModule));
  return engine;
}

/** (module (func (export "f"))) */
const warmModule = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0, 10, 4, 1, 2, 0, 0x0b,
]);

function makeGroup(detect: DetectCgroups, hasGroup = false): { cgroups: CgroupHost; cgroup: Cgroup } {
  const cgroups = detect(hasGroup);
  return { cgroups, cgroup: cgroups.create() };
}

/**
 * Of cgroup v2, where it is mounted by the convention of systemd and file-hierarchy(7), alone or beside v1. With a
 * controller that is used, a process must be born in its group.
 */
const controllerFiles = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].map((mount) => `${mount}/cgroup.controllers`);
