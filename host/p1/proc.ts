/** proc_exit and proc_raise: how a guest ends itself. Both leave WebAssembly by throwing a typed object. */

/** Thrown through the guest's frames by proc_exit; not an Error: nobody reads a stack trace of it. */
export class ProcExit {
  /** The guest's code, all 32 bits of it. */
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/** Thrown through the guest's frames by proc_raise, for a signal that would have ended a process. */
export class ProcRaise {
  /** Linux signal number. */
  readonly signal: number;

  constructor(signal: number) {
    this.signal = signal;
  }
}
