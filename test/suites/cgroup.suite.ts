/**
 * What every cgroup backend must do: the same cases over v1, hybrid and v2. Plain named functions without a test runner,
 * because a small virtual machine runs them too.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cgroup, CgroupController, CgroupHost, CgroupLimits } from '../../runtime/sandbox/cgroup.ts';
import { groupName, ownSupervisor } from '../../runtime/sandbox/cgroup-name.ts';
import { noLimits, runInside, startInside } from './cgroup-process.ts';

export interface SuiteContext {
  host: CgroupHost;
  /** A v1 controller that the host was made without, as if v1 had none; '' hides nothing. */
  hidden: string;
  /** cgroup-child.c, compiled. */
  helper: string;
  /** A file of at least 4 MiB on a file system with a disk, or null: then no case needs `io`. */
  diskFile: string | null;
}

export interface SuiteCase {
  name: string;
  /** Controllers without which the case has no meaning. */
  needs: readonly CgroupController[];
  run(context: SuiteContext): Promise<void>;
}

const mib = 1024 * 1024;

async function withGroup(
  { host }: SuiteContext,
  limits: Partial<CgroupLimits>,
  use: (cgroup: Cgroup) => Promise<void>,
): Promise<void> {
  const cgroup = host.create();
  try {
    for (const report of cgroup.limit({ ...noLimits, ...limits })) {
      if (!report.enforced) assert.fail(`${report.controller}: ${report.reason}: ${report.detail}`);
    }
    await use(cgroup);
  } finally {
    await cgroup.remove();
    assert.deepEqual(existing(host, cgroup.name), []);
  }
}

export function existing(host: CgroupHost, name: string): string[] {
  const homes = Object.values(host.controllers).flatMap((home) => ('parent' in home ? [home.parent] : []));
  return [...new Set(homes)].map((parent) => join(parent, name)).filter((dir) => existsSync(dir));
}

