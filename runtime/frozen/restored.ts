/** What a process must do first that has come from an image: it has another pid, another start, and other threads. */
import type { Restored } from '../../native/freeze.ts';
import type { Native } from '../../native/native.ts';
import { writeAll } from '../cli/write-all.ts';
import { setElapsed } from '../now.ts';

export function becomeRestored(native: Pick<Native, 'exitNow'>, { elapsedMs, pid }: Restored): void {
  setElapsed(elapsedMs);
  Object.defineProperty(process, 'pid', { value: pid });
  // Node's own end would wait for threads that only the frozen process had.
  process.on('exit', (code) => native.exitNow(code));
  process.on('uncaughtException', (error) => {
    writeAll(2, `wasmctr: internal error: ${error.stack}\n`);
    native.exitNow(125);
  });
}
