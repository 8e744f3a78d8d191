/** Before a run: whether there is code for the program, and whether to ask for what code could be made from. */
import { closeSync, existsSync, fstatSync } from 'node:fs';
import type { Native } from '../../native/native.ts';
import { knownDigest } from '../components/file-digest.ts';
import { entryName, type Store, type Stored, storeOrNull } from '../components/store.ts';
import { type StorePlace, storePlace } from '../components/store-place.ts';
import { errnoName } from '../kernel-error.ts';
import { codeKey } from './code-key.ts';
import { smallModuleBytes } from './small.ts';
import type { ToolRequest } from './tool-protocol.ts';

/** What is about to run. */
export interface ProgramToWarm {
  fd: number;
  bytes: number;
  /** Of a component: its pack in the cache, whose bytes were checked when it was opened. null: a module. */
  pack: Pick<Stored, 'name' | 'digest'> | null;
  file: string;
  memoryBytes: number;
  /** Ask again which functions are hot, though there is code. */
  refresh: boolean;
  bestEffort: boolean;
}

export interface FoundCode {
  stored: Stored | null;
  /** Where it lies, or would; null: none was looked for. */
  path: string | null;
  /** Whether the module may have changed since its code was made. */
  checkBytes: boolean;
  /** What to do with the functions that were hot; null: don't ask for them. */
  learned: ((functions: readonly number[]) => void) | null;
}

export type FindCode = (program: ProgramToWarm) => Promise<FoundCode>;

export interface FindOptions {
  native: Native;
  /** The caller's environment, `K=V`. */
  env: readonly string[];
  /** Takes what is left to do once the command has printed everything. */
  later(work: () => Promise<void>): void;
}

/** Attack: a program whose compilation, that nobody waits for, needs all of the machine's memory. */
const maxProgramBytes = 100 * 1024 * 1024;

const nothing: FoundCode = { stored: null, path: null, checkBytes: false, learned: null };

/** Never fails: without a cache there is no code, and the run is as good. */
export async function findCode(program: ProgramToWarm, options: FindOptions): Promise<FoundCode> {
  const { native, env } = options;
  const place = storePlace(env, process.geteuid?.() ?? 0);
  if (typeof place === 'string') return nothing;
  if (program.pack === null && program.bytes <= smallModuleBytes) return findSmallCode(program, place, options);
  // A file that will not be met again.
  if (fstatSync(program.fd).nlink === 0) return nothing;
  const store = storeOrNull(native, place);
  if (store === null) return nothing;
  try {
    const { digest, checkBytes } = await digestOf({ native, store }, program);
    const key = digest && codeKey(native, { digest, memoryBytes: program.memoryBytes });
    const { stored, isTried } = key === null ? { stored: null, isTried: false } : await takeCode(store, key);
    const wantsMore = (program.refresh || !isTried) && program.bytes <= maxProgramBytes;
    const path = key && stored && codePath(place, key);
    return { stored, path, checkBytes, learned: wantsMore ? learner(program, place, options) : null };
  } finally {
    store.close();
  }
}

/** Without opening the cache where there is no code, as for most. */
async function findSmallCode(program: ProgramToWarm, place: StorePlace, options: FindOptions): Promise<FoundCode> {
  const { native } = options;
  const { fd, bytes, memoryBytes, refresh } = program;
  const digest = digestOrNull(native, fd, bytes);
  if (digest === null) return nothing;
  const key = codeKey(native, { digest, memoryBytes });
  const learned = refresh ? learner(program, place, options) : null;
  const path = codePath(place, key);
  const store = existsSync(path) ? storeOrNull(native, place) : null;
  if (store === null) return { stored: null, path, checkBytes: true, learned };
  try {
    const { stored, isTried } = await takeCode(store, key);
    return { stored, path: stored === null && isTried ? null : path, checkBytes: true, learned };
  } finally {
    store.close();
  }
}

function codePath({ folder }: StorePlace, key: Uint8Array): string {
  return `${folder}/${entryName('code', key)}`;
}

/** An empty entry says that code could not be made: there is none, and none to be asked for. */
async function takeCode(store: Store, key: Uint8Array): Promise<{ stored: Stored | null; isTried: boolean }> {
  const code = await store.get('code', key);
  if (code === null || code.bytes > 0) return { stored: code, isTried: code !== null };
  closeSync(code.fd);
  return { stored: null, isTried: true };
}

/** null: it can't be read, or was cut short since it was opened. The container says so. */
function digestOrNull(native: Native, fd: number, bytes: number): Uint8Array | null {
  try {
    return native.digest(fd, bytes);
  } catch (error) {
    if (errnoName(error) === null) throw error;
    return null;
  }
}

/**
 * Of a module's file: one that is remembered, so that a first run computes none. Of a file that others may write it is
 * computed each time, and the bytes are compared once more where they are compiled.
 */
async function digestOf(
  { native, store }: { native: Native; store: Store },
  { fd, bytes, pack }: ProgramToWarm,
): Promise<{ digest: Uint8Array | null; checkBytes: boolean }> {
  if (pack !== null) return { digest: pack.digest, checkBytes: false };
  const known = await knownDigest({ native, store }, fd, bytes);
  return known.isOurs
    ? { digest: known.digest, checkBytes: false }
    : { digest: native.digest(fd, bytes), checkBytes: true };
}

function learner(
  { file, pack, memoryBytes, bestEffort }: ProgramToWarm,
  place: StorePlace,
  { native, later }: FindOptions,
): FoundCode['learned'] {
  return (functions) => {
    const request: ToolRequest = { isPack: pack !== null, functions, memoryBytes, place, bestEffort };
    later(async () => {
      const { startTool } = await import('./start-tool.ts');
      startTool(native, pack === null ? file : `${place.folder}/${pack.name}`, request);
    });
  };
}
