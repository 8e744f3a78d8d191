/** Every number and every argument rule of the built-in policies: the compiled filter against the JSON read directly. */
import { describe, expect, test } from 'vitest';
import bigModule from '../../../runtime/sandbox/policies/big-module.json' with { type: 'json' };
import clock from '../../../runtime/sandbox/policies/clock.json' with { type: 'json' };
import compute from '../../../runtime/sandbox/policies/compute.json' with { type: 'json' };
import files from '../../../runtime/sandbox/policies/files.json' with { type: 'json' };
import network from '../../../runtime/sandbox/policies/network.json' with { type: 'json' };
import { policyFor } from '../../../runtime/sandbox/seccomp.ts';
import { bootstrapMark, compileSeccomp } from '../../../runtime/sandbox/seccomp-compile.ts';
import { syscallName } from '../../../runtime/sandbox/syscalls-table.ts';
import { checkFilter, runFilter } from '../../helpers/bpf-interpreter.ts';
import { type JsonPolicy, Oracle } from '../../helpers/seccomp-oracle.ts';

const allow = 0x7fff0000;
const kill = 0x80000000;
const trap = 0x00030000;
const notify = 0x7fc00000;
/** AUDIT_ARCH_*: every architecture that Linux has had, and none. */
const arches = { x64: 0xc000003e, arm64: 0xc00000b7 };
const foreign = [
  0, 1, 0x40000003, 0x40000028, 0x28, 0xb7, 0x3e, 0x4000003e, 0xc00000f3, 0xc0000015, 0x80000016, 0xffffffff,
];
const parameters = { codeStart: 0x7f12_4000_0000n, codeEnd: 0x7f13_0000_0000n };

const needs = { files: false, network: false, bigModule: false, clockCalls: false };
const tiers: { name: string; needs: typeof needs; json: JsonPolicy[] }[] = [
  { name: 'compute', needs, json: [compute] },
  { name: 'compute, big module', needs: { ...needs, bigModule: true }, json: [compute, bigModule] },
  { name: 'compute, clock calls', needs: { ...needs, clockCalls: true }, json: [compute, clock] },
  { name: 'files', needs: { ...needs, files: true }, json: [compute, files] },
  { name: 'network', needs: { ...needs, network: true }, json: [compute, network] },
  {
    name: 'everything',
    needs: { files: true, network: true, bigModule: true, clockCalls: true },
    json: [compute, files, network, bigModule, clock],
  },
];
const cases = tiers.flatMap((tier) => (['x64', 'arm64'] as const).map((arch) => ({ ...tier, arch })));

