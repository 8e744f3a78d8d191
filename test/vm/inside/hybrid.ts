/** Controllers spread over both versions: memory, pids and io on v2, the others on v1. */
import { runCommands } from './commands.ts';
import { handDown, mount, runSuite } from './places.ts';

const top = '/sys/fs/cgroup';

export async function runHybrid(): Promise<void> {
  mount('tmpfs', top, 'mode=755');
  for (const names of ['cpu,cpuacct', 'cpuset', 'freezer']) mount('cgroup', `${top}/${names}`, names);
  mount('cgroup2', `${top}/unified`, 'rw');
  handDown(`${top}/unified`, ['memory', 'pids', 'io']);
  const place = { name: 'hybrid', groups: [], uid: 0 };
  await runSuite(place);
  await runCommands(place);
}
