/** The script around jco's glue. Where it is cached and where it is run it must be the same to the byte. */
import { Script } from 'node:vm';

/** Of the script: in its errors' frames. */
export const glueName = 'glue';

/**
 * A function of the globals that the glue should see differently: jco's tracing asks for a variable of the environment
 * at each call, and its timers are never needed. It returns `instantiate`.
 */
export function glueSource(glue: string): string {
  return `(function (globalThis, setTimeout, console) {${glue}\nreturn instantiate;})`;
}

/** Words of V8's SerializedCodeData: magic, version, source, flags, … */
const flagsOffset = 12;

/**
 * V8 refuses cached code from a process with other flags. Packs are made with other flags for WebAssembly than most of
 * them run with (RATIONALE.md), which is nothing to the code of a script: this puts this process's own mark on it, in
 * place. Any other difference between the two would be in the version, which stays.
 */
export function fitCodeCache(cache: Uint8Array): void {
  const own = new Script('0').createCachedData();
  cache.set(own.subarray(flagsOffset, flagsOffset + 4), flagsOffset);
}
