/** What the process that makes code is given: descriptors beside stdin and stderr, and a request. */
import type { StorePlace } from '../components/store-place.ts';

export const codeFd = 1;
export const requestFd = 3;
export const moduleFd = 4;

/** JSON in a file at `requestFd`. */
export interface ToolRequest {
  /** `moduleFd` is a component's pack in the cache, and not a module. */
  isPack: boolean;
  /** Which functions to optimise, as a container reported them: ascending (host/kept-code.ts numbers them). */
  functions: readonly number[];
  /** The run's --memory. */
  memoryBytes: number;
  place: StorePlace;
  bestEffort: boolean;
}

/** What a pack is handed to the tool's container behind, since that takes modules only. */
export const packPreamble: Uint8Array = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** What the container of the tool is told, as the only argument of its "guest". */
export interface CompileOrder {
  functions: readonly number[];
  memoryBytes: number;
  /** SHA-256 of the module or pack, hexadecimal: code is kept under it, so it must be made of it. */
  digest: string;
}
