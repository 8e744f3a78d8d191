/** The entries of the cache: listing them, and keeping their sum within bounds. */
import { lstatSync, readdirSync, type Stats, unlinkSync } from 'node:fs';
import { errnoName } from '../kernel-error.ts';

export interface StoreEntry {
  kind: string;
  /** Hexadecimal. */
  key: string;
  bytes: number;
  usedAtMs: number;
  name: string;
}

const temporaryPrefix = '.new-';
/** No writer takes as long: what is older was left by one that was killed. */
const abandonedAfterMs = 60_000;

export function temporaryName(): string {
  // The pid alone is not enough: containers that share the folder have the same ones.
  return `${temporaryPrefix}${process.pid}-${Math.random().toString(36).slice(2)}`;
}

/** Least recently used first. Removes what killed writers left. */
export function listStore(folderFd: number): StoreEntry[] {
  const entries: StoreEntry[] = [];
  const folder = `/proc/self/fd/${folderFd}`;
  for (const name of readdirSync(folder)) {
    const stat = statOrNull(`${folder}/${name}`);
    if (stat === null) continue;
    // Not ours, whatever its name: it stays.
    if (stat.isDirectory()) continue;
    if (name.startsWith(temporaryPrefix)) {
      if (Date.now() - stat.mtimeMs > abandonedAfterMs) discard(folderFd, name);
      continue;
    }
    const [, kind, key] = /^([a-z]+)-([0-9a-f]{64})$/.exec(name) ?? [];
    if (kind === undefined || key === undefined) continue;
    entries.push({ kind, key, bytes: stat.size, usedAtMs: stat.mtimeMs, name });
  }
  return entries.sort((a, b) => a.usedAtMs - b.usedAtMs);
}

function statOrNull(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errnoName(error) === 'ENOENT') return null; // another process removed it
    throw error;
  }
}

/** False when it was gone already. */
export function remove(folderFd: number, name: string): boolean {
  try {
    unlinkSync(`/proc/self/fd/${folderFd}/${name}`);
    return true;
  } catch (error) {
    if (errnoName(error) === 'ENOENT') return false;
    throw error;
  }
}

function discard(folderFd: number, name: string): void {
  try {
    remove(folderFd, name);
  } catch {
    // A read-only disk: listing what is there must do without.
  }
}

/**
 * Removes the least recently used until the rest has at most `maxBytes`, and returns what was removed. Goes on after what
 * can't be removed; throws why only where too much is left.
 */
export function evict(folderFd: number, maxBytes: number): StoreEntry[] {
  const entries = listStore(folderFd);
  let total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const removed: StoreEntry[] = [];
  let failure: unknown = null;
  for (const entry of entries) {
    if (total <= maxBytes) break;
    try {
      if (remove(folderFd, entry.name)) removed.push(entry);
      total -= entry.bytes;
    } catch (error) {
      failure ??= error;
    }
  }
  if (total > maxBytes && failure !== null) throw failure;
  return removed;
}
