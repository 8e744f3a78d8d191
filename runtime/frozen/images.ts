/** The images of a user, as files: what `wasmctr cache` lists and removes, and what doctor says of failures. */
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import type { Native } from '../../native/native.ts';
import { errnoName } from '../kernel-error.ts';

type Locker = Pick<Native, 'tryLock'>;

export interface ImageEntry {
  /** small-… or big-…: compile policy, and a hash of the package's folder. */
  name: string;
  /** On disk; its holes take no room. */
  bytes: number;
  madeAtMs: number;
}

/** As the launcher has it (native/launcher/folder.c); `cacheFolder` is that of `wasmctr` in general. */
export function imageFolder(cacheFolder: string): string {
  return `${cacheFolder}/frozen`;
}

export function listImages(folder: string): ImageEntry[] {
  const entries = names(folder);
  const images = new Set(
    entries.flatMap((entry) => (entry.endsWith('.lock') ? [] : (imagePattern.exec(entry)?.[1] ?? []))),
  );
  return [...images].map((name) => {
    // Also those that no link names: a process was killed while it wrote them.
    const stats = entries
      .filter((entry) => entry.startsWith(`${name}.`))
      .flatMap((entry) => statSync(`${folder}/${entry}`, { throwIfNoEntry: false }) ?? []);
    const bytes = stats.reduce((sum, { blocks }) => sum + blocks * 512, 0);
    return { name, bytes, madeAtMs: Math.max(0, ...stats.map(({ mtimeMs }) => mtimeMs)) };
  });
}

/** Processes that came from an image keep it as long as they live. What is being written just now stays. */
export function removeImage(native: Locker, folder: string, { name }: Pick<ImageEntry, 'name'>): boolean {
  const lockFd = openSync(`${folder}/${name}.lock`, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    if (native.tryLock(lockFd)) {
      for (const entry of names(folder)) {
        if (entry === name || entry.startsWith(`${name}.`))
          rmSync(`${folder}/${entry}`, { force: true, recursive: true });
      }
    } else {
      const file = fileOf(`${folder}/${name}`);
      for (const entry of file === null ? [] : [name, file]) rmSync(`${folder}/${entry}`, { force: true });
    }
  } finally {
    closeSync(lockFd);
  }
  return true;
}

/** Removes the oldest until the rest has at most `maxBytes`; `own`, the images of this very package, at last. */
export function evictImages(native: Locker, folder: string, maxBytes: number, dist: string): ImageEntry[] {
  const isOwn = ({ name }: ImageEntry): number => (distOf(folder, name) === dist ? 1 : 0);
  const images = listImages(folder).sort((a, b) => isOwn(a) - isOwn(b) || a.madeAtMs - b.madeAtMs);
  let total = images.reduce((sum, { bytes }) => sum + bytes, 0);
  const removed: ImageEntry[] = [];
  for (const image of images) {
    if (total <= maxBytes) break;
    removeImage(native, folder, image);
    total -= image.bytes;
    removed.push(image);
  }
  return removed;
}

const maxAgeMs = 30 * 86_400_000;

/** Removes images of packages that are gone, and those that nobody has made anew for a month; never that of `name`. */
export function removeUnused(native: Locker, folder: string, name: string): void {
  for (const image of listImages(folder)) {
    if (image.name === name) continue;
    const dist = distOf(folder, image.name);
    const isGone = dist !== null && !existsSync(`${dist}/cli.cjs`);
    if (isGone || Date.now() - image.madeAtMs > maxAgeMs) removeImage(native, folder, image);
  }
}

/** FROZEN_PAGES_AT of native/src/freeze/image.h: the names of an image's files lie before it. */
const metadataBytes = 65_536;

/** The folder of the bundle that an image was made of; null where there is no whole image. */
export function distOf(folder: string, name: string): string | null {
  const file = fileOf(`${folder}/${name}`);
  if (file === null) return null;
  const metadata = Buffer.alloc(metadataBytes);
  try {
    const fd = openSync(`${folder}/${file}`, constants.O_RDONLY | constants.O_NOFOLLOW);
    readSync(fd, metadata, 0, metadataBytes, 0);
    closeSync(fd);
  } catch {
    return null; // replaced meanwhile
  }
  return /\0(\/[^\0]*)\/cli\.cjs\0/.exec(metadata.toString())?.[1] ?? null;
}

/** Why the last attempts failed, where they did. */
export function imageFailures(folder: string): string[] {
  return names(folder)
    .filter((name) => name.endsWith('.lock'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
    .filter((reason) => reason !== '')
    .map((reason) => (reason === '\0' ? 'the disk is full' : reason));
}

/** The link to an image, or a file of it. */
const imagePattern = /^((?:small|big)-[0-9a-f]+)(?:\.|$)/;

function fileOf(link: string): string | null {
  try {
    return readlinkSync(link).split('@')[0] ?? null;
  } catch {
    return null; // only unfinished files
  }
}

/** Nobody else's folder is read, as the launcher reads none. */
function names(folder: string): string[] {
  try {
    const { uid, mode } = lstatSync(folder);
    return uid === process.geteuid?.() && (mode & 0o22) === 0 ? readdirSync(folder) : [];
  } catch (error) {
    if (errnoName(error) === 'ENOENT' || errnoName(error) === 'EACCES') return [];
    throw error;
  }
}
