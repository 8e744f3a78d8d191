/**
 * Names of our groups: they say which supervisor a group belongs to, so that another can tell a stale group from a live
 * one without any state file. The pid alone would not do: pids are reused, and mean something else in each pid namespace.
 */
import { readFileSync, statSync } from 'node:fs';

const pattern = /^wasmctr-(\d+)-(\d+)-(\d+)-(?:\d+|self)$/;

export interface Supervisor {
  /** Inode of its pid namespace. */
  pidNamespace: number;
  pid: number;
  /** Clock ticks from boot to its start. */
  startTicks: number;
}

export function ownSupervisor(): Supervisor {
  const own = processState('self');
  if (own === null) throw new Error('/proc/self/stat is unreadable');
  return { pidNamespace: statSync('/proc/self/ns/pid').ino, pid: process.pid, startTicks: own.startTicks };
}

export function groupName(owner: Supervisor, suffix: number | 'self'): string {
  return `wasmctr-${owner.pidNamespace}-${owner.pid}-${owner.startTicks}-${suffix}`;
}

/** True only for a group of ours whose supervisor certainly ended; one in another pid namespace can't be judged. */
export function isStale(name: string, own: Supervisor): boolean {
  // Before the expression: nearly always there is nothing of ours, and its first use is the costly one.
  const match = name.startsWith('wasmctr-') ? pattern.exec(name) : null;
  if (match === null) return false;
  const [pidNamespace, pid, startTicks] = match.slice(1).map(Number);
  if (pid === undefined || pidNamespace !== own.pidNamespace) return false;
  if (pid === own.pid) return startTicks !== own.startTicks;
  if (!exists(pid)) return true;
  const state = processState(String(pid));
  // Unreadable although it exists (hidepid): not ours to judge.
  return state !== null && (state.startTicks !== startTicks || state.dead);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function processState(pid: string): { startTicks: number; dead: boolean } | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The command's name may hold spaces and parentheses: fields count from its last one. Field 22 is the start.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { startTicks: Number(fields[19]), dead: fields[0] === 'Z' || fields[0] === 'X' };
}
