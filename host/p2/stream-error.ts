/** wasi:io/error's resource, and how a stream's failure reaches the guest. */
import { errno, errnoNameOf } from '../kernel/errno.ts';
import type { Context } from './context.ts';
import type { HandleTable } from './lower.ts';
import { Resource } from './resource.ts';

/** Why a stream failed. Other interfaces turn it into their own codes (filesystem-error-code, http-error-code). */
export class IoError extends Resource {
  /** Linux's number, positive; 0: no system call failed, `text` says what did. */
  readonly errno: number;
  readonly text: string;

  constructor(number: number, text: string = errnoNameOf(number)) {
    super();
    this.errno = number;
    this.text = text;
  }
}

/** stream-error: `last-operation-failed(error)`, `closed`. */
export const streamErrors = { failed: 0, closed: 1 } as const;

/** A `stream-error` at `at` (tag, then the handle 4 bytes further). −EPIPE is a stream whose other end is gone. */
export function storeStreamError(context: Context, errors: HandleTable, at: number, failure: StreamFailure): void {
  const { memory, error } = failure;
  memory.setU8(at, error === null ? streamErrors.closed : streamErrors.failed);
  if (error !== null) memory.setU32(at + 4, context.resources.add(errors, error));
}

export interface StreamFailure {
  memory: { setU8(at: number, value: number): void; setU32(at: number, value: number): void };
  /** null: closed. */
  error: IoError | null;
}

/** What the guest is told of −errno. */
export function failureOf(result: number): IoError | null {
  return result === -errno.EPIPE || result === -errno.ECONNRESET ? null : new IoError(-result);
}
