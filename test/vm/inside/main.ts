/** Inside the machine: sets up each place that a container's group may live in, and runs the suite there. */
import { readFileSync, writeSync } from 'node:fs';
import { runHybrid } from './hybrid.ts';
import { runV2 } from './v2.ts';

writeSync(1, `ready ${process.version}\n`);
if (readFileSync('/proc/cmdline', 'utf8').includes('cgroup_no_v1=all')) await runV2();
else await runHybrid();
