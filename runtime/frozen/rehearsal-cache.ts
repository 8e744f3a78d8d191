/** A cache for rehearsals, in which a start finds what later runs find: code of a module, a component's pack and its code. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Native } from '../../native/native.ts';
import { packKey } from '../components/open-pack.ts';
import { storeOrNull } from '../components/store.ts';
import { codeKey } from '../kept-code/code-key.ts';

export interface RehearsalCache {
  /** As XDG_CACHE_HOME. */
  home: string;
  module: string;
  component: string;
}

export interface CacheContents {
  module: Uint8Array;
  packPath: string;
  /** Whatever is found as code: a supervisor only hands it on. */
  code: Uint8Array;
  /** The runs' --memory. */
  memoryBytes: number;
}

/** null where no cache can be private: runs find nothing there either. */
export async function makeRehearsalCache(
  native: Native,
  home: string,
  { module, packPath, code, memoryBytes }: CacheContents,
): Promise<RehearsalCache | null> {
  // Of a process of the same pid that was killed: whoever makes an image has its lock.
  removeRehearsalCache(home);
  mkdirSync(home, { mode: 0o700 });
  const files = { module: `${home}/module.wasm`, component: `${home}/component.wasm` };
  writeFileSync(files.module, module);
  writeFileSync(files.component, componentHeader);
  const pack = readFileSync(packPath);
  const store = storeOrNull(native, { folder: `${home}/wasmctr`, maxBytes: 2 ** 30 });
  if (store === null) return null;
  try {
    await store.put('component', packKey(native, native.digestBytes(componentHeader)), pack);
    for (const bytes of [module, pack]) {
      await store.put('code', codeKey(native, { digest: native.digestBytes(bytes), memoryBytes }), code);
    }
  } finally {
    store.close();
  }
  return { home, ...files };
}

export function removeRehearsalCache(home: string): void {
  rmSync(home, { recursive: true, force: true });
}

/** More of it is read by the tool that makes packs, and by nobody here. */
const componentHeader = new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]);
