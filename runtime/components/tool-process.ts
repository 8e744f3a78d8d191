/** The process that transpiles one component: as `run` does it, it forks itself into a container and watches that. */
import { writeSync } from 'node:fs';
import type { Delivery } from '../../native/control.ts';
import type { Native } from '../../native/native.ts';
import { resolveSpec } from '../resolve-spec.ts';
import { runContainer } from '../run.ts';
import { startContainer } from '../start.ts';
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
  if (started.role === 'child') return inContainer(native, native.awaitPlan());
  const file = `/proc/self/fd/${componentFd}`;
  const options = { ...toolLimits, file, bestEffort: process.argv.includes('--best-effort') };
  const { spec } = resolveSpec([{ options, label: (name) => name }], { env: [], readText: () => '' });
  // The supervisor's end is gone, and it with it: nobody wants the pack.
  native.watch(reportFd, () => process.kill(process.pid, 'SIGTERM'));
  // Its stdin and stderr are /dev/null, its stdout a pipe: nothing that a filter would have to know.
  const supervisor = {
    ...started,
    readText: () => '',
    stdio: [null, null, null],
    openPack: null,
    findCode: null,
    recorder: null,
  };
  const result = await runContainer(supervisor, spec);
  writeSync(reportFd, JSON.stringify(result));
  return native.exitNow(0);
}
