/** Puts an entry into the cache. Loaded only for that. */
import { closeSync, constants, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { O_CLOEXEC } from '../../native/linux.ts';
import { evict, temporaryName } from './store-room.ts';

export interface NewEntry {
  name: string;
  /** Its content, in pieces. */
  parts: readonly Uint8Array[];
  /** Of all entries together. */
  maxBytes: number;
}

/** Makes room for it first; false when it would never fit. */
export function writeEntry(folderFd: number, { name, parts, maxBytes }: NewEntry): boolean {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  if (bytes > maxBytes) return false;
  evict(folderFd, maxBytes - bytes);
  const folder = `/proc/self/fd/${folderFd}`;
  writeWhole(`${folder}/${temporaryName()}`, `${folder}/${name}`, parts);
  return true;
}

/** All or nothing: readers see the entry under its name when it is complete. */
function writeWhole(temporary: string, final: string, parts: readonly Uint8Array[]): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | O_CLOEXEC;
  const fd = openSync(temporary, flags, 0o600);
  try {
    for (const part of parts) for (let done = 0; done < part.length; ) done += writeSync(fd, part, done);
    // No fsync: after a crash the digest tells a file that never reached the disk.
    renameSync(temporary, final);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(fd);
  }
}