/** A zombie is dead: when it is reaped is up to others. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}

const joins: SuiteCase = {
  name: 'a process that joined is in the group of every base controller',
  needs: ['memory', 'pids', 'cpu'],
  run: (context) =>
    withGroup(context, { memoryBytes: 64 * mib, pids: 4 }, async (cgroup) => {
      const inside = startInside(cgroup, context.helper, ['tick']);
      await inside.line();
      const lines = readFileSync(`/proc/${inside.pid}/cgroup`, 'utf8').split('\n');
      const groups = lines.filter((line) => line.endsWith(`/${cgroup.name}`));
      for (const controller of ['memory', 'pids', 'cpu'] as const) {
        const home = context.host.controllers[controller];
        const mark = 'version' in home && home.version === 2 ? '0::' : controller;
        assert.ok(
          groups.some((line) => line.includes(mark)),
          controller,
        );
      }
      await cgroup.kill();
      assert.equal((await inside.end).signal, 'SIGKILL');
    }),
};

const memoryKills: SuiteCase = {
  name: 'memory beyond the limit kills, without swapping, and is counted',
  needs: ['memory'],
  run: (context) =>
    withGroup(context, { memoryBytes: 16 * mib }, async (cgroup) => {
      const { signal } = await runInside(cgroup, context.helper, ['allocate', String(64 * mib)]);
      assert.equal(signal, 'SIGKILL');
      const usage = cgroup.usage();
      assert.equal(usage.oomKills, 1);
      assert.ok(usage.memoryPeakBytes !== null && usage.memoryPeakBytes <= 16 * mib, `peak ${usage.memoryPeakBytes}`);
      assert.ok(usage.memoryPeakBytes > 12 * mib, `peak ${usage.memoryPeakBytes}`);
    }),
};

const memoryAllows: SuiteCase = {
  name: 'memory within the limit is allowed, and its peak read',
  needs: ['memory'],
  run: (context) =>
    withGroup(context, { memoryBytes: 64 * mib }, async (cgroup) => {
      const { line, code } = await runInside(cgroup, context.helper, ['allocate', String(32 * mib)]);
      assert.deepEqual([line, code], [String(32 * mib), 0]);
      const usage = cgroup.usage();
      assert.equal(usage.oomKills, 0);
      assert.ok((usage.memoryPeakBytes ?? 0) >= 32 * mib, `peak ${usage.memoryPeakBytes}`);
    }),
};

const memoryChanges: SuiteCase = {
  name: 'the memory limit can be raised, lowered and raised again',
  needs: ['memory'],
  run: (context) =>
    withGroup(context, { memoryBytes: 16 * mib }, async (cgroup) => {
      for (const memoryBytes of [128 * mib, 32 * mib, null, 64 * mib]) {
        const reports = cgroup.limit({ ...noLimits, memoryBytes });
        assert.ok(
          reports.every((report) => report.enforced),
          JSON.stringify(reports),
        );
      }
      const { line } = await runInside(cgroup, context.helper, ['allocate', String(48 * mib)]);
      assert.equal(line, String(48 * mib));
    }),
};

const cpuQuota: SuiteCase = {
  name: 'a CPU quota holds, and throttling is counted',
  needs: ['cpu'],
  run: (context) =>
    withGroup(context, { cpus: 0.2 }, async (cgroup) => {
      const { line } = await runInside(cgroup, context.helper, ['burn', '1000']);
      const gotUs = Number(line);
      assert.ok(gotUs > 50_000 && gotUs < 600_000, `${gotUs} µs of a second, 200000 expected`);
      const usage = cgroup.usage();
      assert.ok((usage.throttledUs ?? 0) > 200_000, `throttled ${usage.throttledUs}`);
      assert.ok((usage.throttledPeriods ?? 0) >= 4 && (usage.cpuPeriods ?? 0) >= 4);
      // Null only where v1 mounts cpuacct apart from cpu. Of an emulated kernel the two clocks are that far apart.
      if (usage.cpuUs !== null)
        assert.ok(usage.cpuUs > gotUs / 2 && usage.cpuUs < 2 * gotUs, `${usage.cpuUs} against ${gotUs}`);
    }),
};

const cpuTiny: SuiteCase = {
  name: 'a quota below a hundredth of a CPU is taken, and changed',
  needs: ['cpu'],
  run: (context) =>
    withGroup(context, { cpus: 0.002 }, async (cgroup) => {
      for (const cpus of [1.5, 0.001, null, 0.5]) {
        const reports = cgroup.limit({ ...noLimits, cpus });
        assert.ok(
          reports.every((report) => report.enforced),
          JSON.stringify(reports),
        );
      }
    }),
};

const cpuWeight: SuiteCase = {
  name: 'weights share one CPU in proportion',
  needs: ['cpu', 'cpuset'],
  run: (context) =>
    withGroup(context, { cpuWeight: 100, cpuset: '0' }, (light) =>
      withGroup(context, { cpuWeight: 400, cpuset: '0' }, async (heavy) => {
        const startUs = Number(process.hrtime.bigint() / 1_000n) + 700_000;
        const action = ['window', String(startUs), String(startUs + 1_500_000)];
        const results = await Promise.all([light, heavy].map((cgroup) => runInside(cgroup, context.helper, action)));
        const [lightUs = 0, heavyUs = 0] = results.map(({ line }) => Number(line));
        const ratio = heavyUs / lightUs;
        assert.ok(ratio > 2 && ratio < 8, `${heavyUs} to ${lightUs}, 4 to 1 expected`);
      }),
    ),
};

const pidsLimit: SuiteCase = {
  name: 'forks beyond the pids limit are refused and counted',
  needs: ['pids'],
  run: (context) =>
    withGroup(context, { pids: 5 }, async (cgroup) => {
      const inside = startInside(cgroup, context.helper, ['family', '50']);
      assert.equal(await inside.line(), '4');
      const usage = cgroup.usage();
      assert.ok(usage.pidsPeak === null || usage.pidsPeak === 5, `peak ${usage.pidsPeak}`);
      assert.ok(usage.pidsRefused === null || usage.pidsRefused >= 1, `refused ${usage.pidsRefused}`);
    }),
};

const ioLimit: SuiteCase = {
  name: 'reads from a disk are slowed down to the limit, and counted',
  needs: ['io'],
  run: async (context) => {
    const path = context.diskFile;
    assert.ok(path !== null, 'no file on a disk');
    const io = [{ path, readBytesPerSecond: 2 * mib, writeBytesPerSecond: null }];
    await withGroup(context, { io }, async (cgroup) => {
      const { line, stderr } = await runInside(cgroup, context.helper, ['read', String(2 * mib), path]);
      assert.ok(Number(line) > 700_000, `2 MiB at 2 MiB/s took ${line} µs ${stderr}`);
      assert.ok((cgroup.usage().ioReadBytes ?? 0) >= 2 * mib, `read ${cgroup.usage().ioReadBytes}`);
    });
  },
};

const ioWriteLimit: SuiteCase = {
  name: 'a write limit slows direct writes, and says so where buffered ones escape it',
  needs: ['io'],
  run: async (context) => {
    const path = context.diskFile;
    assert.ok(path !== null, 'no file on a disk');
    const cgroup = context.host.create();
    try {
      const io = [{ path, readBytesPerSecond: null, writeBytesPerSecond: 2 * mib }];
      const report = cgroup.limit({ ...noLimits, io }).find(({ controller }) => controller === 'io');
      const version = 'version' in context.host.controllers.io ? context.host.controllers.io.version : 0;
      if (version === 1)
        assert.deepEqual([report?.enforced, report && 'reason' in report && report.reason], [false, 'buffered-writes']);
      else assert.equal(report?.enforced, true, JSON.stringify(report));
      const { line, stderr } = await runInside(cgroup, context.helper, ['write', String(2 * mib), path]);
      assert.ok(Number(line) > 700_000, `2 MiB at 2 MiB/s took ${line} µs ${stderr}`);
    } finally {
      await cgroup.remove();
    }
  },
};

const cpusetLimit: SuiteCase = {
  name: 'a cpuset pins to its CPUs',
  needs: ['cpuset'],
  run: (context) =>
    withGroup(context, { cpuset: '0' }, async (cgroup) => {
      const { line, stderr } = await runInside(cgroup, context.helper, ['cpus']);
      assert.equal(line.trim(), '0', stderr);
    }),
};

const freezes: SuiteCase = {
  name: 'a frozen process stands still until it is thawed',
  needs: ['freezer'],
  run: (context) =>
    withGroup(context, { freezer: true }, async (cgroup) => {
      const inside = startInside(cgroup, context.helper, ['tick']);
      await inside.line();
      await cgroup.freeze();
      const before = switchesOf(inside.pid);
      await sleep(100);
      assert.equal(switchesOf(inside.pid), before);
      cgroup.thaw();
      await sleep(100);
      assert.notEqual(switchesOf(inside.pid), before);
    }),
};

/** How often a process gave up the CPU: stands still exactly when it does. */
function switchesOf(pid: number): string {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return /^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)?.[1] ?? '';
}

