/**
 * A cache of finished artefacts on disk, private to its user: files named by kind and key, each with a trailer of its key
 * and SHA-256. Whatever is wrong with an entry makes it a miss, and whatever is wrong with the cache leaves it out: it
 * saves time, and decides nothing.
 */
import { closeSync, constants, fstatSync, futimesSync, openSync, readSync, type Stats, unlinkSync } from 'node:fs';
import { O_CLOEXEC } from '../../native/linux.ts';
import type { Native } from '../../native/native.ts';
import { errnoName } from '../kernel-error.ts';
import { fileDigest } from './file-digest.ts';
import { distrust, openStoreFolder, StoreUnavailable } from './store-folder.ts';
import type { StorePlace } from './store-place.ts';

/** What is cached; a new kind of artefact gets a name here and a version in its key. */
export const storeKinds = {
  component: 'transpiled components',
  code: 'compiled code of modules',
  digest: 'digests of big files',
} as const;
export type StoreKind = keyof typeof storeKinds;

export interface Stored {
  /** Open for reading; the artefact is its first bytes, `trailerBytes` of our own follow. */
  fd: number;
  bytes: number;
  /** `entryName`. */
  name: string;
  /** SHA-256 of the artefact. */
  digest: Uint8Array;
}

export interface Store {
  /** The artefact, or null. */
  get(kind: StoreKind, key: Uint8Array): Promise<Stored | null>;
  /** Keeps it, and makes room for it; false: there is none. Rejects with errors of the file system. */
  put(kind: StoreKind, key: Uint8Array, artefact: Uint8Array): Promise<boolean>;
  close(): void;
  /** For what goes through all entries (store-room.ts). */
  readonly folderFd: number;
}

const digestBytes = 32;
export const trailerBytes: number = 2 * digestBytes;
/** An entry's modification time is the time of its last use, to this. */
const touchAfterMs = 600_000;

/** Throws StoreUnavailable. */
export function openStore(native: Pick<Native, 'digest' | 'digestBytes'>, { folder, maxBytes }: StorePlace): Store {
  const folderFd = openStoreFolder(folder);
  const path = (name: string): string => `/proc/self/fd/${folderFd}/${name}`;
  const store: Store = {
    async get(kind, key) {
      const name = entryName(kind, key);
      const fd = openEntry(path(name));
      if (fd === null) return null;
      try {
        const checked = await checkedEntry(fd, key, (length) => fileDigest({ native, store }, fd, length));
        if (checked !== null) return { fd, name, ...checked };
      } catch (error) {
        if (errnoName(error) === null) throw error;
      }
      closeSync(fd);
      discard(path(name));
      return null;
    },
    async put(kind, key, artefact) {
      const { writeEntry } = await import('./store-write.ts');
      const trailer = Buffer.concat([key, native.digestBytes(artefact)]);
      return writeEntry(folderFd, { name: entryName(kind, key), parts: [artefact, trailer], maxBytes });
    },
    close: () => closeSync(folderFd),
    folderFd,
  };
  return store;
}

/** null where there is no cache to be trusted. */
export function storeOrNull(native: Pick<Native, 'digest' | 'digestBytes'>, place: StorePlace): Store | null {
  try {
    return openStore(native, place);
  } catch (error) {
    if (error instanceof StoreUnavailable) return null;
    throw error;
  }
}

/** An entry's file in the cache's folder. */
export function entryName(kind: StoreKind, key: Uint8Array): string {
  if (key.length !== digestBytes) throw new RangeError(`a key has ${digestBytes} bytes`);
  return `${kind}-${Buffer.from(key).toString('hex')}`;
}

function openEntry(path: string): number | null {
  try {
    // Without blocking: a FIFO in its place would never open.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | O_CLOEXEC);
  } catch (error) {
    // Mostly ENOENT. ELOOP: a symbolic link; the next put replaces it.
    if (errnoName(error) !== null) return null;
    throw error;
  }
}

function discard(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // A read-only disk, or a directory: it stays a miss.
  }
}

/** null when it is not what was put there. */
async function checkedEntry(
  fd: number,
  key: Uint8Array,
  digest: (length: number) => Promise<Uint8Array>,
): Promise<Pick<Stored, 'bytes' | 'digest'> | null> {
  const stat = fstatSync(fd);
  const bytes = stat.size - trailerBytes;
  if (!stat.isFile() || distrust(stat) !== null || bytes < 0) return null;
  const trailer = Buffer.alloc(trailerBytes);
  readSync(fd, trailer, 0, trailerBytes, bytes);
  if (!trailer.subarray(0, digestBytes).equals(key)) return null;
  const kept = trailer.subarray(digestBytes);
  if (!kept.equals(await digest(bytes))) return null;
  touch(fd, stat);
  return { bytes, digest: kept };
}

function touch(fd: number, { mtimeMs }: Stats): void {
  const now = new Date();
  if (now.getTime() - mtimeMs < touchAfterMs) return;
  try {
    futimesSync(fd, now, now);
  } catch {
    // On a read-only disk nothing is evicted either.
  }
}