describe.each(cases)('$name on $arch', ({ needs, json, arch }) => {
  const filter = compileSeccomp(policyFor(needs), { arch, parameters });
  const oracle = new Oracle(json, parameters);
  const names = [...new Set(json.flatMap((policy) => policy.calls.map((call) => call.name)))];
  const run = (nr: number, args: readonly bigint[]): number =>
    runFilter(filter, { nr, arch: arches[arch], args }).value;
  const numbers = new Map(Array.from({ length: 601 }, (_, nr) => [syscallName(arch, nr), nr]));

  test('is a filter that the kernel takes', () => checkFilter(filter));

  test('every number from 0 to 600, with plain and telling arguments', () => {
    const samples = [0n, 1n, 0xffff_ffffn, 0xffff_ffff_ffff_ffffn].map((v) => Array<bigint>(6).fill(v));
    for (let nr = 0; nr <= 600; nr++) {
      const name = syscallName(arch, nr);
      for (const args of [...samples, ...vectors(name, oracle, json)])
        expect(run(nr, args), `${name}(${args.join()})`).toBe(oracle.allows(name, args) ? allow : kill);
    }
  });

  test('every listed call can be made in some way', () => {
    for (const name of names) {
      const nr = numbers.get(name) ?? -1;
      expect(
        vectors(name, oracle, json).some((args) => run(nr, args) === allow),
        name,
      ).toBe(true);
    }
  });

  test('every bit of every checked argument, and boundaries', () => {
    for (const name of names) {
      const nr = numbers.get(name) ?? -1;
      for (const args of variations(name, oracle, json))
        if (run(nr, args) !== (oracle.allows(name, args) ? allow : kill))
          expect.fail(`${name}(${args.map((v) => `0x${v.toString(16)}`).join()}): ${run(nr, args).toString(16)}`);
    }
  });

  test('x32 and numbers beyond all tables are killed', () => {
    for (let nr = 0; nr <= 600; nr++) expect(run(0x4000_0000 + nr, [])).toBe(kill);
    for (const nr of [601, 1023, 0x3fff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) expect(run(nr, [])).toBe(kill);
  });

  test('other architectures are killed, whatever the number', () => {
    for (const other of [...foreign, ...Object.values(arches).filter((value) => value !== arches[arch])])
      for (let nr = 0; nr <= 600; nr++) expect(runFilter(filter, { nr, arch: other, args: [] }).value).toBe(kill);
  });

  test('with trap, only what this architecture could ask for is trapped', () => {
    const trapping = compileSeccomp(policyFor(needs), { arch, parameters, violation: 'trap' });
    checkFilter(trapping);
    for (let nr = 0; nr <= 600; nr++) {
      const data = { nr, arch: arches[arch], args: [] };
      const expected = oracle.allows(syscallName(arch, nr), []) ? allow : trap;
      expect(runFilter(trapping, data).value, syscallName(arch, nr)).toBe(expected);
      expect(runFilter(trapping, { ...data, nr: 0x4000_0000 + nr }).value).toBe(kill);
      expect(runFilter(trapping, { ...data, arch: 0x40000003 }).value).toBe(kill);
    }
  });

  test('is small, and as deep as a balanced tree', () => {
    expect(filter.length / 8).toBeLessThan(256);
    const always = names.filter((name) => json.some((p) => p.calls.some((c) => c.name === name && !c.when)));
    const steps = always.map(
      (name) => runFilter(filter, { nr: numbers.get(name) ?? -1, arch: arches[arch], args: [] }).steps,
    );
    // Three instructions to the number, one to return; each call has at most two borders in the tree.
    expect(Math.max(...steps)).toBeLessThanOrEqual(4 + Math.ceil(Math.log2(2 * names.length + 2)));
  });
});

test('executable memory only inside the code range, and never without one', () => {
  const small = compileSeccomp(policyFor(needs), { arch: 'x64' });
  const big = compileSeccomp(policyFor({ ...needs, bigModule: true }), { arch: 'x64', parameters });
  const mprotect = (filter: Uint8Array, addr: bigint, len: bigint): boolean =>
    runFilter(filter, { nr: 10, arch: arches.x64, args: [addr, len, 7n] }).value === allow;
  const { codeStart, codeEnd } = parameters;
  expect(mprotect(big, codeStart, 4096n)).toBe(true);
  expect(mprotect(big, codeEnd - 4096n, 4096n)).toBe(true);
  expect(mprotect(big, codeStart, codeEnd - codeStart)).toBe(true);
  expect(mprotect(big, codeStart - 4096n, 4096n)).toBe(false);
  expect(mprotect(big, codeEnd, 4096n)).toBe(false);
  expect(mprotect(big, codeEnd - 4096n, 8192n)).toBe(false);
  expect(mprotect(big, codeStart, codeEnd - codeStart + 1n)).toBe(false);
  expect(mprotect(big, codeStart, (1n << 32n) + 4096n)).toBe(false);
  expect(mprotect(big, codeStart, 2n ** 64n - codeStart)).toBe(false);
  expect(mprotect(small, codeStart, 4096n)).toBe(false);
});

test('a missing, unaligned or empty code range is refused', () => {
  const policy = policyFor({ ...needs, bigModule: true });
  expect(() => compileSeccomp(policy, { arch: 'x64' })).toThrow('codeStart');
  expect(() => compileSeccomp(policy, { arch: 'x64', parameters: { codeStart: 1n, codeEnd: 4096n } })).toThrow('page');
  expect(() => compileSeccomp(policy, { arch: 'x64', parameters: { codeStart: 4096n, codeEnd: 4096n } })).toThrow(
    'empty',
  );
});

/** One argument list that satisfies each alternative of each rule for the call. */
function vectors(name: string, oracle: Oracle, json: readonly JsonPolicy[]): bigint[][] {
  const alternatives = json.flatMap((p) => p.calls.filter((c) => c.name === name).flatMap((c) => c.when ?? [{}]));
  const tried = candidates(oracle.values(name));
  return alternatives.map((all) => {
    const args = Array<bigint>(6).fill(0n);
    for (const [arg, tests] of Object.entries(all)) {
      const alone = new Oracle([{ calls: [{ name, when: [{ [arg]: tests }] }] }], parameters);
      const at = alone.checked(name)[0] ?? 0;
      args[at] = tried.find((v) => alone.allows(name, args.with(at, v))) ?? 0n;
    }
    return args;
  });
}

function variations(name: string, oracle: Oracle, json: readonly JsonPolicy[]): bigint[][] {
  const tried = candidates(oracle.values(name));
  const checked = oracle.checked(name);
  const singly = vectors(name, oracle, json).flatMap((args) =>
    checked.flatMap((at) => tried.map((value) => args.with(at, value))),
  );
  const next = pseudoRandom(name.length);
  const mixed = Array.from({ length: 2000 }, () => Array.from({ length: 6 }, () => tried[next() % tried.length] ?? 0n));
  return [...singly, ...mixed];
}

/** Each value of the rules with each single bit flipped, its neighbours, each bit alone, and the usual suspects. */
function candidates(values: readonly bigint[]): bigint[] {
  const bits = Array.from({ length: 64 }, (_, i) => 1n << BigInt(i));
  const suspects = [0n, -1n, -100n, 0xffff_ff9cn, 0xffff_ffffn, 0x7fff_ffffn, 0x8000_0000n, 1n << 32n, 1n << 63n];
  const related = values.flatMap((v) => [v, v - 1n, v + 1n, v - 4096n, v + 4096n, ~v, ...bits.map((bit) => v ^ bit)]);
  const pairs = values.flatMap((a) => values.map((b) => a | b));
  return [...new Set([...values, ...suspects, ...bits, ...related, ...pairs].map((v) => BigInt.asUintN(64, v)))];
}

/** xorshift32: the same cases in every run. */
function pseudoRandom(seed: number): () => number {
  let state = seed + 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

describe.each(['x64', 'arm64'] as const)('a notifying filter on %s', (arch) => {
  const everything = { files: true, network: true, bigModule: true, clockCalls: true };
  const numbers = new Map(Array.from({ length: 601 }, (_, nr) => [syscallName(arch, nr), nr]));
  const options = { arch, parameters, violation: 'trap', allowed: 'notify' } as const;
  const isBootstrap = (name: string, args: readonly bigint[]): boolean =>
    (name === 'sendmsg' && args[3] === bootstrapMark) || (name === 'close' && args[1] === bootstrapMark);

  test.each([
    ['everything', everything],
    ['compute', needs],
  ])('of %s asks for what is allowed, and lets only the bootstrap by', (_, needs) => {
    const plain = compileSeccomp(policyFor(needs), { arch, parameters, violation: 'trap' });
    const asking = compileSeccomp(policyFor(needs), options);
    checkFilter(asking);
    const marked = [1, 3].map((index) => [3n, 3n, 3n, 3n, 3n, 3n].with(index, bootstrapMark));
    for (const nr of numbers.values()) {
      for (const args of [Array<bigint>(6).fill(0n), Array<bigint>(6).fill(1n), ...marked]) {
        const data = { nr, arch: arches[arch], args };
        const wanted = runFilter(plain, data).value === allow ? notify : trap;
        const name = syscallName(arch, nr);
        expect(runFilter(asking, data).value, `${name}(${args})`).toBe(isBootstrap(name, args) ? allow : wanted);
      }
    }
    for (const arch of foreign) expect(runFilter(asking, { nr: 1, arch, args: marked[0] ?? [] }).value).toBe(kill);
  });
});
