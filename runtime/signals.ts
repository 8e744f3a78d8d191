/**
 * The caller's signals while a container runs. A WASI guest has no signal handlers, and the first process of a pid
 * namespace ignores what it does not handle: what would end a program ends the container by SIGKILL, what would stop it
 * stops both.
 */
import { signals } from '../native/linux.ts';
import type { Native } from '../native/native.ts';

export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** From the terminal: Ctrl-Z, and background processes that read or write. */
const stopping = ['SIGTSTP', 'SIGTTIN', 'SIGTTOU'] as const;

export type CallerSignal = (typeof endingSignals)[number];

/** Returns the function that ends the watch. */
export function watchSignals(native: Native, pidfd: number, kill: (reason: CallerSignal) => void): () => void {
  const { SIGCONT, SIGWINCH } = signals;
  const stop = stopper(native, pidfd);
  const handlers: [NodeJS.Signals, () => void][] = [
    ...endingSignals.map((signal): [NodeJS.Signals, () => void] => [signal, () => kill(signal)]),
    ...stopping.map((signal): [NodeJS.Signals, () => void] => [signal, stop]),
    ['SIGCONT', () => native.kill(pidfd, SIGCONT)],
    ['SIGWINCH', () => native.kill(pidfd, SIGWINCH)],
  ];
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

/**
 * Stops the container, then us. The guest's read of a terminal that it may not read asks for the stop again and again
 * until it stands: what has piled up by then is one request, and must not stop us anew after SIGCONT.
 */
function stopper(native: Native, pidfd: number): () => void {
  let pending = false;
  return () => {
    if (pending) return;
    pending = true;
    native.kill(pidfd, signals.SIGSTOP);
    setImmediate(() => {
      process.kill(process.pid, 'SIGSTOP');
      // Here after SIGCONT: the signals queued meanwhile are read in the next turn of the loop, and dropped.
      setImmediate(() => setImmediate(() => (pending = false)));
    });
  };
}
