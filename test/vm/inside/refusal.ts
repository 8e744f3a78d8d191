/** Where limits can't be enforced: each is refused with the reason, and nothing else fails. `refusal.mjs SCENARIO REASON` */
import { baseControllers } from '../../../runtime/sandbox/cgroup.ts';
import { detectCgroups } from '../../../runtime/sandbox/cgroup-host.ts';
import { noLimits } from '../../suites/cgroup-process.ts';
import { report } from './tap.ts';

const [scenario = '', reason = ''] = process.argv.slice(2);
const host = detectCgroups();
await host.sweepStale();
const cgroup = host.create();
const refused = cgroup.limit({ ...noLimits, memoryBytes: 1 << 24, pids: 4 });
await cgroup.remove();
const expected = refused.length === baseControllers.length && cgroup.dirFd === -1;
const right = refused.every((entry) => !entry.enforced && entry.reason === reason);
report(expected && right ? 'ok' : 'not ok', `${scenario}: is refused`, JSON.stringify(refused));
