/** How wasi:cli/exit leaves WebAssembly. */

/** Thrown through the guest's frames; not an Error: nobody reads a stack trace of it. */
export class ComponentExit {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}
