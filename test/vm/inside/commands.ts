/** The real command in each place: what it enforces, what it reports, and that it leaves nothing. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { type Place, type ProgramEnd, runIn } from './places.ts';
import { report } from './tap.ts';

const guests = '/wasmctr/guests/build/c';

interface CommandCase {
  name: string;
  run(place: Place): Promise<void>;
}

function wasmctr(place: Place, ...args: string[]): Promise<ProgramEnd> {
  return runIn(place, ['/wasmctr/bin/wasmctr', ...args]);
}

/** The last line of stderr. */
function receiptOf({ stderr, end }: ProgramEnd) {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  assert.ok(line.startsWith('{'), `${end}: ${stderr}`);
  return JSON.parse(line);
}

function groupsLeft(): string[] {
  // A leaf into which a supervisor moved itself stays until the next start, when it is empty.
  return globSync('/sys/fs/cgroup/**/wasmctr-*').filter((dir) => !dir.endsWith('-self'));
}

const hello: CommandCase = {
  name: 'run: hello, with every cgroup limit enforced',
  async run(place) {
    const result = await wasmctr(place, 'run', '--stats=json', `${guests}/hello.wasm`);
    const receipt = receiptOf(result);
    for (const controller of ['memory', 'pids', 'cpu']) {
      assert.equal(receipt.enforced[`cgroup.${controller}`]?.enforced, true, JSON.stringify(receipt.enforced));
    }
    assert.equal(result.end, 'exit 0', result.stderr);
    assert.match(result.stdout, /hello/i);
    assert.ok(receipt.usage.cgroup.memoryPeakBytes > 0, JSON.stringify(receipt.usage));
  },
};

const throttled: CommandCase = {
  name: 'run: --cpus throttles, --timeout ends',
  async run(place) {
    const flags = ['--stats=json', '--cpus', '0.2', '--timeout', '3s'];
    const result = await wasmctr(place, 'run', ...flags, `${guests}/spin.wasm`);
    const receipt = receiptOf(result);
    assert.equal(result.end, 'exit 124', result.stderr);
    assert.ok(receipt.usage.cgroup.throttledMs > 500, JSON.stringify(receipt.usage));
  },
};

const doctor: CommandCase = {
  name: 'doctor: everything that a run needs is there',
  async run(place) {
    const { stdout, stderr, end } = await wasmctr(place, 'doctor', '--json');
    assert.equal(end, 'exit 0', stdout + stderr);
    const rows: { layer: string; status: string; detail: string }[] = JSON.parse(stdout).rows;
    const version = place.name === 'hybrid' ? /^v[12] \/sys/ : /^v2 \/sys/;
    assert.match(rows.find(({ layer }) => layer === 'cgroup cpu')?.detail ?? '', version);
    // This kernel is older than the one that containers are written for, and says so.
    assert.equal(rows.find(({ layer }) => layer === 'landlock')?.status, 'limited');
  },
};

/** Images and records, one folder for each user. */
const cacheOf = (place: Place): string => `/tmp/cache-${place.uid}`;

function frozenRun(place: Place, mode: string, args: readonly string[], tracer: readonly string[] = []) {
  const words = [...tracer, '/wasmctr/bin/wasmctr', 'run', ...args];
  return runIn(place, words, { XDG_CACHE_HOME: cacheOf(place), WASMCTR_FROZEN: mode });
}

const frozen: CommandCase = {
  name: 'run: from an image',
  async run(place) {
    const result = await frozenRun(place, 'refresh', ['--stats=json', `${guests}/hello.wasm`]);
    assert.deepEqual(receiptOf(result).start, { frozen: true, detail: 'from an image' });
    assert.equal(result.end, 'exit 0', result.stderr);
    assert.match(result.stdout, /hello/i);
  },
};

const repeated: CommandCase = {
  name: 'run: again from a record, with the same limits',
  async run(place) {
    const flags = ['--memory', '64MiB', '--dir', '/vm::/d:ro', '--env', `PLACE=${place.name}`];
    const args = [...flags, `${guests}/grow-memory.wasm`];
    const recordCount = () => globSync(`${cacheOf(place)}/wasmctr/frozen/*.again-*`).length;
    const before = recordCount();
    const first = await frozenRun(place, '1', args);
    assert.equal(recordCount() - before, place.stepsAside ? 0 : 1, first.stderr);
    if (place.stepsAside) return;
    const trace = `/tmp/trace-${place.uid}`;
    const tracer = ['/bin/strace', '-o', trace, '-e', 'trace=mkdirat,clone3'];
    // What traces is part of the situation: the first is written down.
    for (let i = 0; i < 2; i++) assert.deepEqual(await frozenRun(place, '1', args, tracer), first);
    assert.match(readFileSync(trace, 'utf8'), /^mkdirat\(.*"wasmctr-.*^clone3\(.*CLONE_INTO_CGROUP/ms);
  },
};

const nothingLeft: CommandCase = {
  name: 'run: no group is left',
  async run() {
    assert.deepEqual(groupsLeft(), []);
  },
};

const commandCases: readonly CommandCase[] = [hello, throttled, doctor, frozen, repeated, nothingLeft];

/** @param ownGroup a new group for each command: one that was alone in its group has made an inner one of it */
export async function runCommands(place: Place, ownGroup?: (count: number) => string): Promise<void> {
  for (const [count, { name, run }] of commandCases.entries()) {
    const groups = ownGroup === undefined ? place.groups : [ownGroup(count)];
    await outcome(`${place.name}: ${name}`, () => run({ ...place, groups }));
  }
}

const refusedCases: readonly CommandCase[] = [
  {
    name: 'doctor: says what is missing and the fix',
    async run(place) {
      const { stdout, end } = await wasmctr(place, 'doctor');
      assert.equal(end, 'exit 1', stdout);
      assert.match(stdout, /^missing +cgroup memory .*\n +fix: .*Delegate=yes/m);
    },
  },
  {
    name: 'run: refuses with the reason and the fix',
    async run(place) {
      const { end, stderr } = await wasmctr(place, 'run', `${guests}/hello.wasm`);
      assert.equal(end, 'exit 125', stderr);
      assert.match(stderr, /^wasmctr: can't enforce .*cgroup.*--best-effort/s);
    },
  },
  {
    name: 'run: --best-effort runs, and says what was not enforced',
    async run(place) {
      const result = await wasmctr(place, 'run', '--best-effort', '--stats=json', `${guests}/hello.wasm`);
      assert.equal(result.end, 'exit 0', result.stderr);
      assert.equal(receiptOf(result).enforced['cgroup.memory'].enforced, false);
    },
  },
];

export async function runRefusedCommands(place: Place): Promise<void> {
  for (const { name, run } of refusedCases) await outcome(`${place.name}: ${name}`, () => run(place));
}

/** What the machine must have reported for each place. */
export const commandNames: readonly string[] = commandCases.map(({ name }) => name);
export const refusedNames: readonly string[] = refusedCases.map(({ name }) => name);

async function outcome(name: string, run: () => Promise<void>): Promise<void> {
  await run().then(
    () => report('ok', name),
    (error: unknown) => report('not ok', name, String(error)),
  );
}
