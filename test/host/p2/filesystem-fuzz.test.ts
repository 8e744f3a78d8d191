/**
 * Random calls with random arguments: whatever a guest calls, nothing but a trap is thrown, nothing outside of its
 * directory changes, and no descriptor stays behind.
 */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plantTree } from '../p1/golden.ts';
import { FilesystemGuest } from './filesystem.ts';
import { type Argument, type Calls, onDirectory, onFile, onInput, onOutput } from './filesystem-calls.ts';
import { pathAt, result } from './guest.ts';

const root = mkdtempSync(join(tmpdir(), 'wasmctr-p2-fuzz-'));
const inside = join(root, 'inside');
const canary = join(root, 'canary');

beforeAll(() => {
  mkdirSync(inside);
  mkdirSync(canary);
  writeFileSync(join(canary, 'secret'), 'untouched');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const types = 'wasi:filesystem/types';
const streams = 'wasi:io/streams';
const methodsOf = (interfaceName: string, resource: string, calls: Calls) =>
  Object.entries(calls).map(([name, args]) => ({ interfaceName, name: `[method]${resource}.${name}`, args }));
const functions = [
  ...methodsOf(types, 'descriptor', { ...onFile, ...onDirectory }),
  ...methodsOf(types, 'directory-entry-stream', { 'read-directory-entry': [] }),
  ...methodsOf(streams, 'input-stream', onInput),
  ...methodsOf(streams, 'output-stream', onOutput),
  ...methodsOf('wasi:io/error', 'error', { 'to-debug-string': [] }),
];
/** What a handle may be dropped as. */
const resources: readonly (readonly [string, string])[] = [
  [types, 'descriptor'],
  [types, 'directory-entry-stream'],
  [streams, 'input-stream'],
  [streams, 'output-stream'],
  ['wasi:io/error', 'error'],
];

/** They stand 32 bytes apart, so that many calls get somewhere. */
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
const path = fc.nat(names.length - 1).map((i) => [pathAt + i * 32, names[i]?.length ?? 0]);
const odd = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.constantFrom(-1, 0x7fff_ffff, -0x8000_0000, 0x3f_fff8, 0x40_0000),
  fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
);
const wide = fc.oneof(
  fc.bigInt({ min: 0n, max: 64n }),
  fc.constantFrom(-1n, 0x7fff_ffff_ffff_ffffn, 1n << 32n),
  // Not so far that a written file would be terabytes long, sparse or not.
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 30n }),
);
const handle = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 5 }) }, { weight: 1, arbitrary: odd });
const place = fc.oneof({ weight: 9, arbitrary: fc.constant(result) }, { weight: 1, arbitrary: odd });

function argumentsLike(args: readonly Argument[]): fc.Arbitrary<Argument[]> {
  const parts = args.flatMap((value, i): fc.Arbitrary<Argument[]>[] => {
    if (typeof value === 'bigint') return [wide.map((one) => [one])];
    if (value === pathAt) {
      return [fc.oneof({ weight: 9, arbitrary: path }, { weight: 1, arbitrary: fc.tuple(odd, odd) })];
    }
    // The length of a path came with it.
    if (args[i - 1] === pathAt) return [];
    return [
      fc
        .oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 5 }) }, { weight: 1, arbitrary: odd })
        .map((one) => [one]),
    ];
  });
  return fc.tuple(...parts).map((values) => values.flat());
}

type Step = (guest: FilesystemGuest) => void;
const call: fc.Arbitrary<Step> = fc.constantFrom(...functions).chain(({ interfaceName, name, args }) =>
  fc.tuple(handle, argumentsLike(args), place).map(
    ([self, rest, at]): Step =>
      (guest) =>
        void guest.call(interfaceName, name, self, ...rest, at),
  ),
);
const drop: fc.Arbitrary<Step> = fc.tuple(fc.constantFrom(...resources), handle).map(
  ([[interfaceName, resource], which]): Step =>
    (guest) =>
      guest.drop(interfaceName, resource, which),
);
const step = fc.oneof({ weight: 9, arbitrary: call }, { weight: 1, arbitrary: drop });

function isTrapped(guest: FilesystemGuest, one: Step): boolean {
  try {
    one(guest);
    return false;
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    return true;
  }
}

/** Descriptors of the tree. */
function openFds(): number[] {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => linkOf(fd).startsWith(root));
}
function linkOf(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ''; // it was the one that listed them
  }
}
/** What could be seen of a change. */
const canaryState = (): unknown => {
  const { mtimeNs, ctimeNs, nlink, size } = statSync(join(canary, 'secret'), { bigint: true });
  const text = readFileSync(join(canary, 'secret'), 'utf8');
  return { mtimeNs, ctimeNs, nlink, size, text, names: readdirSync(canary), outside: readdirSync(root) };
};

function newGuest(): { guest: FilesystemGuest; close: () => void } {
  rmSync(inside, { recursive: true, force: true });
  mkdirSync(inside);
  plantTree(inside);
  symlinkSync('../canary', join(inside, 'out'));
  const guest = new FilesystemGuest({
    dirs: [
      { host: inside, guest: '/' },
      { host: join(inside, 'dir'), guest: '/ro', readOnly: true },
    ],
    stdio: [null, null, null],
    limits: { maxFiles: 12, maxOutputBytes: 0, memoryBytes: 1 << 30 },
  });
  // Its directories are its own to the end of the process: a preopen has a second descriptor once it is listed.
  for (const { handle: preopen } of guest.preopens()) guest.try('sync', 1, preopen);
  const own = openFds();
  return { guest, close: () => own.forEach(closeSync) };
}

/** Handles of each kind, and one of an error. */
function openSome(guest: FilesystemGuest): void {
  const file = guest.open('file', { flags: ['read', 'write'] });
  for (const kind of ['read', 'write', 'append'] as const) guest.stream(kind, file);
  guest.readDirectory(guest.root);
  const failing = guest.stream('read', guest.open('link', { follow: true, flags: ['write'] })) as number;
  guest.call(streams, '[method]input-stream.read', failing, 1n, result);
  names.forEach((name, i) => {
    guest.put(pathAt + i * 32, name);
  });
}

function dropAll(guest: FilesystemGuest): void {
  for (const [interfaceName, resource] of resources) {
    for (let one = 0; one < 64; one++) isTrapped(guest, () => guest.drop(interfaceName, resource, one));
  }
}

test('random calls stay inside, throw nothing but traps and leave no descriptor', { timeout: 120_000 }, () => {
  const before = canaryState();
  let done = 0;
  const property = fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
    const { guest, close } = newGuest();
    openSome(guest);
    // A trap would end the guest; here it goes on, so that more is tried.
    for (const one of steps) if (!isTrapped(guest, one)) done++;
    dropAll(guest);
    close();
    expect(openFds()).toEqual([]);
    expect(canaryState()).toEqual(before);
  });
  fc.assert(property, { numRuns: 100 });
  expect(done).toBeGreaterThan(1000);
});
