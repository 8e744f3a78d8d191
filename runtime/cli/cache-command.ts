/** `wasmctr cache ls|prune|clear`: what is kept on disk between runs. */
import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Native } from '../../native/native.ts';
import { openStore, type Store, storeKinds } from '../components/store.ts';
import { StoreUnavailable } from '../components/store-folder.ts';
import { type StorePlace, storePlace } from '../components/store-place.ts';
import { evict, listStore, remove, type StoreEntry } from '../components/store-room.ts';
import { WasmctrError } from '../errors.ts';
import { evictImages, type ImageEntry, imageFolder, listImages, removeImage } from '../frozen/images.ts';
import { errnoName, pathError } from '../kernel-error.ts';
import { duration, formatSize, size } from '../options-parse.ts';
import type { Parsed } from '../options-types.ts';
import type { Report } from './main.ts';

export interface CacheRequest {
  action: 'ls' | 'prune' | 'clear';
  /** As typed. */
  maxSize: string | null;
  olderThan: string | null;
}

/** A place with entries; each further one gets a line in `openSources`. */
interface CacheSource {
  place: StorePlace;
  entries(): StoreEntry[];
  remove(entry: StoreEntry): boolean;
  /** Removes the least recently used until at most this is left. */
  shrink(maxBytes: number): StoreEntry[];
  close(): void;
}

export function cacheCommand(native: Native, env: readonly string[], request: CacheRequest): Report {
  const maxBytes = request.maxSize === null ? null : parsed('--max-size', request.maxSize, size(0));
  const olderThanMs = request.olderThan === null ? null : parsed('--older-than', request.olderThan, duration);
  const sources = openSources(native, env);
  try {
    if (request.action === 'ls') return listing(sources);
    return removal(sources.flatMap((source) => removeFrom(source, { ...request, maxBytes, olderThanMs })));
  } finally {
    for (const source of sources) source.close();
  }
}

interface Wanted extends Pick<CacheRequest, 'action'> {
  maxBytes: number | null;
  olderThanMs: number | null;
}

function removeFrom(source: CacheSource, { action, maxBytes, olderThanMs }: Wanted): StoreEntry[] {
  const { folder, maxBytes: bound } = source.place;
  const limitMs = olderThanMs === null ? 0 : Date.now() - olderThanMs;
  const old = source.entries().filter(({ usedAtMs }) => action === 'clear' || usedAtMs < limitMs);
  try {
    const removed = removeEach(old, source.remove);
    return action === 'clear' ? removed : [...removed, ...source.shrink(maxBytes ?? bound)];
  } catch (error) {
    if (errnoName(error) === null) throw error;
    throw pathError('path', "can't remove from the cache", folder, error);
  }
}

/** Goes on after one that can't be removed, and throws why at the end. */
function removeEach(entries: readonly StoreEntry[], remove: CacheSource['remove']): StoreEntry[] {
  let failure: unknown = null;
  const removed = entries.filter((entry) => {
    try {
      return remove(entry);
    } catch (error) {
      failure ??= error;
      return false;
    }
  });
  if (failure !== null) throw failure;
  return removed;
}

function parsed(flag: string, raw: string, parse: (raw: string) => Parsed<number>): number {
  const result = parse(raw);
  if ('value' in result) return result.value;
  throw new WasmctrError('usage', `${flag} ${JSON.stringify(raw)}: expected ${result.expected}`);
}

function openSources(native: Native, env: readonly string[]): CacheSource[] {
  const place = storePlace(env, process.geteuid?.() ?? 0);
  if (typeof place === 'string') throw new WasmctrError('path', `there is no cache: ${place}`);
  return [storeSource(native, place), ...imageSources(native, place)];
}

