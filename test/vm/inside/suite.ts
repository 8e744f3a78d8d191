/** Runs the cgroup suite in the group and as the user it was started with: `suite.mjs SCENARIO`. */
import { join } from 'node:path';
import { detectCgroups } from '../../../runtime/sandbox/cgroup-host.ts';
import { cgroupSuite } from '../../suites/cgroup.suite.ts';
import { report } from './tap.ts';

const scenario = process.argv[2] ?? '';
const host = detectCgroups();
const context = { host, hidden: '', helper: join(import.meta.dirname, 'cgroup-child'), diskFile: '/vm/disk-file' };

for (const { name, needs, run } of cgroupSuite) {
  const lacking = needs.find((controller) => 'reason' in host.controllers[controller]);
  const home = lacking === undefined ? null : host.controllers[lacking];
  if (home !== null && 'reason' in home) report('skip', `${scenario}: ${name}`, `${lacking}: ${home.reason}`);
  else
    await run(context).then(
      () => report('ok', `${scenario}: ${name}`),
      (error: unknown) => report('not ok', `${scenario}: ${name}`, String(error)),
    );
}
