/** WASI 0.1: makes the import objects of one guest over the shared kernel. Loading this file touches nothing. */
import type { DataPlane } from '../../native/data.ts';
import type { GuestLimits, IoCounters } from '../config.ts';

export interface Wasi1Options {
  native: DataPlane;
  /** argv, program name first. */
  args: readonly string[];
  /** `K=V` strings. */
  env: readonly string[];
  /** Directories, in order after the listeners. Their descriptors belong to this host from now on. */
  preopens: readonly { guestPath: string; fd: number; readOnly: boolean }[];
  /** Listening sockets: WASI descriptors 3, 4, … */
  listeners: readonly { fd: number }[];
  limits: Pick<GuestLimits, 'maxFiles' | 'maxOutputBytes'>;
  /** The guest's first memory; asked for at the first call that needs it, so it may come into being after the imports. */
  memory: () => WebAssembly.Memory;
  /** The module's memory is 64-bit: pointers and sizes arrive as BigInt. */
  memory64: boolean;
  /** Gets one line (with its newline) for each call, or null: no tracing, and no cost. */
  traceWrite: ((line: string) => void) | null;
}

/** What WebAssembly hands to an import, and what it takes back. */
export type WasiArgument = number | bigint;
// biome-ignore lint/suspicious/noConfusingVoidType: a WebAssembly import without a result returns undefined
export type WasiFunction = (...args: never[]) => number | void;
export type WasiImports = Record<string, WasiFunction>;

export interface Wasi1 {
  imports: { wasi_snapshot_preview1: WasiImports; wasi_unstable: WasiImports };
  /** Live: grows while the guest runs. */
  counters: IoCounters;
}

export { ProcExit, ProcRaise } from './proc.ts';

export declare function createWasi1(options: Wasi1Options): Wasi1;
