/** Where the cache lies and how big it may be, by the caller's environment. */
import { size } from '../options-parse.ts';
import type { Parsed } from '../options-types.ts';

export interface StorePlace {
  folder: string;
  maxBytes: number;
}

export const defaultStoreBytes: number = 1024 ** 3;
/** Below it not one component of the bigger toolchains would fit. */
const minStoreBytes = 1024 ** 2;

/** `env` is `K=V`. A text says why there is no cache. */
export function storePlace(env: readonly string[], euid: number): StorePlace | string {
  const variables = new Map(env.map((entry) => splitAt(entry, entry.indexOf('='))));
  if (variables.get('WASMCTR_CACHE') === '0') return 'WASMCTR_CACHE=0';
  const maxBytes = storeBytes(variables.get('WASMCTR_CACHE_SIZE'));
  if (!('value' in maxBytes)) return `WASMCTR_CACHE_SIZE is not ${maxBytes.expected}`;
  const folder = storeFolder(variables, euid);
  return folder === null ? 'neither HOME nor XDG_CACHE_HOME is set' : { folder, maxBytes: maxBytes.value };
}

function splitAt(entry: string, at: number): [string, string] {
  return [entry.slice(0, at), entry.slice(at + 1)];
}

function storeBytes(raw: string | undefined): Parsed<number> {
  return raw === undefined ? { value: defaultStoreBytes } : size(minStoreBytes)(raw);
}

/** The XDG base directory specification: a relative path is to be ignored. */
function storeFolder(variables: ReadonlyMap<string, string>, euid: number): string | null {
  const xdg = variables.get('XDG_CACHE_HOME');
  if (xdg?.startsWith('/')) return `${xdg}/wasmctr`;
  // Not root's home: it is often missing for services, and HOME still the user's under sudo.
  if (euid === 0) return '/var/cache/wasmctr';
  const home = variables.get('HOME');
  return home?.startsWith('/') ? `${home}/.cache/wasmctr` : null;
}
