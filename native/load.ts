/** Loads the addon, or says what to do about its absence. The only cast of the seam. */
import type { Native } from './native.ts';

/** In the bundle: where the addon is. Resolving `#native`, and loading node:module for it, would cost each start 2 ms. */
declare const WASMCTR_ADDON: string | undefined;
declare const require: (path: string) => unknown;

export function loadNative(): Native {
  try {
    if (typeof WASMCTR_ADDON === 'string') return require(WASMCTR_ADDON) as Native;
    return process.getBuiltinModule('node:module').createRequire(import.meta.url)('#native') as Native;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new Error(`the native addon can't be loaded (${reason}): run \`npm rebuild wasmctr\``, { cause });
  }
}
