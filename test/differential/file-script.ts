/** Runs one list of file calls twice, natively in a plain folder and as a guest in a granted one, and collects both. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../helpers/guests.ts';
import { type Wasi, wasi1 } from '../helpers/wasi.ts';
import { runGuest } from '../helpers/wasmctr.ts';

const source = join(root, 'guests/c/file-script.c');
const native = join(root, 'guests/build/native/file-script');

/** The same program for Linux. Built each time: it takes a tenth of a second. */
export function buildNative(): void {
  mkdirSync(join(native, '..'), { recursive: true });
  const include = `-I${join(root, 'guests/c/include')}`;
  const partial = `${native}.${process.pid}`;
  execFileSync('cc', ['-D_GNU_SOURCE', '-O1', include, source, '-o', partial]);
  execFileSync('mv', [partial, native]);
}

/** It says yes to O_APPEND on an open file, but appends nothing; and asks nobody for no bytes. */
const beyondAdapter = /^(setfl .*|read \d+ 0|pread \d+ \S+ 0)$/;

export interface Outcome {
  /** One line a call: the call and what it gave. */
  lines: string[];
  /** The folder afterwards. */
  tree: string[];
}

export interface Comparison {
  native: Outcome;
  guest: Outcome;
}

export async function compare(calls: readonly string[], { version, of }: Wasi = wasi1): Promise<Comparison> {
  const possible = version === '0.1' ? calls : calls.filter((call) => !beyondAdapter.test(call));
  const seen = version === '0.1' ? (line: string) => line : withoutDirectoryErrors;
  const script = `${possible.join('\n')}\n`;
  const scratch = mkdtempSync(join(tmpdir(), 'wasmctr-differential-'));
  try {
    const [plain, granted] = [join(scratch, 'plain'), join(scratch, 'granted')];
    mkdirSync(plain);
    mkdirSync(granted);
    const expected = execFileSync(native, [plain], { input: script, encoding: 'utf8' });
    const { stdout, stderr, code } = await runGuest(of('c/file-script'), [], {
      flags: ['--dir', `${granted}::/`],
      stdin: script,
    });
    if (code !== 0) throw new Error(`the guest ended with ${code}: ${stderr}\n${stdout}`);
    return {
      native: { lines: expected.trimEnd().split('\n').map(seen), tree: treeOf(plain) },
      guest: { lines: stdout.trimEnd().split('\n').map(asOnLinux).map(seen), tree: treeOf(granted) },
    };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

// Not compared: empty paths, which wasi-libc turns into ".", and times before 1970, which WASI has no numbers for.

/** Errors that differ by the rules, not by mistake. */
function asOnLinux(line: string): string {
  return (
    line
      // Not opened for writing: the wrong mode in Linux, a missing right in WASI, which wasi-libc translates elsewhere.
      .replace(/^(ftruncate .* -> )ENOTCAPABLE$/, '$1EINVAL')
  );
}

/** The adapter has one error for a directory and for a descriptor that is closed or can't be read. */
function withoutDirectoryErrors(line: string): string {
  return line.replace(/^((?:p?read|ftruncate) .* -> )(EISDIR|EINVAL|EBADF)$/, '$1EITHER');
}

/** A new link named `file/`: WASI's test suite wants POSIX's ENOTDIR, where Linux says that the name exists. */
export function withoutSlash(line: string): string {
  return line.replace(/^((?:sym)?link \S+ \S+\/ -> )E(NOTDIR|EXIST)$/, '$1EITHER');
}

/** Type, mode, links, content and target of all beneath a folder. */
export function treeOf(folder: string, at = ''): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(join(folder, at))
    .sort()
    .flatMap((name) => {
      const path = join(at, name);
      const stat = lstatSync(join(folder, path));
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isDirectory()) return [`${path}/ ${mode}`, ...treeOf(folder, path)];
      if (stat.isSymbolicLink()) return [`${path} -> ${readlinkSync(join(folder, path))}`];
      return [`${path} ${mode} links ${stat.nlink} ${JSON.stringify(contentOf(join(folder, path), stat.size))}`];
    });
}

/** Sparse files may be large: their size, beginning and end tell enough. */
function contentOf(path: string, size: number): string {
  return size > 1 << 20 ? `${size} bytes` : readFileSync(path, 'latin1');
}
