/** Why a guest could not be run, on its way to the supervisor. */
import type { GuestErrorCode } from './config.ts';

/** The message completes "cannot run FILE: …"; it is one line, and what it quotes from the module is printable. */
export class GuestFailure extends Error {
  override readonly name = 'GuestFailure';
  readonly code: GuestErrorCode;

  constructor(code: GuestErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
