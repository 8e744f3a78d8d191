/** Why the stream of a body failed: an io error that http-error-code knows more about. */
import type { HttpError } from './http-error-code.ts';
import { IoError } from './stream-error.ts';

export class HttpIoError extends IoError {
  readonly httpError: HttpError;

  constructor(httpError: HttpError) {
    super(0, httpError.text === undefined ? httpError.code : `${httpError.code}: ${httpError.text}`);
    this.httpError = httpError;
  }
}
