/** What the process that makes code is given: descriptors beside stdin and stderr, and a request. */
import type { StorePlace } from '../components/store-place.ts';

export const codeFd = 1;
export const requestFd = 3;
export const moduleFd = 4;

/** JSON in a file at `requestFd`. */
export interface ToolRequest {
  /** Which functions to optimise, as a container reported them: ascending, without imported ones. */
  functions: readonly number[];
  /** The run's --memory. */
  memoryBytes: number;
  place: StorePlace;
  bestEffort: boolean;
}

/** What the container of the tool is told, as the only argument of its "guest". */
export interface CompileOrder {
  functions: readonly number[];
  memoryBytes: number;
  /** SHA-256 of the module's file, hexadecimal: code is kept under it, so it must be made of it. */
  digest: string;
}
