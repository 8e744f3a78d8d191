/** The images of a user, as files: what `wasmctr cache` lists and removes, and what doctor says of failures. */
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { errnoName } from '../kernel-error.ts';

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
  return names(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (!isLink(name)) return [];
    try {
      const { blocks, mtimeMs } = statSync(`${folder}/${fileOf(path)}`);
      return [{ name, bytes: blocks * 512, madeAtMs: mtimeMs }];
    } catch {
      return []; // replaced meanwhile
    }
  });
}

/** Processes that came from an image keep it as long as they live. */
export function removeImage(folder: string, { name }: Pick<ImageEntry, 'name'>): boolean {
  for (const entry of names(folder)) {
    if (entry === name || entry.startsWith(`${name}.`)) rmSync(`${folder}/${entry}`, { force: true });
  }
  return true;
}

/** Why the last attempts failed, where they did. */
export function imageFailures(folder: string): string[] {
  return names(folder)
    .filter((name) => name.endsWith('.lock'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
    .filter((reason) => reason !== '');
}

const isLink = (name: string): boolean => /^(small|big)-[0-9a-f]+$/.test(name);

function fileOf(link: string): string {
  return readlinkSync(link).split('@')[0] ?? '';
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
