/** cgroup v2 alone, as the root, delegated, in a session, rootless, and where it has to refuse. */
import { delegate, expectRefusal, handDown, makeGroup, mount, runSuite, withNeighbour } from './places.ts';

const top = '/sys/fs/cgroup';
const all = ['cpuset', 'cpu', 'io', 'memory', 'pids'];

export async function runV2(): Promise<void> {
  mount('cgroup2', top, 'rw');
  await runSuite('root group', [top], 0);
  // Alone in a unit with Delegate=yes: the supervisor steps aside into a leaf.
  handDown(top, all);
  await runSuite('delegated', [makeGroup(`${top}/service`)], 0);
  // A login: the shell is in our group, the group above hands down what its manager needed.
  const user = makeGroup(`${top}/user`);
  handDown(user, all);
  const session = makeGroup(`${user}/session`);
  await withNeighbour(session, 0, () => runSuite('session', [session], 0));
  await runRootless();
  await runRefused();
}

async function runRootless(): Promise<void> {
  // What systemd delegates to users by default.
  const user = makeGroup(`${top}/user-1000`);
  delegate(user, 1000);
  handDown(user, ['cpu', 'memory', 'pids']);
  const scope = makeGroup(`${user}/scope`);
  delegate(scope, 1000);
  await runSuite('rootless, alone in its scope', [scope], 1000);
  const app = makeGroup(`${user}/app`);
  delegate(app, 1000);
  await withNeighbour(app, 1000, () => runSuite('rootless, beside a shell', [app], 1000));
}

async function runRefused(): Promise<void> {
  const login = makeGroup(`${top}/login`);
  await expectRefusal('rootless, not delegated', login, 1000, 'not-delegated');
  const busy = makeGroup(`${top}/busy`);
  delegate(busy, 1000);
  await withNeighbour(busy, 1000, () => expectRefusal('rootless, occupied', busy, 1000, 'occupied'));
}
