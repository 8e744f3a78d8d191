/** Random policies: what the compiler makes of them is what the JSON says, also when the program is long. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { narrowPolicy } from '../../../runtime/sandbox/seccomp.ts';
import { compileSeccomp } from '../../../runtime/sandbox/seccomp-compile.ts';
import { readPolicy } from '../../../runtime/sandbox/seccomp-load.ts';
import { type Arch, syscallNames, syscallNumber } from '../../../runtime/sandbox/syscalls-table.ts';
import { checkFilter, runFilter } from '../../helpers/bpf-interpreter.ts';
import { type JsonPolicy, Oracle } from '../../helpers/seccomp-oracle.ts';

const allow = 0x7fff0000;
const kill = 0x80000000;
const archWord = { x64: 0xc000003e, arm64: 0xc00000b7 };
const parameters = { codeStart: 0x7f12_0000_0000n, codeEnd: 0x7f12_8000_0000n };

/** Calls with rules, and the arguments that these may name. */
const checked: Record<string, readonly [string, 32 | 64][]> = {
  mmap: [
    ['addr', 64],
    ['length', 64],
    ['prot', 64],
    ['flags', 64],
  ],
  mprotect: [
    ['addr', 64],
    ['len', 64],
    ['prot', 64],
  ],
  futex: [
    ['uaddr', 64],
    ['op', 32],
    ['val', 32],
  ],
  fcntl: [
    ['fd', 32],
    ['cmd', 32],
    ['arg', 64],
  ],
  openat2: [
    ['dirfd', 32],
    ['size', 64],
  ],
  renameat2: [
    ['olddirfd', 32],
    ['newdirfd', 32],
    ['flags', 32],
  ],
};

/** Numbers whose halves are alike often enough to meet in comparisons. */
const half = fc.constantFrom(0n, 1n, 2n, 7n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ff9cn, 0xffff_ffffn, 0x7f12n, 0x1000n);
const value64 = fc.tuple(half, half).map(([high, low]) => (high << 32n) | low);
const valueWith = (bits: 32 | 64): fc.Arbitrary<bigint> => (bits === 32 ? half : value64);
const hex = (value: bigint): string => `0x${value.toString(16)}`;

function testOf(call: string, [name, bits]: readonly [string, 32 | 64]): fc.Arbitrary<unknown> {
  const value = valueWith(bits);
  const range = fc.tuple(value64, value64).filter(([a, b]) => a !== b);
  const within = range.map(([a, b]) => ({ within: a < b ? [hex(a), hex(b)] : [hex(b), hex(a)] }));
  return fc.oneof(
    value.map((v) => ({ equals: hex(v) })),
    value.map((v) => ({ onlyBits: hex(v) })),
    fc.tuple(value, value).map(([v, mask]) => ({ equals: hex(v & mask), mask: hex(mask) })),
    fc.tuple(value, value).map(([v, more]) => ({ equals: hex(v & ~more), optional: hex(more) })),
    fc.array(value, { minLength: 1, maxLength: 12 }).map((v) => ({ in: v.map(hex) })),
    ...(bits === 32 ? [fc.constant('descriptor')] : [within]),
    ...(call === 'mprotect' && name === 'addr'
      ? [
          within.map((w) => ({ ...w, length: 'len' })),
          fc.constant({ within: ['$codeStart', '$codeEnd'], length: 'len' }),
        ]
      : []),
  );
}

function ruleOf(call: string): fc.Arbitrary<JsonPolicy['calls'][number] & { reason: string }> {
  const argument = fc.constantFrom(...(checked[call] ?? []));
  const condition = argument.chain((arg) => testOf(call, arg).map((test) => [arg[0], test] as const));
  const alternative = fc.array(condition, { minLength: 1, maxLength: 3 }).map((all) => Object.fromEntries(all));
  return fc.array(alternative, { minLength: 1, maxLength: 8 }).map((when) => ({ name: call, reason: 'fuzz', when }));
}

const plainNames = [...syscallNames('x64').keys()].filter(
  (n) => !checked[n] && syscallNumber('arm64', n) !== undefined,
);
const policies = fc
  .record({
    plain: fc.uniqueArray(fc.constantFrom(...plainNames), { maxLength: 60 }),
    rules: fc.subarray(Object.keys(checked)).chain((calls) => fc.tuple(...calls.map(ruleOf))),
  })
  .map(({ plain, rules }) => ({ name: 'fuzz', calls: [...plain.map((name) => ({ name, reason: 'fuzz' })), ...rules] }));
