/** The doctor on this machine, and on machines that lack something. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadNative } from '../../native/load.ts';
import { type KernelFeatures, kernelProbes, type Prober } from '../../native/probe.ts';
import { doctorReport, renderDoctor } from '../../runtime/doctor.ts';
import { engineFacts } from '../../runtime/doctor-engine.ts';
import { kernelRows } from '../../runtime/doctor-kernel.ts';

const native: Prober = loadNative();
const launched = { ...engineFacts(), flags: ['--single-threaded', '--v8-pool-size=0', '--wasm-sync-tier-up'] };

function everythingWorks(change: Partial<KernelFeatures> = {}): KernelFeatures {
  const features = Object.fromEntries(kernelProbes.map((probe) => [probe, 0])) as Record<string, number>;
  return { ...features, landlockAbi: 7, ...change } as KernelFeatures;
}

function rowFor(layer: string, features: KernelFeatures) {
  return kernelRows(features, true).find((row) => row.layer === layer);
}

test('the addon answers every probe, in the order of the seam, with a value or an errno', () => {
  const features = native.probe();
  expect(Object.keys(features)).toEqual([...kernelProbes]);
  for (const value of Object.values(features)) expect(Number.isInteger(value) && value > -4096).toBe(true);
});

test('probing changes nothing here: namespaces, ids, privileges, filters and children stay', () => {
  const state = () => [
    ...['user', 'mnt', 'pid', 'ipc', 'uts', 'cgroup', 'net'].map((name) =>
      execFileSync('readlink', [`/proc/${process.pid}/ns/${name}`], { encoding: 'utf8' }),
    ),
    execFileSync('grep', ['-E', '^(Uid|Gid|Cap|NoNewPrivs|Seccomp)', `/proc/${process.pid}/status`], {
      encoding: 'utf8',
    }),
    readdirSync('/proc/self/fd').length,
    execFileSync('cat', [`/proc/${process.pid}/task/${process.pid}/children`], { encoding: 'utf8' })
      .trim()
      .split(' ').length,
  ];
  const before = state();
  native.probe();
  expect(state()).toEqual(before);
});

test('this machine has all that a run needs', () => {
  const report = doctorReport(native, launched);
  expect(report.rows.filter((row) => row.required && row.status === 'missing')).toEqual([]);
  expect(report.exitCode).toBe(0);
  expect(renderDoctor(report)).toContain('Everything that a run needs is there.');
});

test('what can be checked in another way agrees', () => {
  const features = native.probe();
  const lsm = execFileSync('sh', ['-c', 'cat /sys/kernel/security/lsm 2>/dev/null || echo landlock'], {
    encoding: 'utf8',
  });
  expect(features.landlockAbi > 0).toBe(lsm.includes('landlock'));
  const actions = execFileSync('cat', ['/proc/sys/kernel/seccomp/actions_avail'], { encoding: 'utf8' })
    .trim()
    .split(' ');
  expect(features.seccompKillProcess === 0).toBe(actions.includes('kill_process'));
  expect(features.seccompUserNotif === 0).toBe(actions.includes('user_notif'));
});

test('a required feature that is missing decides the exit code and names its errno and a fix', () => {
  const prober = { probe: () => everythingWorks({ openat2: -38 }) };
  const report = doctorReport(prober, launched);
  expect(report.exitCode).toBe(1);
  const row = report.rows.find(({ layer }) => layer === 'openat2');
  expect(row).toMatchObject({ status: 'missing', required: true, detail: 'ENOSYS' });
  expect(renderDoctor(report)).toMatch(/missing openat2 +ENOSYS\n +fix: use a newer kernel/);
});

test('what only a user namespace gives is said, and is enough', () => {
  expect(rowFor('net namespace', everythingWorks({ netNamespace: 1 }))).toMatchObject({
    status: 'ok',
    detail: 'inside a user namespace of its own',
  });
});

test('an old Landlock is limited and says what it does not cover', () => {
  const row = rowFor('landlock', everythingWorks({ landlockAbi: 2 }));
  expect(row).toMatchObject({ status: 'limited', detail: expect.stringContaining('TCP ports') });
  expect(rowFor('landlock', everythingWorks({ landlockRestrict: -95, landlockAbi: -95 }))?.status).toBe('missing');
});

test('being born in a cgroup is required on v2 only', () => {
  const without = everythingWorks({ cloneIntoCgroup: -7 });
  const required = [true, false].map(
    (v2) => kernelRows(without, v2).find(({ layer }) => layer === 'clone into cgroup')?.required,
  );
  expect(required).toEqual([true, false]);
});

test('Node without the flags, an address-space limit and strict overcommit are found', () => {
  const engine = { ...launched, flags: [], overcommit: '2' };
  const missing = doctorReport(native, engine).rows.filter((row) => row.status === 'missing' && row.required);
  expect(missing.map(({ layer }) => layer)).toEqual(['node flags', 'address space']);
});
