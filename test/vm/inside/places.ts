/** Mounts, groups and processes that the scenarios are made of. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { report } from './tap.ts';

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

/** A shell that enters the groups, optionally becomes someone else, and turns into Node with this program. */
function startIn(groups: readonly string[], uid: number, program: readonly string[]): ChildProcess {
  const enter = groups.map((dir) => `echo 0 > ${dir}/cgroup.procs`).join(' && ') || 'true';
  // It stays root until it is inside: entering takes rights over the common ancestor.
  const become = `process.setgroups([]);process.setgid(${uid});process.setuid(${uid})`;
  const start = uid === 0 ? [] : ['--import', `data:text/javascript,${become}`];
  return spawn('/bin/sh', ['-c', `${enter} && exec "$0" "$@"`, process.execPath, ...start, ...program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Another process in the group, for as long as `use` takes: a session's group is never ours alone. */
export async function withNeighbour(dir: string, uid: number, use: () => Promise<void>): Promise<void> {
  const neighbour = startIn([dir], uid, ['-e', 'setInterval(() => {}, 1e6); console.log("here")']);
  if (neighbour.stdout !== null) await once(neighbour.stdout, 'data');
  try {
    await use();
  } finally {
    neighbour.kill('SIGKILL');
    await once(neighbour, 'close');
  }
}

/** Passes on what the program prints and returns its exit code. */
export async function runIn(groups: readonly string[], uid: number, program: readonly string[]): Promise<string> {
  const child = startIn(groups, uid, program);
  child.stdout?.pipe(process.stdout, { end: false });
  const [code, signal] = await once(child, 'close');
  return signal ?? `exit ${code}`;
}

export async function runSuite(scenario: string, groups: readonly string[], uid: number): Promise<void> {
  const end = await runIn(groups, uid, ['/vm/suite.mjs', scenario]);
  report(end === 'exit 0' ? 'ok' : 'not ok', `${scenario}: the suite ran to its end`, end);
}

/** Where no limit can be enforced, that is said with this reason. */
export async function expectRefusal(scenario: string, dir: string, uid: number, reason: string): Promise<void> {
  const end = await runIn([dir], uid, ['/vm/refusal.mjs', scenario, reason]);
  if (end !== 'exit 0') report('not ok', `${scenario}: is refused`, end);
}
