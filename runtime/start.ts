/** Forks the container of one run and makes its control group, in the order that the kernel's cgroup version wants. */
import { readFileSync } from 'node:fs';
import type { Native } from '../native/native.ts';
import type { Supervisor } from './run.ts';
import { baseControllers, type Cgroup, type CgroupHost } from './sandbox/cgroup.ts';
import { detectCgroups } from './sandbox/cgroup-host.ts';
import { forkBroker, forkContainer } from './template.ts';

export type Started =
  | { role: 'child' }
  | (Omit<Supervisor, 'readText' | 'stdio' | 'openPack' | 'findCode'> & { role: 'parent' });

/** In the network broker: its own end of the channel to the supervisor. */
export interface StartedBroker {
  role: 'broker';
  controlFd: number;
}

/** `detect`: what finds the control groups; a rehearsal has none. */
export function startContainer(native: Native, detect: () => CgroupHost = detectCgroups): Started {
  const started = start(native, false, detect);
  if (started.role === 'broker') throw new Error('no broker was asked for');
  return started;
}

/** Also forks a network broker, before anything of the caller is in memory. Where it is not needed, it is ended. */
export function startWithBroker(native: Native): Started | StartedBroker {
  return start(native, true, detectCgroups);
}

function start(native: Native, withBroker: boolean, detect: () => CgroupHost): Started | StartedBroker {
  const engine = warmEngine();
  native.becomeSubreaper();
  // Looking at mounts and groups leaves their names in memory: after the fork, unless a process must be born in v2.
  const before = needsBirthInCgroup() ? makeGroup(detect) : null;
  const container = forkContainer(native, before?.cgroup.dirFd ?? -1);
  if (container.role === 'child') return container;
  const broker = withBroker ? forkBroker(native, container.mode, before?.cgroup.dirFd ?? -1) : null;
  if (broker?.role === 'child') return { role: 'broker', controlFd: broker.controlFd };
  return { role: 'parent', native, engine, container, broker, ...(before ?? makeGroup(detect)) };
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

function makeGroup(detect: () => CgroupHost): { cgroups: CgroupHost; cgroup: Cgroup } {
  const cgroups = detect();
  return { cgroups, cgroup: cgroups.create() };
}

/** Where cgroup v2 is mounted, by the convention of systemd and file-hierarchy(7): alone, or beside v1. */
const v2Mounts = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];

function needsBirthInCgroup(): boolean {
  return v2Mounts.some((mount) => {
    const controllers = readControllers(`${mount}/cgroup.controllers`);
    return baseControllers.some((controller) => controllers.includes(controller));
  });
}

function readControllers(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').trim().split(' ');
  } catch {
    return []; // no cgroup v2 here
  }
}
