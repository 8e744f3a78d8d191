/** A component's file → its pack: from the cache, or made and put there. What makes packs is loaded when one is missing. */
import { closeSync } from 'node:fs';
import type { Native } from '../../native/native.ts';
import { WasmctrError } from '../errors.ts';
import { errnoName, pathError } from '../kernel-error.ts';
import { maxComponentBytes } from '../module-file.ts';
import type { PackOrigin } from '../result.ts';
import { fileDigest } from './file-digest.ts';
import type { PackRequest } from './make-pack.ts';
import { openStore, type Store, type Stored } from './store.ts';
import { StoreUnavailable } from './store-folder.ts';
import { storePlace } from './store-place.ts';

/** In the bundle: a digest of the tool that makes packs (runtime/bundle.mjs). Another tool, other packs. */
declare const WASMCTR_TOOL: string;

export interface PackOptions {
  native: Native;
  /** The caller's environment, `K=V`. */
  env: readonly string[];
  /** Called once when it takes longer than `slowAfterMs`. */
  onSlow: () => void;
}

export interface OpenedPack extends Pick<Stored, 'fd' | 'bytes'> {
  origin: PackOrigin;
  /** Where it lies in the cache; null: it was made just now. */
  entry: Pick<Stored, 'name' | 'digest'> | null;
}

export const slowAfterMs = 1000;

/** Takes over the component's descriptor. Throws what `makePack` does. */
export async function openPack(component: PackRequest, { native, env, onSlow }: PackOptions): Promise<OpenedPack> {
  try {
    checkSize(component);
    const store = storeOrReason(native, env);
    try {
      const kept = typeof store === 'string' ? null : store;
      const digest = await readable(component, () =>
        fileDigest({ native, store: kept }, component.fd, component.bytes),
      );
      const found = await kept?.get('component', packKey(native, digest));
      if (found) return { fd: found.fd, bytes: found.bytes, entry: found, origin: { cache: 'hit', note: null } };
      const timer = setTimeout(onSlow, slowAfterMs);
      const [{ makePack }, { checkPack }] = await Promise.all([import('./make-pack.ts'), import('./check-pack.ts')]);
      const { pack, key } = await makeOfCopy(native, component, makePack).finally(() => clearTimeout(timer));
      checkPack(pack, component.file);
      const note = typeof store === 'string' ? store : await keep(store, key, pack);
      const fd = native.memfd('wasmctr-pack', pack);
      return { fd, bytes: pack.length, entry: null, origin: { cache: note === null ? 'made' : 'off', note } };
    } finally {
      if (typeof store !== 'string') store.close();
    }
  } finally {
    closeSync(component.fd);
  }
}

/** Before it is hashed. Attack: a sparse file of the engine's own ceiling, 1 GiB. */
function checkSize({ bytes, file }: PackRequest): void {
  if (bytes <= maxComponentBytes) return;
  const hint = `at most ${maxComponentBytes / 2 ** 20} MiB are transpiled`;
  throw new WasmctrError('module', `component too large: ${file}: ${bytes} bytes: EFBIG`, hint);
}

function storeOrReason(native: Native, env: readonly string[]): Store | string {
  const place = storePlace(env, process.geteuid?.() ?? 0);
  if (typeof place === 'string') return place;
  try {
    return openStore(native, place);
  } catch (error) {
    if (error instanceof StoreUnavailable) return error.message;
    throw error;
  }
}

/**
 * Of a copy that nobody can change, by whose digest it is kept. Attack: whoever may write the file changes it between its
 * digest and its reading, and another file's pack is kept as a trusted component's.
 */
async function makeOfCopy(
  native: Native,
  component: PackRequest,
  makePack: (request: PackRequest) => Promise<Buffer>,
): Promise<{ pack: Buffer; key: Uint8Array }> {
  const { fd, bytes } = component;
  const copy = await readable(component, () => native.sealedCopy('wasmctr-component', fd, bytes));
  try {
    const key = packKey(native, native.digest(copy, bytes));
    return { pack: await makePack({ ...component, fd: copy }), key };
  } finally {
    closeSync(copy);
  }
}

/** Node's version stands for V8's, which made the code in the pack. Its flags don't matter: see host/component/glue.ts. */
export function packKey(native: Native, digest: Uint8Array): Uint8Array {
  const made = Buffer.from(`${WASMCTR_TOOL} ${process.version} ${process.arch} `);
  return native.digestBytes(Buffer.concat([made, digest]));
}

async function readable<T>({ file }: PackRequest, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw pathError('module', "can't read the component", file, error);
  }
}

/** Null: it is in the cache. A full disk costs the next start its time, and nothing else. */
async function keep(store: Store, key: Uint8Array, pack: Uint8Array): Promise<string | null> {
  try {
    return (await store.put('component', key, pack)) ? null : 'it is larger than the cache: raise WASMCTR_CACHE_SIZE';
  } catch (error) {
    const name = errnoName(error);
    if (name === null) throw error;
    return `can't write: ${name}`;
  }
}
