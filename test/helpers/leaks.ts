/**
 * What a run can leave behind: processes, cgroups, mounts, descriptors. Counted only for runs that this test process
 * started, because test files run beside each other.
 */
import { globSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processes, readOrEmpty } from './processes.ts';

/** Session ids of commands started here; each was spawned as a session leader. */
const sessions = new Set<number>();
const finished = new Set<number>();

export function rememberSession(pid: number): void {
  sessions.add(pid);
}

export function forgetSession(pid: number): void {
  sessions.delete(pid);
  finished.add(pid);
}

/** Kernel objects that exist now because of commands started here which have ended. */
export interface Leftovers {
  processes: string[];
  cgroups: string[];
  mounts: string[];
  descriptors: string[];
}

/** Processes and kernel objects vanish a moment after the command does: a leak is what stays. */
const patienceMs = 3_000;

/** Fails unless everything that finished commands made is gone. */
export async function expectNothingLeft(descriptorsBefore?: readonly string[]): Promise<void> {
  const deadline = Date.now() + patienceMs;
  let left = leftovers(descriptorsBefore);
  while (count(left) > 0 && Date.now() < deadline) {
    await sleep(20);
    left = leftovers(descriptorsBefore);
  }
  finished.clear();
  if (count(left) > 0) throw new Error(`left behind: ${JSON.stringify(left, null, 1)}`);
}

export function leftovers(descriptorsBefore?: readonly string[]): Leftovers {
  const gone = new Set(finished);
  return {
    processes: processesOf(gone),
    cgroups: wasmctrCgroups().filter((path) => belongsTo(path, gone)),
    mounts: wasmctrMounts(),
    descriptors: descriptorsBefore === undefined ? [] : newDescriptors(descriptorsBefore),
  };
}

/** Living processes of these sessions, and the dead that nobody reaps; those handed over to init are init's business. */
function processesOf(gone: ReadonlySet<number>): string[] {
  return processes()
    .filter(({ session, state, parent }) => gone.has(session) && !(state === 'Z' && parent === 1))
    .map(({ text }) => text.slice(0, 60));
}

/** At any depth: groups lie beneath the caller's own. The supervisor's own leaf (…-self) is its own business. */
export function wasmctrCgroups(): string[] {
  return globSync('/sys/fs/cgroup/**/wasmctr-*/').filter((path) => !/-self\/?$/.test(path));
}

/** wasmctr-NAMESPACE-PID-STARTED-COUNT: each folder carries the pid of the supervisor that made it. */
function belongsTo(path: string, gone: ReadonlySet<number>): boolean {
  return gone.has(Number(/\/wasmctr-\d+-(\d+)-/.exec(path)?.[1]));
}

function wasmctrMounts(): string[] {
  return readOrEmpty('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.includes('wasmctr') && !line.includes('cgroup'));
}

/** Open descriptors of this process as `number target`. */
export function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`];
    } catch {
      // The one that read this folder.
      return [];
    }
  });
}

function newDescriptors(before: readonly string[]): string[] {
  return openDescriptors().filter((entry) => !before.includes(entry));
}

function count(left: Leftovers): number {
  return left.processes.length + left.cgroups.length + left.mounts.length + left.descriptors.length;
}
