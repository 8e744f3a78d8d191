/** Images for tests, each test in a folder of its own. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishedAddon } from './fork.ts';
import { guest, root } from './guests.ts';
import { wasmctrBin } from './wasmctr.ts';

export interface StartKind {
  frozen: boolean;
  detail: string;
}

export interface Started {
  stdout: string;
  stderr: string;
  status: number | null;
  signal: string | null;
  /** From the receipt; null when there is none. */
  start: StartKind | null;
}

export interface ImageFolder {
  /** What XDG_CACHE_HOME says. */
  cache: string;
  /** Where images lie. */
  folder: string;
  /** Makes an image, and waits for it. */
  refresh(bin?: string): void;
  /** hello, by whatever way. */
  hello(options?: { bin?: string; env?: Record<string, string>; prefix?: readonly string[] }): Started;
  /** The file that the link names. */
  image(): string;
  link(): string;
  remove(): void;
}

export function imageFolder(): ImageFolder {
  const cache = mkdtempSync(join(tmpdir(), 'wasmctr-frozen-'));
  const folder = join(cache, 'wasmctr/frozen');
  const link = (): string => {
    const name = readdirSync(folder).find((entry) => /^(small|big)-[0-9a-f]+$/.test(entry));
    if (name === undefined) throw new Error(`no image in ${folder}: ${readdirSync(folder).join(' ')}`);
    return join(folder, name);
  };
  const hello: ImageFolder['hello'] = ({ bin = wasmctrBin, env = {}, prefix = [] } = {}) =>
    startHello([...prefix, bin], { XDG_CACHE_HOME: cache, ...env });
  return {
    cache,
    folder,
    link,
    hello,
    image: () => join(folder, readlinkSync(link()).split('@')[0] ?? ''),
    refresh: (bin) => {
      const { start, stderr } = hello({ ...(bin === undefined ? {} : { bin }), env: { WASMCTR_FROZEN: 'refresh' } });
      if (start?.frozen !== true) throw new Error(`no image: ${start?.detail} ${stderr} ${reasons(folder)}`);
    },
    remove: () => rmSync(cache, { recursive: true, force: true }),
  };
}

/** The built package once more, in a folder of its own that may be changed; its command. */
export function copyPackage(to: string): string {
  mkdirSync(join(to, 'bin'), { recursive: true });
  mkdirSync(join(to, 'native/build'), { recursive: true });
  copyFileSync(wasmctrBin, join(to, 'bin/wasmctr'));
  cpSync(join(root, 'dist'), join(to, 'dist'), { recursive: true });
  copyFileSync(publishedAddon, join(to, 'native/build/wasmctr.node'));
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'));
  return join(to, 'bin/wasmctr');
}

/** What failed attempts left in their locks. */
function reasons(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.lock'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join();
}

function startHello([program = '', ...words]: readonly string[], env: Record<string, string>): Started {
  const receipt = mkdtempSync(join(tmpdir(), 'wasmctr-receipt-'));
  try {
    const fd = openSync('/dev/null', 'r');
    const args = [...words, 'run', '--stats-file', join(receipt, 'json'), guest('c/hello')];
    const done = spawnSync(program, args, { env, encoding: 'utf8', stdio: [fd, 'pipe', 'pipe'], timeout: 60_000 });
    closeSync(fd);
    const { stdout, stderr, status, signal } = done;
    return { stdout, stderr, status, signal, start: readStart(join(receipt, 'json')) };
  } finally {
    rmSync(receipt, { recursive: true });
  }
}

function readStart(path: string): StartKind | null {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { start: StartKind }).start;
  } catch {
    return null;
  }
}
