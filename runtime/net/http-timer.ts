/** The one deadline that a request has at a time: to connect, to be answered, to go on. */
import type { HttpErrorCode } from '../../host/p2/http-error-code.ts';

export class HttpTimer {
  readonly #onTimeout: (code: HttpErrorCode) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(onTimeout: (code: HttpErrorCode) => void) {
    this.#onTimeout = onTimeout;
  }

  /** Instead of the one before. */
  start(ms: number, code: HttpErrorCode): void {
    this.stop();
    this.#timer = setTimeout(() => this.#onTimeout(code), ms);
  }

  /** From now on, as long again; also where it was stopped. */
  refresh(): void {
    this.#timer?.refresh();
  }

  /** Until it is refreshed or started. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