const killsFrozen: SuiteCase = {
  name: 'kill ends a frozen family',
  needs: ['freezer'],
  run: (context) =>
    withGroup(context, { freezer: true }, async (cgroup) => {
      const inside = startInside(cgroup, context.helper, ['family', '5']);
      await inside.line();
      await cgroup.freeze();
      await cgroup.kill();
      assert.equal((await inside.end).signal, 'SIGKILL');
    }),
};

const killsForking: SuiteCase = {
  name: 'kill ends what forks away from it',
  needs: ['pids'],
  run: (context) =>
    withGroup(context, { pids: 64 }, async (cgroup) => {
      const inside = startInside(cgroup, context.helper, ['multiply']);
      await inside.line();
      await sleep(50);
      await cgroup.kill();
      // Its descendants hold the output open: that it ends means they all did.
      await inside.end;
    }),
};

const removeKills: SuiteCase = {
  name: 'removing ends what is inside; removing twice is no error',
  needs: ['pids'],
  run: (context) =>
    withGroup(context, {}, async (cgroup) => {
      const inside = startInside(cgroup, context.helper, ['family', '3']);
      await inside.line();
      await cgroup.remove();
      assert.equal((await inside.end).signal, 'SIGKILL');
      await cgroup.remove();
    }),
};

const touchesOnlyAsked: SuiteCase = {
  name: 'controllers that no limit asks for are not touched on v1',
  needs: ['memory', 'pids', 'cpu'],
  run: (context) =>
    withGroup(context, { memoryBytes: 16 * mib, pids: 4, cpus: 1 }, async (cgroup) => {
      const dirs = new Set(existing(context.host, cgroup.name));
      for (const controller of ['io', 'cpuset', 'freezer'] as const) {
        const home = context.host.controllers[controller];
        if ('parent' in home && home.version === 1) assert.ok(!dirs.has(join(home.parent, cgroup.name)), controller);
      }
    }),
};

