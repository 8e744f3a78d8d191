/** Before a run of a big module or a component: whether there is code for it, and whether to ask for what code could be made from. */
import { closeSync, fstatSync } from 'node:fs';
import type { Native } from '../../native/native.ts';
import { knownDigest } from '../components/file-digest.ts';
import { openStore, type Store, type Stored } from '../components/store.ts';
import { StoreUnavailable } from '../components/store-folder.ts';
import { type StorePlace, storePlace } from '../components/store-place.ts';
import { codeKey } from './code-key.ts';
import type { ToolRequest } from './tool-protocol.ts';

/** A big module, or a component, that is about to run. */
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

const nothing: FoundCode = { stored: null, checkBytes: false, learned: null };

/** Never fails: without a cache there is no code, and the run is as good. */
export async function findCode(program: ProgramToWarm, options: FindOptions): Promise<FoundCode> {
  const { native, env } = options;
  const place = storePlace(env, process.geteuid?.() ?? 0);
  // Standard input, or assembled from text: a file that will not be met again.
  if (typeof place === 'string' || fstatSync(program.fd).nlink === 0) return nothing;
  const store = storeOrNull(native, place);
  if (store === null) return nothing;
  try {
    const { code, checkBytes } = await storedCode({ native, store }, program);
    const isHopeless = code !== null && code.bytes === 0;
    if (isHopeless) closeSync(code.fd);
    const wantsMore = program.refresh || code === null;
    const learned = wantsMore ? learner(program, place, options) : null;
    return { stored: isHopeless ? null : code, checkBytes, learned };
  } finally {
    store.close();
  }
}

function storeOrNull(native: Native, place: StorePlace): Store | null {
  try {
    return openStore(native, place);
  } catch (error) {
    if (error instanceof StoreUnavailable) return null;
    throw error;
  }
}

/**
 * By the file's digest: one that is remembered, so that a first run computes none. Of a file that others may write it is
 * computed each time, and the bytes are compared once more where they are compiled.
 */
async function storedCode(
  { native, store }: { native: Native; store: Store },
  { fd, bytes, pack, memoryBytes }: ProgramToWarm,
): Promise<{ code: Stored | null; checkBytes: boolean }> {
  if (pack !== null) {
    return { code: await store.get('code', codeKey(native, { digest: pack.digest, memoryBytes })), checkBytes: false };
  }
  const known = await knownDigest({ native, store }, fd, bytes);
  const digest = known.isOurs ? known.digest : native.digest(fd, bytes);
  if (digest === null) return { code: null, checkBytes: false };
  return { code: await store.get('code', codeKey(native, { digest, memoryBytes })), checkBytes: !known.isOurs };
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
