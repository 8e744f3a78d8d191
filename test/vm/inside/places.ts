/** Mounts, groups and processes that the scenarios are made of. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { report } from './tap.ts';

/** Where and as whom programs are started. */
export interface Place {
  name: string;
  /** Directories to enter: one on v2. */
  groups: readonly string[];
  uid: number;
  /** A supervisor is alone in its group there, and steps aside into a leaf: nobody can enter the group after it. */
  stepsAside?: boolean;
}

export type Environment = Readonly<Record<string, string>>;

export function mount(type: string, at: string, options: string): void {
  mkdirSync(at, { recursive: true });
  execFileSync('/bin/mount', ['-t', type, '-o', options, type, at]);
}

export function makeGroup(dir: string): string {
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** Hands controllers to the groups beneath. */
export function handDown(dir: string, controllers: readonly string[]): void {
  for (const controller of controllers) writeFileSync(join(dir, 'cgroup.subtree_control'), `+${controller}`);
}

/** What a session manager does for a delegated unit (cgroups(7), "Delegation"). */
export function delegate(dir: string, uid: number): void {
  for (const file of ['', 'cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'])
    chownSync(join(dir, file), uid, uid);
}

/** A shell that enters the groups, then becomes the user and the program. */
export function startIn({ groups, uid }: Place, program: readonly string[], env: Environment = {}): ChildProcess {
  // It stays root until it is inside: entering takes rights over the common ancestor.
  const enter = groups.map((dir) => `echo 0 > ${dir}/cgroup.procs && `).join('');
  const become = ['/bin/setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
  const words = uid === 0 ? program : [...become, ...program];
  return spawn('/bin/sh', ['-c', `${enter}exec "$@"`, 'sh', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
}

/** Another process in the group, for as long as `use` takes: a session's group is never ours alone. */
export async function withNeighbour(place: Place, use: () => Promise<void>): Promise<void> {
  const neighbour = startIn(place, [process.execPath, '-e', 'setInterval(() => {}, 1e6); console.log("here")']);
  if (neighbour.stdout !== null) await once(neighbour.stdout, 'data');
  try {
    await use();
  } finally {
    neighbour.kill('SIGKILL');
    await once(neighbour, 'close');
  }
}

export interface ProgramEnd {
  stdout: string;
  stderr: string;
  /** `exit N` or the signal. */
  end: string;
}

export async function runIn(place: Place, program: readonly string[], env?: Environment): Promise<ProgramEnd> {
  const child = startIn(place, program, env);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk: Buffer) => {
      output[name] += chunk;
    });
  }
  const [code, signal] = await once(child, 'close');
  return { ...output, end: signal ?? `exit ${code}` };
}

export async function runSuite(place: Place): Promise<void> {
  const { stdout, stderr, end } = await runIn(place, [process.execPath, '/vm/suite.mjs', place.name]);
  process.stdout.write(stdout + stderr);
  report(end === 'exit 0' ? 'ok' : 'not ok', `${place.name}: the suite ran to its end`, end);
}

/** Where no limit can be enforced, that is said with this reason. */
export async function expectRefusal(place: Place, reason: string): Promise<void> {
  const { stdout, stderr, end } = await runIn(place, [process.execPath, '/vm/refusal.mjs', place.name, reason]);
  process.stdout.write(stdout + stderr);
  if (end !== 'exit 0') report('not ok', `${place.name}: is refused`, end);
}
