/**
 * The tool process: `node … dist/component-tool.cjs [--best-effort]` with the component as descriptor 4. It loads jco's
 * tools, forks itself into a container as `run` does, and lets that one work on the component: what it writes to stdout
 * is the pack, and how it ended is one line of JSON on descriptor 3. It reads nothing else, and lives for one component.
 */
import { writeSync } from 'node:fs';
import { loadNative } from '../../native/load.ts';
import type { Native } from '../../native/native.ts';
import { resolveSpec } from '../resolve-spec.ts';
import { runContainer } from '../run.ts';
import { startContainer } from '../start.ts';
import { packInContainer } from './tool-container.ts';
import { componentFd, reportFd } from './tool-protocol.ts';

/**
 * Ceilings of one transpilation; beside the memory, eight times the component's size is allowed. Attack: types that
 * refer to each other, which are a few bytes in the component and exponentially many when they are written out.
 */
const limits = { timeout: '120s', cpuTime: '60s', memory: '768MiB', maxFiles: 3 };

async function main(native: Native): Promise<never> {
  const started = startContainer(native);
  if (started.role === 'child') return packInContainer(native, native.awaitPlan());
  const options = {
    ...limits,
    file: `/proc/self/fd/${componentFd}`,
    bestEffort: process.argv.includes('--best-effort'),
  };
  const { spec } = resolveSpec([{ options, label: (name) => name }], { env: [], readText: () => '' });
  // The supervisor's end is gone, and it with it: nobody wants the pack.
  native.watch(reportFd, () => process.kill(process.pid, 'SIGTERM'));
  // Its stdin and stderr are /dev/null, its stdout a pipe: nothing that a filter would have to know.
  const result = await runContainer(
    { ...started, readText: () => '', stdio: [null, null, null], openPack: null },
    spec,
  );
  writeSync(reportFd, JSON.stringify(result));
  return native.exitNow(0);
}

void main(loadNative());
