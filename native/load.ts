/** Loads the addon, or says what to do about its absence. The only cast of the seam. */
import { createRequire } from 'node:module';
import type { Native } from './native.ts';

/** Where the bundle finds it; resolving `#native` through package.json would cost each start a millisecond. */
declare const WASMCTR_ADDON: string | undefined;

export function loadNative(): Native {
  try {
    return createRequire(import.meta.url)(typeof WASMCTR_ADDON === 'string' ? WASMCTR_ADDON : '#native') as Native;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new Error(`the native addon can't be loaded (${reason}): run \`npm rebuild wasmctr\``, { cause });
  }
}
