/** The caller's signal came before there was a guest to end. */
import type { CallerSignal } from './signals.ts';

export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: CallerSignal;

  constructor(signal: CallerSignal) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/** By name, as isWasmctrError() does it. */
export function isInterrupted(error: unknown): error is Interrupted {
  return error instanceof Error && error.name === 'Interrupted';
}
