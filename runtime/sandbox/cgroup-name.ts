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

/** Start times looked up in one sweep: with hundreds of supervisors alive, each start would read hundreds of files. */
const lookups = 16;

/** Those groups of ours whose supervisor certainly ended; one in another pid namespace can't be judged. */
export function staleGroups(names: readonly string[], own: Supervisor): string[] {
  const stale: string[] = [];
  const alive: { name: string; owner: Supervisor }[] = [];
  for (const name of names) {
    const owner = ownerOf(name);
    if (owner === null || owner.pidNamespace !== own.pidNamespace) continue;
    if (owner.pid === own.pid) {
      if (owner.startTicks !== own.startTicks) stale.push(name);
    } else if (exists(owner.pid)) alive.push({ name, owner });
    else stale.push(name);
  }
  // A pid that exists again is rare: each sweep looks at some, another at others.
  const start = alive.length > lookups ? own.pid % alive.length : 0;
  for (const { name, owner } of [...alive.slice(start), ...alive.slice(0, start)].slice(0, lookups)) {
    const state = processState(String(owner.pid));
    // Unreadable although it exists (hidepid): not ours to judge.
    if (state !== null && (state.startTicks !== owner.startTicks || state.dead)) stale.push(name);
  }
  return stale;
}

function ownerOf(name: string): Supervisor | null {
  // Before the expression: nearly always there is nothing of ours, and its first use is the costly one.
  const match = name.startsWith('wasmctr-') ? pattern.exec(name) : null;
  if (match === null) return null;
  return { pidNamespace: Number(match[1]), pid: Number(match[2]), startTicks: Number(match[3]) };
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