const argumentLists = fc.array(fc.array(value64, { minLength: 6, maxLength: 6 }), { minLength: 30, maxLength: 30 });
const arches = fc.constantFrom<Arch>('x64', 'arm64');

test('a random policy compiles to what it says', () => {
  let longest = 0;
  fc.assert(
    fc.property(policies, arches, argumentLists, (json, arch, lists) => {
      const filter = compileSeccomp(readPolicy(json, 'fuzz'), { arch, parameters });
      checkFilter(filter);
      longest = Math.max(longest, filter.length / 8);
      agree(filter, arch, (name, args) => new Oracle([json], parameters).allows(name, args), lists);
    }),
    { numRuns: 300 },
  );
  // Else far jumps were never made.
  expect(longest).toBeGreaterThan(300);
});

test('two random policies narrow to what both say', () => {
  fc.assert(
    fc.property(policies, policies, arches, argumentLists, (base, user, arch, lists) => {
      const narrow = narrowPolicy(readPolicy(base, 'base'), readPolicy(user, 'user'));
      const both = [new Oracle([base], parameters), new Oracle([user], parameters)];
      const filter = compileSeccomp(narrow, { arch, parameters });
      checkFilter(filter);
      agree(filter, arch, (name, args) => both.every((oracle) => oracle.allows(name, args)), lists);
    }),
    { numRuns: 150 },
  );
});

test('long jumps: checks beyond 255 instructions, at both sides of a comparison', () => {
  const values = Array.from({ length: 64 }, (_, i) => hex(BigInt(i) * 0x1_0000_0001n));
  const when = Array.from({ length: 8 }, (_, i) => ({ prot: { in: values }, flags: { equals: i } }));
  const calls = ['mmap', 'mprotect', 'futex'].map((name) => ({
    name,
    reason: 'long',
    when:
      name === 'futex'
        ? [{ val: { in: values.map((_, i) => i) }, op: { equals: 3 } }]
        : when.map(({ prot, flags }) => (name === 'mmap' ? { prot, flags } : { prot, len: flags })),
  }));
  const json = { name: 'long', calls };
  const filter = compileSeccomp(readPolicy(json, 'long'), { arch: 'x64', violation: 'trap' });
  checkFilter(filter);
  expect(filter.length / 8).toBeGreaterThan(1000);
  for (let i = 0; i < 64; i++)
    for (const [nr, args] of [
      [9, [0n, 0n, BigInt(i) * 0x1_0000_0001n, BigInt(i % 10)]],
      [10, [0n, BigInt(i % 10), BigInt(i) * 0x1_0000_0001n]],
      [10, [0n, BigInt(i % 10), BigInt(i) * 0x1_0000_0001n + 1n]],
    ] as const) {
      const expected = i % 10 < 8 && (args[2] ?? 0n) % 0x1_0000_0001n === 0n ? allow : 0x30000;
      expect(runFilter(filter, { nr, arch: archWord.x64, args }).value, `${nr}(${args.join()})`).toBe(expected);
    }
});

test('a policy that is too long for the kernel is refused', () => {
  const when = Array.from({ length: 16 }, (_, i) => ({
    addr: { in: Array.from({ length: 64 }, (_, j) => hex(BigInt(i * 64 + j) * 0x1_0000_0001n)) },
    length: { in: Array.from({ length: 64 }, (_, j) => hex(BigInt(i * 64 + j) * 0x1_0000_0001n)) },
  }));
  const json = { name: 'huge', calls: [{ name: 'mmap', reason: 'huge', when }] };
  expect(() => compileSeccomp(readPolicy(json, 'huge'), { arch: 'x64' })).toThrow('the kernel takes 4096');
});

type Expected = (name: string, args: readonly bigint[]) => boolean;

/** Every number with the first list, the calls with rules with all lists. */
function agree(filter: Uint8Array, arch: Arch, allows: Expected, lists: readonly (readonly bigint[])[]): void {
  const check = (name: string, nr: number, args: readonly bigint[]): void => {
    const { value } = runFilter(filter, { nr, arch: archWord[arch], args });
    if (value !== (allows(name, args) ? allow : kill))
      expect.fail(`${name}(${args.map(hex).join()}): ${hex(BigInt(value))}`);
  };
  for (const [name, nr] of syscallNames(arch)) check(name, nr, lists[0] ?? []);
  for (const name of Object.keys(checked)) for (const args of lists) check(name, syscallNumber(arch, name) ?? -1, args);
}
