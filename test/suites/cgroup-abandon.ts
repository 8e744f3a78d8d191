/**
 * A supervisor that makes a group with a process in it, says so, and waits to be killed:
 * `cgroup-abandon.ts HELPER running|frozen [HIDDEN_V1_CONTROLLER]`.
 */
import { cgroupHost, readHierarchies } from '../../runtime/sandbox/cgroup-host.ts';
import { noLimits, startInside } from './cgroup-process.ts';

const [helper = '', how = '', hidden = ''] = process.argv.slice(2);
const cgroup = cgroupHost(readHierarchies().filter(({ names }) => !names.includes(hidden))).create();
cgroup.limit({ ...noLimits, pids: 8, freezer: how === 'frozen' });
const child = startInside(cgroup, helper, ['family', '2']);
await child.line();
if (how === 'frozen') await cgroup.freeze();
console.log(`${cgroup.name} ${child.pid}`);
setInterval(() => undefined, 1_000);
