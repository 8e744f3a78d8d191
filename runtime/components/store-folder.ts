/** The folder of the cache: made if need be, and trusted only when nobody else could have written into it. */
import { closeSync, constants, fstatSync, mkdirSync, openSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { O_CLOEXEC } from '../../native/linux.ts';
import { errnoName } from '../kernel-error.ts';

/** There is no cache, and why: nothing that a run fails for. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

const groupAndOthers = 0o077;

/** The descriptor: all files are reached through it, whatever is renamed or linked above. Throws StoreUnavailable. */
export function openStoreFolder(folder: string): number {
  try {
    return openOwned(folder);
  } catch (error) {
    if (errnoName(error) !== 'ENOENT') throw unavailable(folder, error);
  }
  try {
    makeFolder(folder);
    return openOwned(folder);
  } catch (error) {
    throw unavailable(folder, error);
  }
}

function openOwned(folder: string): number {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | O_CLOEXEC);
  const reason = distrust(fstatSync(fd));
  if (reason === null) return fd;
  closeSync(fd);
  throw new StoreUnavailable(`${folder}: ${reason}`);
}

/** Why something in the cache is not to be used; null: it is ours alone. */
export function distrust({ uid, mode }: Pick<Stats, 'uid' | 'mode'>): string | null {
  if (uid !== process.geteuid?.()) return `it belongs to user ${uid}`;
  return (mode & groupAndOthers) === 0 ? null : `others may use it: mode ${(mode & 0o7777).toString(8)}`;
}

function makeFolder(folder: string): void {
  const above = dirname(folder);
  // ~/.cache may be missing, a home is not made. Not `recursive`: below /proc Node would try for ever.
  makeOne(above);
  const { uid } = statSync(above);
  // root with a user's variables (sudo): a folder of root's in there would be in the user's way.
  if (uid !== process.geteuid?.() && uid !== 0) throw new StoreUnavailable(`${above}: it belongs to user ${uid}`);
  makeOne(folder);
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // It is there, or another start was faster.
    if (errnoName(error) !== 'EEXIST') throw error;
  }
}

function unavailable(folder: string, error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  return new StoreUnavailable(`${folder}: ${errnoName(error) ?? String(error)}`);
}
