/** The table of stages: what each leaves in place after lockdown, and what an order that matters breaks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AttackOptions, attack, type Kit, startAttack } from '../helpers/attack.ts';
import { root } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { stageNames } from '../helpers/stages.ts';

afterAll(() => expectNothingLeft());

/** The real table, from its source. */
const table: string[] = [
  ...readFileSync(join(root, 'native/src/stages.cc'), 'utf8').matchAll(/^ {4}\{"(\w+)", layers/gm),
].map((match) => match[1] ?? '');

test('the table is as these tests know it', () => {
  expect(table).toEqual(stageNames);
});

describe('seen from outside, of a container after its last stage', () => {
  let status: Map<string, string>;
  let pid: number;
  const files = new Map<string, string>();
  const proc = (of: number | 'self', file: string): string => readFileSync(`/proc/${of}/${file}`, 'utf8');
  beforeAll(async () => {
    const running = await startAttack(
      (kit) => {
        kit.call('write', 1, kit.text('ready'), 5);
        kit.sleep(3_600_000);
      },
      [undefined],
    );
    await new Promise((resolve) => running.stdout.once('data', resolve));
    pid = await running.container;
    status = new Map(
      proc(pid, 'status')
        .split('\n')
        .map((line) => line.split(/:\s+/) as [string, string]),
    );
    for (const file of ['limits', 'uid_map', 'gid_map', 'setgroups', 'cgroup', 'mountinfo', 'environ', 'oom_score_adj'])
      files.set(file, proc(pid, file));
    const { readlinkSync } = await import('node:fs');
    for (const name of ['user', 'mnt', 'pid', 'ipc', 'uts', 'cgroup', 'net'])
      files.set(`ns/${name}`, `${readlinkSync(`/proc/${pid}/ns/${name}`)} ${readlinkSync(`/proc/self/ns/${name}`)}`);
    running.process.kill('SIGKILL');
    await running.finished.catch(() => undefined);
  });

  test.each(['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])('capabilities: %s is empty', (set) => {
    expect(status.get(set)).toBe('0000000000000000');
  });
  test('no_new_privs and a filter', () => {
    expect([status.get('NoNewPrivs'), status.get('Seccomp'), status.get('Seccomp_filters')]).toEqual(['1', '2', '1']);
  });
  test('ids of its own, no groups', () => {
    const id = String(0x70000000 + pid);
    expect(status.get('Uid')?.split('\t')).toEqual([id, id, id, id]);
    expect(status.get('Gid')?.split('\t')).toEqual([id, id, id, id]);
    expect(status.get('Groups')?.trim()).toBe('');
    expect(files.get('uid_map')?.trim().split(/\s+/)).toEqual([id, id, '1']);
    expect(files.get('gid_map')?.trim().split(/\s+/)).toEqual([id, id, '1']);
    expect(files.get('setgroups')).toBe('deny\n');
  });
  test.each(['user', 'mnt', 'pid', 'ipc', 'uts', 'cgroup', 'net'])('namespace: %s is not ours', (name) => {
    const [theirs, ours] = files.get(`ns/${name}`)?.split(' ') ?? [];
    expect(theirs).toMatch(/^\w+:\[\d+\]$/);
    expect(theirs).not.toBe(ours);
  });
  test('root: one mount, an empty read-only tmpfs', () => {
    const mounts = files.get('mountinfo')?.trim().split('\n') ?? [];
    expect(mounts).toHaveLength(1);
    expect(mounts[0]).toMatch(/ \/ \/ ro,nosuid,nodev,noexec\b.* - tmpfs /);
  });
  test('resource limits', () => {
    const limit = (name: string): string[] =>
      new RegExp(`^${name}\\s+(\\S+)\\s+(\\S+)`, 'm').exec(files.get('limits') ?? '')?.slice(1, 3) ?? [];
    expect(limit('Max core file size')).toEqual(['0', '0']);
    expect(limit('Max processes')).toEqual(['8', '8']);
    expect(limit('Max locked memory')).toEqual(['0', '0']);
    expect(limit('Max msgqueue size')).toEqual(['0', '0']);
    expect(limit('Max pending signals')).toEqual(['64', '64']);
    expect(Number(limit('Max open files')[1])).toBeLessThan(4096);
  });
  test('in its control groups', () => {
    expect(files.get('cgroup')?.match(/memory:.*wasmctr-|0::.*wasmctr-/)).not.toBeNull();
  });
  test('signals: no handler but for SIGSEGV and SIGSYS, none blocked', () => {
    const caught = BigInt(`0x${status.get('SigCgt')}`);
    const bit = (signal: number): bigint => 1n << BigInt(signal - 1);
    expect(caught & ~(bit(11) | bit(31))).toBe(0n);
    expect(status.get('SigBlk')).toBe('0000000000000000');
  });
  test('one thread, undumpable: even its own files in /proc are root’s', async () => {
    expect(status.get('Threads')).toBe('1');
    const { value } = await attack((kit) => kit.call('prctl', 3, 0, 0, 0, 0), { without: ['seccomp'] });
    expect(value).toBe(0);
  });
});

describe('seen from inside', () => {
  const withoutFilter: AttackOptions = { without: ['seccomp'] };
  test('securebits are locked, no_new_privs stays, the hostname is ours', async () => {
    const { value } = await attack((kit) => {
      const names = new Uint8Array(6 * 65);
      kit.call('uname', names);
      return {
        securebits: kit.call('prctl', 27, 0, 0, 0, 0),
        change: kit.call('prctl', 28, 0, 0, 0, 0),
        privileges: [kit.call('prctl', 39, 0, 0, 0, 0), kit.call('prctl', 38, 0, 0, 0, 0)],
        hostname: kit.read(names.subarray(65, 130)),
        pid: kit.call('getpid'),
      };
    }, withoutFilter);
    expect(value).toEqual({
      securebits: 0xef,
      change: 'EPERM',
      privileges: [1, 'EINVAL'],
      hostname: 'wasmctr',
      pid: 1,
    });
  });
  test('the parent-death signal is SIGKILL', async () => {
    const { value } = await attack((kit) => {
      const signal = kit.ints(0);
      kit.call('prctl', 2, signal, 0, 0, 0);
      return signal[0];
    }, withoutFilter);
    expect(value).toBe(9);
  });
});

/** Moves one stage before or behind another. */
function moved(stage: string, before: string | null): string[] {
  const rest = table.filter((name) => name !== stage);
  rest.splice(before === null ? rest.length : rest.indexOf(before), 0, stage);
  return rest;
}

describe('a wrong order', () => {
  const message = async (stages: string[], options: AttackOptions = {}): Promise<string | undefined> =>
    (await attack((kit) => kit.call('getpid'), { ...options, stages })).result.error?.message;

  test('ids after the new user namespace: nothing is mapped yet, so there are none to take', async () => {
    expect(await message(moved('ids', 'idmap'))).toBe("can't make the container: ids: setgroups: EPERM");
  });
  test('capabilities before the new user namespace: it would give all of them back', async () => {
    const { value, result } = await attack(
      (kit) => {
        const sets = kit.ints(0, 0, 0, 0, 0, 0);
        kit.call('capget', kit.ints(0x20080522, 0), sets);
        return sets[0];
      },
      { stages: moved('capabilities', 'unshare'), without: ['seccomp'] },
    );
    expect(value === undefined ? result.error?.message : value).not.toBe(0);
  });
  test('id map after the descriptors are closed: /proc is out of reach', async () => {
    expect(await message(moved('idmap', 'rlimits'))).toMatch(/^can't make the container: idmap: .*: (EBADF|EPERM)$/);
  });
  test('id map before the new user namespace', async () => {
    expect(await message(moved('idmap', 'unshare'))).toMatch(/^can't make the container: idmap: .*: (EPERM|EACCES)$/);
  });
  test('hostname after capabilities', async () => {
    expect(await message(moved('hostname', 'landlock'))).toBe("can't make the container: hostname: sethostname: EPERM");
  });
  test('hostname before the new UTS namespace would rename the host: the ids are taken first, so it fails', async () => {
    expect(await message(moved('hostname', 'unshare'))).toBe("can't make the container: hostname: sethostname: EPERM");
  });
  test('Landlock before no_new_privs and without privilege', async () => {
    expect(await message(moved('landlock', 'unshare'))).toBe(
      "can't make the container: landlock: landlock_restrict_self: EPERM",
    );
  });
  test('seccomp first: every other stage is a violation', async () => {
    const { result } = await attack((kit: Kit) => kit.call('getpid'), { stages: moved('seccomp', 'cgroup') });
    expect(result).toMatchObject({ ok: false, exitCode: 159, seccompViolation: 'setgroups' });
  });
  test('seccomp before the parent is watched', async () => {
    const { result } = await attack((kit: Kit) => kit.call('getpid'), { stages: moved('seccomp', 'parent') });
    expect(result).toMatchObject({ ok: false, exitCode: 159, seccompViolation: 'prctl' });
  });
  test('parent-death signal before the ids: the kernel clears it, and the container would outlive its supervisor', async () => {
    const signal = async (stages: string[]): Promise<number | undefined> => {
      const asked = (kit: Kit): number | undefined => {
        const number = kit.ints(-1);
        kit.call('prctl', 2, number, 0, 0, 0);
        return number[0];
      };
      return (await attack(asked, { stages, without: ['seccomp'] })).value;
    };
    expect(await signal(moved('parent', 'ids'))).toBe(0);
    expect(await signal(table)).toBe(9);
  });
});
