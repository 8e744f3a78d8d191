/** cgroup v2 alone, as the root, delegated, in a session, rootless, and where it has to refuse. */
import { runCommands, runRefusedCommands } from './commands.ts';
import { delegate, expectRefusal, handDown, makeGroup, mount, runSuite, withNeighbour } from './places.ts';

const top = '/sys/fs/cgroup';
const all = ['cpuset', 'cpu', 'io', 'memory', 'pids'];

export async function runV2(): Promise<void> {
  mount('cgroup2', top, 'rw');
  const rootGroup = { name: 'root group', groups: [top], uid: 0 };
  await runSuite(rootGroup);
  await runCommands(rootGroup);
  // Alone in a unit with Delegate=yes: the supervisor steps aside into a leaf.
  handDown(top, all);
  const delegated = { name: 'delegated', groups: [makeGroup(`${top}/service`)], uid: 0, stepsAside: true };
  await runSuite(delegated);
  await runCommands(delegated, (count) => makeGroup(`${top}/service-${count}`));
  // A login: the shell is in our group, the group above hands down what its manager needed.
  handDown(makeGroup(`${top}/user`), all);
  const session = { name: 'session', groups: [makeGroup(`${top}/user/session`)], uid: 0 };
  await withNeighbour(session, async () => {
    await runSuite(session);
    await runCommands(session);
  });
  await runRootless();
  await runRefused();
}

async function runRootless(): Promise<void> {
  // What systemd delegates to users by default.
  const user = makeGroup(`${top}/user-1000`);
  delegate(user, 1000);
  handDown(user, ['cpu', 'memory', 'pids']);
  const name = 'rootless, alone in its scope';
  const alone = { name, groups: [ownedGroup(`${user}/scope`)], uid: 1000, stepsAside: true };
  await runSuite(alone);
  await runCommands(alone, (count) => ownedGroup(`${user}/scope-${count}`));
  const beside = { name: 'rootless, beside a shell', groups: [ownedGroup(`${user}/app`)], uid: 1000 };
  await withNeighbour(beside, async () => {
    await runSuite(beside);
    await runCommands(beside);
  });
}

async function runRefused(): Promise<void> {
  const login = { name: 'rootless, not delegated', groups: [makeGroup(`${top}/login`)], uid: 1000 };
  await expectRefusal(login, 'not-delegated');
  await runRefusedCommands(login);
  const busy = { name: 'rootless, occupied', groups: [ownedGroup(`${top}/busy`)], uid: 1000 };
  await withNeighbour(busy, async () => {
    await expectRefusal(busy, 'occupied');
    await runRefusedCommands(busy);
  });
}

function ownedGroup(dir: string): string {
  delegate(makeGroup(dir), 1000);
  return dir;
}
