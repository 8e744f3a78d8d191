/**
 * Random calls with random arguments: whatever a guest calls, nothing but its own end is thrown, nothing outside of its
 * directory changes, and no descriptor stays behind.
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProcExit, ProcRaise } from '../../../host/p1/index.ts';
import { type FunctionName, functionNames, parametersOf } from '../../../host/p1/signatures.ts';
import { plantTree } from './golden.ts';
import { createGuest, type Guest } from './guest.ts';

const root = mkdtempSync(join(tmpdir(), 'wasmctr-p1-fuzz-'));
const inside = join(root, 'inside');
const canary = join(root, 'canary');

beforeAll(() => {
  mkdirSync(canary);
  writeFileSync(join(canary, 'secret'), 'untouched');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Where paths, iovecs and subscriptions stand, so that many calls get somewhere. */
const pathsAt = 0x1000;
const iovecsAt = 0x800;
const names = [
  'file',
  'dir',
  'dir/inner',
  'link',
  'up/canary/secret',
  '../canary/secret',
  'out',
  'out/secret',
  'new',
  'dir/new',
  '.',
  '..',
  'dir/',
  'loop',
  '/etc/passwd',
];

function plant(guest: Guest): void {
  names.forEach((name, i) => {
    guest.put(pathsAt + i * 32, name);
  });
  for (let i = 0; i < 4; i++) {
    guest.view().setUint32(iovecsAt + i * 8, 0x4000 + i * 64, true);
    guest.view().setUint32(iovecsAt + i * 8 + 4, i * 20, true);
  }
  guest.bytes(0x6000, 0x200).fill(0);
  guest.view().setUint32(0x6010, 1, true);
}

const oddInteger = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.constantFrom(-1, 0x7fff_ffff, -0x8000_0000, 0x1_fff8, 0x1_fffe, 0x2_0000),
  fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
);
const address = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0x100, max: 0x1_f000 }) },
  { weight: 1, arbitrary: oddInteger },
);
const wide = fc.oneof(
  fc.bigInt({ min: 0n, max: 64n }),
  fc.constantFrom(-1n, 0x3fff_ffffn, 0x7fff_ffff_ffff_ffffn, 0x8e0_01ffn, 0x6n, 0x3fbf_febfn),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const pathArgument = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.integer({ min: 0, max: names.length - 1 }).map((i) => [pathsAt + i * 32, names[i]?.length ?? 0]),
  },
  { weight: 1, arbitrary: fc.tuple(address, oddInteger) },
);

type Argument = number | bigint;

function argumentsOf(name: FunctionName): fc.Arbitrary<Argument[]> {
  const parts = parametersOf(name).map(({ kind, isResult }): fc.Arbitrary<Argument[]> => {
    if (isResult || kind === 'pointer') return address.map((at) => [at]);
    if (kind === 'path') return pathArgument;
    if (kind === 'buffer') return fc.tuple(address, fc.oneof(fc.integer({ min: 0, max: 600 }), oddInteger));
    if (kind === 'iovecs' || kind === 'ciovecs') return fc.tuple(fc.oneof(fc.constant(iovecsAt), address), oddInteger);
    if (kind === 'subscriptions') return fc.tuple(fc.constantFrom(0x6000, -8), address, fc.integer({ min: 0, max: 2 }));
    if (kind === 'fd')
      return fc
        .oneof({ weight: 6, arbitrary: fc.integer({ min: 3, max: 9 }) }, { weight: 1, arbitrary: oddInteger })
        .map((fd) => [fd === 0 ? 3 : fd]);
    if (kind === 'u64' || kind === 's64' || kind === 'rights') return wide.map((value) => [value]);
    return oddInteger.map((value) => [value]);
  });
  return fc.tuple(...parts).map((values) => values.flat());
}

/** Stdin may not be read, nor stdout written, which are the test's own. */
const blocking: ReadonlySet<string> = new Set(['poll_oneoff', 'sock_accept']);
const call = fc
  .constantFrom(...functionNames.filter((name) => !blocking.has(name)))
  .chain((name) => argumentsOf(name).map((args) => ({ name, args })));

function runCall(guest: Guest, name: string, args: readonly Argument[]): void {
  try {
    expect(guest.call[name]?.(...args)).not.toBe('unknown');
  } catch (error) {
    if (!(error instanceof ProcExit) && !(error instanceof ProcRaise)) throw error;
  }
}

const openFds = (): number => readdirSync('/proc/self/fd').length;
/** What could be seen of a change. */
const canaryState = (): unknown => {
  const { mtimeNs, ctimeNs, nlink, size } = statSync(join(canary, 'secret'), { bigint: true });
  const text = readFileSync(join(canary, 'secret'), 'utf8');
  return { mtimeNs, ctimeNs, nlink, size, text, names: readdirSync(canary), outside: readdirSync(root) };
};

async function newGuest(): Promise<Guest> {
  rmSync(inside, { recursive: true, force: true });
  mkdirSync(inside);
  plantTree(inside);
  symlinkSync('../canary', join(inside, 'out'));
  const dirs = [
    { host: inside, guest: '/' },
    { host: join(inside, 'dir'), guest: '/ro', readOnly: true },
  ];
  const guest = await createGuest({ dirs, stdio: [null, null, null], limits: { maxFiles: 10, maxOutputBytes: 0 } });
  plant(guest);
  return guest;
}

test('random calls stay inside, throw nothing and leave no descriptor', { timeout: 120_000 }, async () => {
  await newGuest().then((guest) => guest.close());
  const fdsBefore = openFds();
  const before = canaryState();
  const property = fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 40 }), async (calls) => {
    const guest = await newGuest();
    for (const { name, args } of calls) runCall(guest, name, args);
    guest.close();
    expect(canaryState()).toEqual(before);
    expect(openFds()).toBe(fdsBefore);
  });
  await fc.assert(property, { numRuns: 400 });
});

test('every function survives the same odd number in all its places', async () => {
  const guest = await newGuest();
  const integers = [0, 1, -1, 3, 0x7fff_ffff, -0x8000_0000, 0xffff, 0x1_0000, 0x1_ffff, 0x2_0000];
  for (const name of functionNames) {
    const types = parametersOf(name).flatMap(({ kind, isResult, width }) =>
      new Array<string>(width).fill(!isResult && ['u64', 's64', 'rights'].includes(kind) ? 'i64' : 'i32'),
    );
    for (const value of integers) {
      runCall(
        guest,
        name,
        types.map((type) => (type === 'i64' ? BigInt(value) : value)),
      );
    }
  }
  guest.close();
});
