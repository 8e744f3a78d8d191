/** The processes of a command, and what they wait for when it does not end: a hang is seen once, and has to be understood then. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

interface Process {
  pid: number;
  /** One letter of proc(5), `Z` for the dead that nobody has reaped. */
  state: string;
  parent: number;
  session: number;
  /** Its line of /proc/PID/stat. */
  text: string;
}

export function processes(): Process[] {
  return readdirSync('/proc').flatMap((pid) => {
    const text = /^\d+$/.test(pid) ? readOrEmpty(`/proc/${pid}/stat`) : '';
    // pid (comm) state ppid pgrp session …: comm may hold anything, so the fields count from its last parenthesis.
    const [state, parent, , session] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (state === undefined || text === '') return [];
    return [{ pid: Number(pid), state, parent: Number(parent), session: Number(session), text }];
  });
}

/** All processes of a session, and what they forked into others: state, system call, kernel stack and descriptors. */
export function describeSession(session: number): string {
  const all = processes();
  const family = new Set([session]);
  // A parent comes before its children often, not always.
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const { pid, parent, session: own } of all) if (own === session || family.has(parent)) family.add(pid);
  }
  return all
    .filter(({ pid }) => family.has(pid))
    .map(describe)
    .join('\n');
}

function describe({ pid, text }: Process): string {
  const folder = `/proc/${pid}`;
  const threads = names(`${folder}/task`).map((thread) => {
    const stack = readOrEmpty(`${folder}/task/${thread}/stack`).replaceAll(/\[<0>\] |\n$/g, '');
    const call = readOrEmpty(`${folder}/task/${thread}/syscall`).trim();
    return `  thread ${thread}: syscall ${call}\n    ${stack.replaceAll('\n', ' < ')}`;
  });
  const descriptors = names(`${folder}/fd`).map((fd) => `${fd}=${link(`${folder}/fd/${fd}`)}`);
  return [text.split(' ').slice(0, 15).join(' '), ...threads, `  ${descriptors.join(' ')}`].join('\n');
}

export const readOrEmpty = (path: string): string => orEmpty(() => readFileSync(path, 'utf8'));
const link = (path: string): string => orEmpty(() => readlinkSync(path));
const names = (path: string): string[] =>
  orEmpty(() => readdirSync(path).join(' '))
    .split(' ')
    .filter(Boolean);

/** Processes end while one looks at them. */
function orEmpty(reading: () => string): string {
  try {
    return reading();
  } catch {
    return '';
  }
}