const refusesValues: SuiteCase = {
  name: 'what the kernel does not take is refused with a reason',
  needs: ['cpuset', 'io'],
  run: async (context) => {
    const cgroup = context.host.create();
    try {
      const io = [{ path: '/proc', readBytesPerSecond: mib, writeBytesPerSecond: null }];
      const reports = cgroup.limit({ ...noLimits, cpuset: '4000', io });
      const reasons = reports.flatMap((report) => (report.enforced ? [] : [[report.controller, report.reason]]));
      assert.deepEqual(reasons, [
        ['io', 'no-device'],
        ['cpuset', 'value'],
      ]);
    } finally {
      await cgroup.remove();
    }
  },
};

/** A supervisor that was killed: the name of its group, and a process in it. */
export async function abandon(
  context: Pick<SuiteContext, 'helper' | 'hidden'>,
  how: 'frozen' | 'running',
): Promise<{ name: string; pid: number }> {
  // Beside this file, and compiled where this is.
  const script = join(import.meta.dirname, `cgroup-abandon${extname(import.meta.filename)}`);
  const supervisor = spawn(process.execPath, [script, context.helper, how, context.hidden], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: supervisor.stdout })[Symbol.asyncIterator]();
  const { value = '' } = await lines.next();
  const [name = '', pid] = value.split(' ');
  supervisor.kill('SIGKILL');
  await once(supervisor, 'close').catch(() => undefined);
  return { name, pid: Number(pid) };
}

function sweepCase(how: 'frozen' | 'running', needs: readonly CgroupController[]): SuiteCase {
  return {
    name: `what a killed supervisor left (${how}) is swept with its processes, and nothing else`,
    needs,
    run: (context) =>
      withGroup(context, {}, async (mine) => {
        const { host } = context;
        const inside = startInside(mine, context.helper, ['tick']);
        await inside.line();
        const others = foreignGroups(host);
        const left = await abandon(context, how);
        try {
          assert.ok(existing(host, left.name).length > 0 && isAlive(left.pid));
          const swept = (await Promise.all([host.sweepStale(), host.sweepStale(), host.sweepStale()])).flat();
          assert.ok(swept.includes(left.name), `${left.name} not in ${swept}`);
          assert.deepEqual(existing(host, left.name), []);
          await waitUntilGone(left.pid);
          assert.ok(isAlive(inside.pid));
          assert.ok(others.every((dir) => existsSync(dir)));
          assert.deepEqual(await host.sweepStale(), []);
        } finally {
          for (const dir of others) rmdirSync(dir);
        }
      }),
  };
}

/** Looks like ours: of a supervisor in another pid namespace, and of someone with a similar name. */
function foreignGroups(host: CgroupHost): string[] {
  const home = Object.values(host.controllers).find((candidate) => 'parent' in candidate);
  assert.ok(home !== undefined && 'parent' in home);
  const self = ownSupervisor();
  const elsewhere = groupName({ ...self, pidNamespace: 1, pid: 4_000_000 }, 0);
  return [elsewhere, `wasmctr-${self.pid}`].map((name) => {
    mkdirSync(join(home.parent, name));
    return join(home.parent, name);
  });
}

async function waitUntilGone(pid: number): Promise<void> {
  for (let i = 0; i < 200 && isAlive(pid); i++) await sleep(10);
  assert.ok(!isAlive(pid), `process ${pid} survived`);
}

const concurrent: SuiteCase = {
  name: 'groups made, removed and swept at once do not disturb each other',
  needs: ['pids'],
  run: async (context) => {
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      for (let i = 0; i < 10; i++) {
        await withGroup(context, { pids: 2 + lane }, async () => void (await context.host.sweepStale()));
      }
    });
    await Promise.all(lanes);
  },
};

export const cgroupSuite: readonly SuiteCase[] = [
  joins,
  memoryKills,
  memoryAllows,
  memoryChanges,
  cpuQuota,
  cpuTiny,
  cpuWeight,
  pidsLimit,
  ioLimit,
  ioWriteLimit,
  cpusetLimit,
  freezes,
  killsFrozen,
  killsForking,
  removeKills,
  touchesOnlyAsked,
  refusesValues,
  sweepCase('running', ['pids']),
  sweepCase('frozen', ['pids', 'freezer']),
  concurrent,
];
