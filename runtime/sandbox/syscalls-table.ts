/** Names and numbers of system calls on the two architectures that wasmctr runs on. */
import { arm64Calls } from './syscalls-arm64.ts';
import { x64Calls } from './syscalls-x64.ts';

export type Arch = 'x64' | 'arm64';

/** Names that have consecutive numbers, separated by white space. */
export interface SyscallRun {
  first: number;
  names: string;
}

interface SyscallTable {
  byName: ReadonlyMap<string, number>;
  byNumber: ReadonlyMap<number, string>;
}

const runs: Readonly<Record<Arch, readonly SyscallRun[]>> = { x64: x64Calls, arm64: arm64Calls };
const tables = new Map<Arch, SyscallTable>();

/** undefined: the architecture has no such call. */
export function syscallNumber(arch: Arch, name: string): number | undefined {
  return table(arch).byName.get(name);
}

/** The name of a call, or its number in words when it is newer than the table. */
export function syscallName(arch: Arch, nr: number): string {
  return table(arch).byNumber.get(nr) ?? `syscall ${nr}`;
}

export function syscallNames(arch: Arch): ReadonlyMap<string, number> {
  return table(arch).byName;
}

/** True when either architecture has the call. */
export function isSyscall(name: string): boolean {
  return table('x64').byName.has(name) || table('arm64').byName.has(name);
}

/** The known name nearest to a misspelt one, or null when none is near. */
export function nearestName(wrong: string, names: Iterable<string>): string | null {
  let best: string | null = null;
  // A third of the letters wrong is a typing error; more is another word.
  let bestDistance = Math.floor(wrong.length / 3) + 1;
  for (const name of names) {
    const distance = editDistance(wrong, name, bestDistance);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Built on first use: most runs need one architecture. */
function table(arch: Arch): SyscallTable {
  const known = tables.get(arch);
  if (known) return known;
  const byName = new Map<string, number>();
  const byNumber = new Map<number, string>();
  for (const { first, names } of runs[arch])
    for (const [i, name] of names.trim().split(/\s+/).entries()) {
      byName.set(name, first + i);
      byNumber.set(first + i, name);
    }
  const made = { byName, byNumber };
  tables.set(arch, made);
  return made;
}

/** Levenshtein's distance, or `limit` when it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return Math.min(row[b.length] ?? limit, limit);
}
