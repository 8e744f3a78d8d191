/** SHA-256 of a file. Of a big one it is remembered in the cache, by what says that the file is the same. */
import { type BigIntStats, closeSync, fstatSync, readFileSync, readSync } from 'node:fs';
import type { Native } from '../../native/native.ts';
import { errnoName } from '../kernel-error.ts';
import type { Store } from './store.ts';

export interface DigestContext {
  native: Pick<Native, 'digest' | 'digestBytes'>;
  /** null: nothing is remembered. */
  store: Store | null;
}

/** Hashing less takes half a millisecond; the 13 MB of a JavaScript component would take 9. */
const rememberedFromBytes = 1024 * 1024;
/** A clock's tick, and far more: whoever writes within the tick in which a file was hashed leaves its times as they are. */
const settledAfterMs = 2000;
const digestBytes = 32;

/** Of its first `length` bytes. Throws NativeError; ENODATA where there are fewer. */
export async function fileDigest({ native, store }: DigestContext, fd: number, length: number): Promise<Uint8Array> {
  const boot = length < rememberedFromBytes || store === null ? null : bootId();
  if (boot === null || store === null) return native.digest(fd, length);
  const stat = fstatSync(fd, { bigint: true });
  if (!isOursToWrite(stat)) return native.digest(fd, length);
  const name = identity(stat, boot, length);
  const key = native.digestBytes(Buffer.from(name));
  const known = await recall(store, key);
  if (known !== null) return known;
  const digest = native.digest(fd, length);
  const settled = Date.now() - Number(stat.ctimeMs) > settledAfterMs;
  if (settled && identity(fstatSync(fd, { bigint: true }), boot, length) === name) {
    await remember(store, key, digest);
  }
  return digest;
}

export interface KnownDigest {
  /** null: nothing is remembered of this file. */
  digest: Uint8Array | null;
  /** Whether one would be remembered: nobody but us and root could change the file without a trace. */
  isOurs: boolean;
}

/** What `fileDigest` would not have to compute. */
export async function knownDigest(
  { native, store }: DigestContext & { store: Store },
  fd: number,
  length: number,
): Promise<KnownDigest> {
  const boot = bootId();
  const stat = fstatSync(fd, { bigint: true });
  if (boot === null || !isOursToWrite(stat)) return { digest: null, isOurs: false };
  return { digest: await recall(store, native.digestBytes(Buffer.from(identity(stat, boot, length)))), isOurs: true };
}

/** Writing through a mapping may leave a file's times as they are: only we, or root, may have done that. */
function isOursToWrite({ uid, mode }: BigIntStats): boolean {
  const groupAndOthersWrite = 0o022n;
  const isTrusted = uid === 0n || uid === BigInt(process.geteuid?.() ?? -1);
  return isTrusted && (mode & groupAndOthersWrite) === 0n;
}

/** Whether its facts stand for its bytes: nobody else may change it without a trace, and nobody has just done so. */
export function isSettled(stat: BigIntStats): boolean {
  return isOursToWrite(stat) && Date.now() - Number(stat.ctimeMs) > settledAfterMs;
}

/** Until the next boot: a crash can lose what was written, and keep the times. */
function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return null; // a /proc without it
  }
}

/** Nobody sets the time of a change. */
function identity({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats, boot: string, length: number): string {
  return `digest ${boot} ${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs} ${length}`;
}

async function recall(store: Store, key: Uint8Array): Promise<Uint8Array | null> {
  const found = await store.get('digest', key);
  if (found === null) return null;
  const digest = Buffer.alloc(digestBytes);
  const n = readSync(found.fd, digest, 0, digestBytes, 0);
  closeSync(found.fd);
  return n === digestBytes ? digest : null;
}

async function remember(store: Store, key: Uint8Array, digest: Uint8Array): Promise<void> {
  try {
    await store.put('digest', key, digest);
  } catch (error) {
    // A full or read-only disk: it is computed again the next time.
    if (errnoName(error) === null) throw error;
  }
}