/** Images of warm processes, where there are any. */
function imageSources(native: Native, { folder, maxBytes }: StorePlace): CacheSource[] {
  const place = { folder: imageFolder(folder), maxBytes };
  const entryOf = ({ name, bytes, madeAtMs }: ImageEntry): StoreEntry => {
    const [policy = '', key = ''] = name.split('-');
    return { kind: `image of ${policy}`, key, bytes, usedAtMs: madeAtMs, name };
  };
  const entries = (): StoreEntry[] => listImages(place.folder).map(entryOf);
  if (entries().length === 0) return [];
  const remove = (entry: StoreEntry): boolean => removeImage(native, place.folder, entry);
  const shrink = (bound: number): StoreEntry[] =>
    evictImages(native, place.folder, bound, dirname(process.argv[1] ?? '')).map(entryOf);
  return [{ place, entries, remove, shrink, close: () => {} }];
}

function openOrFail(native: Native, place: StorePlace): Store {
  try {
    return openStore(native, place);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new WasmctrError('path', `can't use the cache: ${error.message}`, 'set XDG_CACHE_HOME', { cause: error });
  }
}

function storeSource(native: Native, place: StorePlace): CacheSource {
  // Nothing was ever kept: nothing is made for looking at it.
  if (!exists(place.folder))
    return { place, entries: () => [], remove: () => false, shrink: () => [], close: () => {} };
  const store = openOrFail(native, place);
  const { folderFd } = store;
  return {
    place,
    entries: () => listStore(folderFd),
    remove: ({ name }) => remove(folderFd, name),
    shrink: (maxBytes) => evict(folderFd, maxBytes),
    close: () => store.close(),
  };
}

function exists(folder: string): boolean {
  try {
    lstatSync(folder);
    return true;
  } catch (error) {
    // With another error there may be one: opening it says which.
    return errnoName(error) !== 'ENOENT';
  }
}

function listing(sources: readonly CacheSource[]): Report {
  const all = sources.map((source) => ({ ...source.place, entries: source.entries().toReversed() }));
  const json = all.map(({ folder, maxBytes, entries }) => ({
    folder,
    maxBytes,
    totalBytes: total(entries),
    entries: entries.map(({ kind, key, bytes, usedAtMs }) => ({ kind, key, bytes, usedAt: new Date(usedAtMs) })),
  }));
  return { json, text: all.map(placeText).join('\n'), exitCode: 0 };
}

function placeText({ folder, maxBytes, entries }: StorePlace & { entries: readonly StoreEntry[] }): string {
  const rows = entries.map(({ kind, key, bytes, usedAtMs }) => [
    kind,
    key.slice(0, 12),
    sizeText(bytes),
    ago(usedAtMs),
  ]);
  const sum = `${counted(entries.length)}, ${sizeText(total(entries))} of ${formatSize(maxBytes)} in ${folder}\n`;
  if (rows.length === 0) return sum;
  const table = [['KIND', 'KEY', 'SIZE', 'LAST USED'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n${kindsText(entries)}${sum}`;
}

/** What the kinds mean, one line each. */
function kindsText(entries: readonly StoreEntry[]): string {
  const kinds = [...new Set(entries.map(({ kind }) => kind))].sort();
  return kinds
    .map((kind) => {
      const own = entries.filter((entry) => entry.kind === kind);
      const title = titles[kind] ?? 'of another version of wasmctr';
      return `${kind}: ${title}, ${sizeText(total(own))}\n`;
    })
    .join('');
}

const titles: Readonly<Record<string, string>> = {
  ...storeKinds,
  'image of small': 'a warm process to start small modules from',
  'image of big': 'a warm process to start other programs from',
};

function removal(removed: readonly StoreEntry[]): Report {
  const bytes = total(removed);
  const json = { removed: removed.map(({ kind, key, bytes }) => ({ kind, key, bytes })), bytes };
  return { json, text: `removed ${counted(removed.length)}, ${sizeText(bytes)}\n`, exitCode: 0 };
}

const total = (entries: readonly StoreEntry[]): number => entries.reduce((sum, { bytes }) => sum + bytes, 0);
const counted = (count: number): string => (count === 1 ? '1 entry' : `${count} entries`);

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)}KiB` : `${(bytes / 1024 ** 2).toFixed(1)}MiB`;
}

function ago(atMs: number): string {
  const seconds = Math.max(0, (Date.now() - atMs) / 1000);
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 129_600 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} days ago`;
}
