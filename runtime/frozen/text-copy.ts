/**
 * Node's machine code once more, beside an image, written in large pieces: the page cache then has it in large folios,
 * which cost a start less to map and to unmap than the small ones of a file that npm unpacked.
 */
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

/** Of the page cache's largest folio. */
const pieceBytes = 2 * 1024 * 1024;

interface Range {
  start: number;
  end: number;
}

/** Writes what this process has of `path` as code, at the same offsets; the rest is a hole. */
export function copyText(path: string, to: string): void {
  const from = openSync(path, 'r');
  const into = openSync(to, 'wx+', 0o600);
  try {
    for (const range of codeOf(path)) copyRange(from, into, range);
  } finally {
    closeSync(from);
    closeSync(into);
  }
}

/** proc(5), /proc/PID/maps: `start-end r-xp offset device inode path`. */
function codeOf(path: string): Range[] {
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .filter((line) => line.endsWith(` ${path}`) && line.includes(' r-xp '))
    .map((line) => {
      const [addresses = '', , offset = ''] = line.split(' ');
      const [start = 0, end = 0] = addresses.split('-').map((address) => Number.parseInt(address, 16));
      const first = Number.parseInt(offset, 16);
      return { start: first, end: first + (end - start) };
    });
}

function copyRange(from: number, into: number, { start, end }: Range): void {
  const written = Buffer.alloc(pieceBytes);
  const readBack = Buffer.alloc(pieceBytes);
  for (let at = start; at < end; ) {
    const most = Math.min(end - at, pieceBytes - (at % pieceBytes));
    const n = readSync(from, written, 0, most, at);
    // Behind the end of the file the last page is zeros, mapped or written.
    if (n === 0) return;
    const bytes = written.subarray(0, n);
    // A full disk takes a part first, and says ENOSPC then.
    for (let done = 0; done < n; ) done += writeSync(into, bytes, done, n - done, at + done);
    readSync(into, readBack, 0, n, at);
    if (!bytes.equals(readBack.subarray(0, n))) throw new Error('the copy of the code is damaged');
    at += n;
  }
}
