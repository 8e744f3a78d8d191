/** What a process must do first that has come from an image: it has another pid, another start, and other threads. */
import type { Restored } from '../../native/freeze.ts';
import type { Native } from '../../native/native.ts';
import { writeAll } from '../cli/write-all.ts';
import { setElapsed } from '../now.ts';
import { rememberMaps } from './own-maps.ts';

export function becomeRestored({ elapsedMs, pid, isSeeded }: Restored): void {
  if (!isSeeded) throw new Error('OpenSSL has no random numbers');
  setElapsed(elapsedMs);
  ownPid = pid;
}

let ownPid = process.pid;

/** Before freezing: whatever a restored process does not do touches no page there. */
export function prepareToBeRestored(native: Pick<Native, 'exitNow'>): void {
  rememberMaps();
  Object.defineProperty(process, 'pid', { get: () => ownPid });
  // Node's own end would wait for threads that only the frozen process had.
  process.on('exit', (code) => native.exitNow(code));
  process.on('uncaughtException', (error) => {
    writeAll(2, `wasmctr: internal error: ${error.stack}\n`);
    native.exitNow(125);
  });
}
