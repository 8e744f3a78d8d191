/** What the caller's stdin, stdout and stderr are, for the guest and for its filter. */
import { fstatSync } from 'node:fs';
import { type FileKind, fileKinds } from '../native/data.ts';

/** `openMask` has a bit for each that was open when the launcher started: Node puts /dev/null in place of the others. */
export function stdioKinds(openMask: number): readonly (FileKind | null)[] {
  return [0, 1, 2].map((fd) => (openMask & (1 << fd) ? kindOf(fd) : null));
}

function kindOf(fd: number): FileKind {
  const stat = fstatSync(fd);
  if (stat.isFile()) return fileKinds.regularFile;
  if (stat.isCharacterDevice()) return isMemoryDevice(stat.rdev) ? fileKinds.characterDevice : fileKinds.terminal;
  if (stat.isSocket()) return fileKinds.streamSocket;
  if (stat.isDirectory()) return fileKinds.directory;
  return stat.isBlockDevice() ? fileKinds.blockDevice : fileKinds.unknown;
}

/** /dev/null and its like (major 1): programs must not take them for a terminal. */
function isMemoryDevice(rdev: number): boolean {
  return rdev >>> 8 === 1;
}
