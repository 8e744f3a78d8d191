import { writeSync } from 'node:fs';
import { errnoName } from '../kernel-error.ts';

/** A pipe that is full or closed early: what is left waits, or is dropped, as any program's output would be. */
export function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if (errnoName(error) !== 'EAGAIN') return;
    }
  }
}
