/**
 * What control groups are made of. One object that is called through, so that a rehearsal of a start can play it
 * (played-groups.ts): an image must not have seen those of its maker.
 */
import { accessSync, constants, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';

export interface CgroupFs {
  /** Throws when it is not writable. */
  checkWritable(path: string): void;
  exists(path: string): boolean;
  list(dir: string): string[];
  mkdir(path: string): void;
  open(path: string, flags: number): number;
  readText(path: string): string;
  rmdir(path: string): void;
}

export const cgroupFs: CgroupFs = {
  checkWritable: (path) => accessSync(path, constants.W_OK),
  exists: existsSync,
  list: (dir) => readdirSync(dir),
  mkdir: (path) => mkdirSync(path),
  open: (path, flags) => openSync(path, flags),
  readText: (path) => readFileSync(path, 'utf8'),
  rmdir: (path) => rmdirSync(path),
};
