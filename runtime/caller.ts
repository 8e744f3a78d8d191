/** Arguments and environment of the command, as the launcher put them into a memfd (native/launcher/launcher.c). */
import { closeSync, fstatSync, readSync } from 'node:fs';

export interface Caller {
  argv: readonly string[];
  /** `K=V`. */
  env: readonly string[];
}

export function readCaller(fd: number): Caller {
  const bytes = Buffer.allocUnsafeSlow(fstatSync(fd).size);
  let done = 0;
  while (done < bytes.length) {
    const n = readSync(fd, bytes, done, bytes.length - done, done);
    if (n === 0) throw new Error('the launcher handed over fewer arguments than it said');
    done += n;
  }
  closeSync(fd);
  // Bytes that are no UTF-8 become U+FFFD: WASI strings are Unicode.
  const [count = '0', ...strings] = bytes.toString('utf8').split('\0').slice(0, -1);
  const argc = Number(count);
  return { argv: strings.slice(0, argc), env: strings.slice(argc) };
}
