/** Processes for the cgroup suite: each joins a group by itself, as a container does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Cgroup, CgroupLimits } from '../../runtime/sandbox/cgroup.ts';

export const noLimits: CgroupLimits = {
  memoryBytes: null,
  pids: null,
  cpus: null,
  cpuWeight: null,
  cpuset: null,
  io: [],
  freezer: false,
};

export interface InsideProcess {
  pid: number;
  child: ChildProcess;
  /** The next line of its output. */
  line(): Promise<string>;
  end: Promise<ProcessEnd>;
}

export interface ProcessEnd {
  code: number | null;
  signal: string | null;
  stderr: string;
}

/** Starts the helper (cgroup-child.c) inside the group. */
export function startInside(cgroup: Cgroup, helper: string, action: readonly string[]): InsideProcess {
  const joins = [...cgroup.taskFds()];
  // The suite has no CLONE_INTO_CGROUP: on v2 too the process writes itself in.
  const procs = cgroup.dirFd === -1 ? -1 : openSync(`/proc/self/fd/${cgroup.dirFd}/cgroup.procs`, constants.O_WRONLY);
  if (procs !== -1) joins.push(procs);
  const child = spawn(helper, [String(joins.length), ...action], { stdio: ['ignore', 'pipe', 'pipe', ...joins] });
  if (procs !== -1) closeSync(procs);
  cgroup.closeFds();
  if (child.pid === undefined || child.stdout === null || child.stderr === null) throw new Error(`${helper}: no start`);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  return {
    pid: child.pid,
    child,
    line: async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the helper ended: ${Buffer.concat(errors)}`);
      return value;
    },
    end: once(child, 'close').then(([code, signal]) => ({ code, signal, stderr: Buffer.concat(errors).toString() })),
  };
}

/** Runs the helper to its end inside the group and returns its first line and its end. */
export async function runInside(
  cgroup: Cgroup,
  helper: string,
  action: readonly string[],
): Promise<ProcessEnd & { line: string }> {
  const inside = startInside(cgroup, helper, action);
  const line = await inside.line().catch(() => '');
  return { line, ...(await inside.end) };
}
