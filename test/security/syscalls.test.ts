/** Every system call there is, each in a fresh container: only the list survives, and the result names all others. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { policyFor } from '../../runtime/sandbox/seccomp.ts';
import { type Arch, syscallName } from '../../runtime/sandbox/syscalls-table.ts';
import { type Attacked, attackEach, type Kit } from '../helpers/attack.ts';
import { expectViolation } from '../helpers/attack-walls.ts';
import { root } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { Oracle } from '../helpers/seccomp-oracle.ts';

const arch = process.arch as Arch;
const lastNumber = 600;
const x32 = 0x40000000;
/** Their success ends the process or waits for ever, or needs a signal's frame on the stack. */
const unsafe = ['exit_group', 'rt_sigreturn', 'ppoll'];

/** The smallest list and the largest; what is between them is a union of the same rules. */
const tiers: { name: string; flags: () => string[]; policies: string[] }[] = [
  { name: 'neither files nor network', flags: () => [], policies: ['compute', 'big-module', 'clock'] },
  {
    name: 'files and network',
    flags: () => everything,
    policies: ['compute', 'big-module', 'clock', 'files', 'network'],
  },
];

/** Flags of a container with a directory and a listener. */
let everything: string[];
beforeAll(async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  everything = ['--dir', `${root}/guests::/data:ro`, '--listen', `127.0.0.1:${port}`];
});

/** The kernel lets them pass every filter, for tracers: outside of a probe they fail, or end the process by a signal. */
const passedByKernel = ['uprobe', 'uretprobe'];

/** Zeros are benign: no call does harm with them, and few rules hold. */
const zeros = (kit: Kit, nr: number): unknown => kit.call(nr, 0, 0, 0, 0, 0, 0);

afterAll(() => expectNothingLeft());

describe.each(tiers)('with $name', ({ flags, policies }) => {
  const numbers = Array.from({ length: lastNumber + 1 }, (_, nr) => nr).filter(
    (nr) => !unsafe.includes(syscallName(arch, nr)),
  );
  let outcomes: Attacked<unknown>[];
  beforeAll(async () => {
    outcomes = await attackEach(zeros, numbers, { flags: flags(), timeoutMs: 170_000 });
  });

  test('every number from 0 to 600 ends the guest by name, unless the policy allows it with zeros', () => {
    const oracle = new Oracle(policies.map(readPolicy));
    const survivors = numbers
      .filter((_, i) => outcomes[i]?.value !== undefined)
      .map((nr) => syscallName(arch, nr))
      .filter((name) => !passedByKernel.includes(name));
    const allowed = numbers.map((nr) => syscallName(arch, nr)).filter((name) => oracle.allows(name, Array(6).fill(0n)));
    expect(survivors.sort()).toEqual(allowed.sort());
    for (const [i, nr] of numbers.entries()) {
      const name = syscallName(arch, nr);
      const outcome = outcomes[i];
      if (outcome === undefined) throw new Error('it was not run');
      if (abortCalls.includes(name)) expect(outcome.result).toMatchObject({ ok: false, exitCode: 125 });
      else if (name === 'uprobe') expect(['EPROTO', 'ENXIO', 'ENOSYS', undefined]).toContain(outcome.value);
      else if (name === 'uretprobe') expect(outcome).toMatchObject({ value: undefined, result: { ok: false } });
      else if (!allowed.includes(name)) expectViolation(outcome, name);
    }
  });
});

test.each([
  { files: false, network: false, most: 16 },
  { files: true, network: false, most: 32 },
  { files: true, network: true, most: 48 },
])('with files $files and network $network the list is at most $most calls long', ({ most, ...needs }) => {
  expect(policyFor({ ...needs, bigModule: true, clockCalls: true }).calls.length).toBeLessThanOrEqual(most);
});

/** V8's abort() begins with them, so that the result says "the engine gave up". */
const abortCalls = ['gettid', 'tgkill'];

function readPolicy(name: string): { calls: { name: string; when?: Record<string, unknown>[] }[] } {
  return JSON.parse(readFileSync(join(root, `runtime/sandbox/policies/${name}.json`), 'utf8'));
}

