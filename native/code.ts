/**
 * Code plane of the seam: machine code of WebAssembly modules that is kept from one run to the next, and what the
 * process that makes it needs. Errors are thrown as NativeError.
 */
import type { Fd } from './native.ts';

export interface CodePlane {
  /**
   * Compiles a module with code of `serializeCode`; null when V8 refuses the code: made by another V8, with other flags,
   * for another CPU. V8 believes the rest, and ends the process where it can't: the code must be of these very bytes, and
   * from our own hands.
   */
  compileWithCode(module: Uint8Array, code: Uint8Array): WebAssembly.Module | null;
  /** Which functions have optimised code, and that code; empty when none has (V8's wasm-serialization.cc). */
  serializeCode(module: WebAssembly.Module): Uint8Array;
  /**
   * Starts a program in a session of its own that nobody waits for, with an empty environment. `fds` become its
   * descriptors 0, 1, …; it gets no others.
   */
  spawnDetached(command: readonly string[], fds: readonly Fd[]): void;
  /** flock(2), exclusive, without waiting; false: somebody else has it. The process holds it to its end. */
  tryLock(fd: Fd): boolean;
  /** The CPU's model and features, as an opaque text: machine code made under one is only good under the same. */
  cpuFeatures(): string;
}
