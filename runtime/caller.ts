/** Arguments and environment of the command, as the launcher put them into a memfd (native/launcher/handover.c). */
import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { WasmctrError } from './errors.ts';

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
  const strings = splitAtNul(bytes);
  const argc = Number(strings[0]?.toString('latin1'));
  return {
    argv: strings.slice(1, argc + 1).map(decodeArgument),
    // Only what is granted matters, and that is looked up by name.
    env: strings.slice(argc + 1).map((entry) => entry.toString('utf8')),
  };
}

function splitAtNul(bytes: Buffer): Buffer[] {
  const parts = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0, from);
    parts.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return parts;
}

/** WASI strings are Unicode: other bytes are refused rather than changed. */
function decodeArgument(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const shown = bytes.toString('utf8').slice(0, 64);
  throw new WasmctrError(
    'usage',
    `argument is not valid UTF-8: ${shown}: EILSEQ`,
    'rename the file, or pass it on stdin',
  );
}
