/** The process that transpiles one component: as `run` does it, it forks itself into a container and watches that. */
import { writeSync } from 'node:fs';
import { type Delivery, deliveryFrom } from '../../native/delivery.ts';
import type { Native } from '../../native/native.ts';
import { startContainer } from '../start.ts';
import { runInToolContainer } from '../tool-run.ts';
import { componentFd, reportFd, toolLimits } from './tool-protocol.ts';

/**
 * Ends the process. `inContainer` gets the component as its module, and writes the pack to stdout; how it ended is one
 * line of JSON on `reportFd`.
 */
export async function runTool(
  native: Native,
  inContainer: (native: Native, delivery: Delivery) => never,
): Promise<never> {
  const started = startContainer(native);
  if (started.role === 'child') return inContainer(native, deliveryFrom(native.awaitPlan()));
  const file = `/proc/self/fd/${componentFd}`;
  const options = { ...toolLimits, file, bestEffort: process.argv.includes('--best-effort') };
  // The supervisor's end is gone, and it with it: nobody wants the pack.
  native.watch(reportFd, () => process.kill(process.pid, 'SIGTERM'));
  const result = await runInToolContainer(started, options);
  writeSync(reportFd, JSON.stringify(result));
  return native.exitNow(0);
}
