/** Freezing of the seam: a warm process becomes a file, and each start from that file is a copy of it. */
import type { Fd } from './native.ts';

/** What a restored process is told by the launcher; everything else is as it was when it was frozen. */
export interface Restored {
  role: 'restored';
  /** process.pid is that of the frozen process. */
  pid: number;
  argumentsFd: Fd;
  /** A bit for each of stdin, stdout and stderr that the caller has open. */
  openStdio: number;
  /** module, component or unknown: what the file that is to run looks like. */
  kind: string;
  /** network or offline: whether its flags may want a network. */
  network: string;
  /** Since the launcher's first instruction. */
  elapsedMs: number;
}

export interface Freezer {
  /**
   * Forks; the child writes itself to `image` and ends. Returns once here, and once in each process that is ever restored
   * from it. `identity` holds what must be the same then (FrozenIdentity of image.h), `files` are paths whose files must
   * not have changed, besides those that are mapped.
   */
  freeze(image: Fd, identity: Fd, files: readonly string[]): Restored | { role: 'written' };
  /**
   * Forks a process that rehearses what the supervisor (0) or the container (1) does after their fork: true there. False
   * here, once it has ended; what it touched is asked for at once in every copy of this process.
   */
  forkTrainee(who: 0 | 1): boolean;
  /** In the rehearsing process: tells what it has touched, and ends. */
  endTraining(): never;
  /** Reads a written image again; throws when it is not what was written. Returns its seal, 16 hexadecimal digits. */
  sealImage(image: Fd): string;
}
