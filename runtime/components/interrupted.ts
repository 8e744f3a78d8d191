/** The caller's signal came while a component was being transpiled. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

  constructor(signal: Interrupted['signal']) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}
