/** A guest with a stream at each of two FIFOs, whose other ends the test holds. */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { FilesystemGuest } from './filesystem.ts';
import { planted } from './tree.ts';

const fds: number[] = [];
afterEach(() => {
  for (const fd of fds.splice(0)) closeSync(fd);
});
/** Closed when the test is over. */
export const kept = (fd: number): number => {
  fds.push(fd);
  return fd;
};

export interface Piped {
  guest: FilesystemGuest;
  /** Streams of the guest's at the two FIFOs. */
  input: number;
  output: number;
  /** The test's ends. */
  writer: number;
  reader: number;
}

export function piped(): Piped {
  const { guest, folder } = planted();
  const fifo = (name: string): string => {
    execFileSync('mkfifo', [join(folder, name)]);
    return join(folder, name);
  };
  const [inPath, outPath] = [fifo('in'), fifo('out')];
  // Both ways: neither open waits then, and the end comes when the test closes it.
  const writer = kept(openSync(inPath, constants.O_RDWR));
  const reader = kept(openSync(outPath, constants.O_RDWR | constants.O_NONBLOCK));
  const input = guest.stream('read', guest.open('in')) as number;
  const output = guest.stream('write', guest.open('out', { flags: ['write'] })) as number;
  return { guest, input, output, writer, reader };
}

/** What has come, without waiting. */
export function received(fd: number): string {
  const bytes = new Uint8Array(1 << 20);
  try {
    return Buffer.from(bytes.subarray(0, readSync(fd, bytes))).toString();
  } catch {
    return '';
  }
}

/** Closes an end of the test's. */
export const end = (fd: number): void => closeSync(fds.splice(fds.indexOf(fd), 1)[0] ?? -1);