describe('other ways into the kernel', () => {
  test.runIf(arch === 'x64')('x32 numbers kill, the allowed ones too', async () => {
    const numbers = [0, 1, 39, 59, 231, 512, 520, 547].map((nr) => nr + x32);
    for (const { value, result } of await attackEach(zeros, numbers)) {
      expect(value).toBeUndefined();
      expect(result).toMatchObject({ ok: false, exitCode: 159, signal: 'SIGSYS' });
    }
  });

  test.runIf(arch === 'x64')('int 0x80 kills: 32-bit numbers have other meanings', async () => {
    // 20 is getpid there; 4 is write, which 64-bit calls stat.
    for (const { value, result } of await attackEach((kit, nr: number) => kit.native.int80(nr), [20, 4, 1, 11, 120])) {
      expect(value).toBeUndefined();
      expect(result).toMatchObject({ ok: false, exitCode: 159, signal: 'SIGSYS' });
    }
  });

  test('numbers beyond all tables kill', async () => {
    const numbers = [601, 1000, 4095, 0x3fffffff, 0x7fffffff, -1];
    for (const outcome of await attackEach(zeros, numbers)) {
      expect(outcome.value).toBeUndefined();
      expect(outcome.result).toMatchObject({ ok: false, exitCode: 159, signal: 'SIGSYS' });
    }
  });
});

describe('each argument rule, broken once', () => {
  const violations = ['compute', 'clock', 'files', 'network'].flatMap((policy) =>
    readPolicy(policy).calls.flatMap(({ name, when = [] }) =>
      when.flatMap((rule, index) =>
        Object.keys(rule).map((argument) => ({
          policy,
          name,
          index,
          argument,
          arguments: breaking(name, argument),
        })),
      ),
    ),
  );
  let outcomes: Attacked<unknown>[];
  beforeAll(async () => {
    const run = (kit: Kit, [name, args]: [string, string[]]): unknown => kit.call(name, ...args.map(BigInt));
    outcomes = await attackEach(
      run,
      violations.map((v): [string, string[]] => [v.name, v.arguments]),
      { flags: everything },
    );
  });
  test.each(violations.map((violation, at) => ({ ...violation, at })))(
    '$policy: $name, rule $index, $argument',
    ({ name, at }) => {
      const outcome = outcomes[at];
      if (outcome === undefined) throw new Error('it was not run');
      expectViolation(outcome, name);
    },
  );
});

/** Arguments that satisfy one rule but for one argument, and no other rule of any policy for this call. */
function breaking(name: string, argument: string): string[] {
  const known = breakers[`${name}.${argument}`];
  if (known === undefined) throw new Error(`no violation is written for the rule on ${name}.${argument}: add one`);
  return known.map(String);
}

const minusOne = 0xffffffffffffffffn;
const cwd = 0xffffff9cn;

/** A new rule in a policy without a line here fails. Descriptors are unused numbers: what is let through does no harm. */
const breakers: Readonly<Record<string, readonly (number | bigint)[]>> = {
  'mmap.prot': [0, 4096, 5, 0x22, minusOne, 0],
  'mmap.flags': [0, 4096, 3, 0x21, minusOne, 0],
  'mprotect.prot': [0x10000, 4096, 5],
  'madvise.advice': [0, 0, 14],
  'futex.op': [0, 0, 0],
  'preadv2.flags': [900, 0, 0, 0, 0, 1],
  'pwritev2.flags': [900, 0, 0, 0, 0, 0x20],
  'getrandom.flags': [0, 0, 2],
  'clock_gettime.clockid': [4, 0],
  'openat2.dirfd': [cwd, 0, 0, 24],
  'openat2.size': [900, 0, 0, 32],
  'newfstatat.dirfd': [cwd, 0, 0, 0x100],
  'newfstatat.flags': [900, 0, 0, 0],
  'lseek.whence': [900, 0, 3],
  'fallocate.mode': [900, 3, 0, 0],
  'fcntl.cmd': [900, 0, 0],
  'fcntl.arg': [900, 4, 0x2000],
  'mkdirat.dirfd': [cwd, 0, 0],
  'unlinkat.dirfd': [cwd, 0, 0],
  'unlinkat.flags': [900, 0, 1],
  'renameat2.olddirfd': [cwd, 0, 900, 0, 0],
  'renameat2.newdirfd': [900, 0, cwd, 0, 0],
  'renameat2.flags': [900, 0, 900, 0, 2],
  'linkat.olddirfd': [cwd, 0, 900, 0, 0],
  'linkat.newdirfd': [900, 0, cwd, 0, 0],
  'linkat.flags': [900, 0, 900, 0, 0x400],
  'symlinkat.newdirfd': [0, cwd, 0],
  'readlinkat.dirfd': [cwd, 0, 0, 0],
  'utimensat.dirfd': [cwd, 0, 0, 0x1000],
  'utimensat.flags': [900, 0, 0, 0],
  'accept4.flags': [900, 0, 0, 1],
  'recvmsg.flags': [900, 0, 1],
  'shutdown.how': [900, 3],
};
