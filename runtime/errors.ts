/** wasmctr's own errors: every code, with the exit code it has on the command line. */

/** code → exit code: 125 our own error or bad usage, 126 not a runnable module, 127 not found. */
export const errorExitCodes = {
  /** A flag, its value or a config key is wrong. */
  usage: 125,
  /** A host path given by the user can't be used. */
  path: 125,
  /** A layer that was asked for can't be enforced here. */
  enforcement: 125,
  /** The kernel refused a step of making the container. */
  system: 125,
  /** A bug of ours, or a container that lied about its state. */
  internal: 125,
  /** The file is no module that can run here. */
  module: 126,
  /** The module's file does not exist. */
  'not-found': 127,
} as const;

export type ErrorCode = keyof typeof errorExitCodes;

/** An error meant for the user: what failed, on which object, the errno's name when there is one, and the likely fix. */
export class WasmctrError extends Error {
  override readonly name = 'WasmctrError';
  readonly code: ErrorCode;
  readonly hint: string | null;

  constructor(code: ErrorCode, message: string, hint: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }

  get exitCode(): number {
    return errorExitCodes[this.code];
  }
}

/** By name, not by class: code in another file of the bundle has its own copy of it. */
export function isWasmctrError(error: unknown): error is WasmctrError {
  return error instanceof Error && error.name === 'WasmctrError';
}
