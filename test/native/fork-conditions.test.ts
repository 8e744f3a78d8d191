/** Each step of the fork recipe, left out: the failure that it prevents must show, or the step is not needed. */
import { afterAll, describe, expect, test } from 'vitest';
import { forkScript, launcherFlags, steps } from '../helpers/fork.ts';
import type { Ended } from './fork-process.ts';

const script = forkScript(`${import.meta.dirname}/fork-process.ts`);
afterAll(() => script.remove());

const SIGSEGV = 11;
const well = { signal: 0, code: 0, hung: false };

function run<T>(scenario: string, mask: number = steps.all, flags = launcherFlags('--liftoff')): T {
  return script.run<T>({ args: [scenario, String(mask)], flags });
}

const without = (step: number): number => steps.all & ~step;

describe('mappings are given back to children', () => {
  test('what V8 had at the fork', () => {
    expect(run('mappings')).toMatchObject(well);
    expect(run('mappings', without(steps.mappings))).toMatchObject({ signal: SIGSEGV, said: [] });
  });

  test('what V8 made after an earlier fork', () => {
    const said = [[2016, 299_999, 20]];
    expect(run('newMappings')).toMatchObject({ first: well, second: { ...well, said } });
    expect(run('newMappings', without(steps.mappings))).toMatchObject({ first: well, second: { signal: SIGSEGV } });
  });
});

describe("the child's event loop is its own", () => {
  // Descriptors stay open here: the loop must give back what it watches by itself.
  const open = without(steps.descriptors);

  test('it turns, and what the parent watches is still watched', () => {
    const child = { ...well, said: [['woken', 'timer']] };
    expect(run('loop', open)).toEqual({ child, parentHeard: 1 });
    expect(run('loop', open & ~steps.loop)).toEqual({ child, parentHeard: 0 });
  });

  test("garbage collection in it does not wake the parent's", () => {
    expect(run('loopWakeUps')).toMatchObject({ ended: well, pending: 0 });
    expect(run('loopWakeUps', without(steps.loop))).toMatchObject({ ended: well, pending: expect.toSatisfy(positive) });
  });
});

test("V8's handler of SIGSEGV turns accesses out of bounds into exceptions", () => {
  expect(run('trap')).toMatchObject({ ...well, said: ['RuntimeError: memory access out of bounds'] });
  expect(run('trap', without(steps.signals))).toMatchObject({ signal: SIGSEGV, said: [] });
});

test("V8's wake-ups are replaced: neither closed, nor shared with the parent", () => {
  expect(run('eventFds')).toMatchObject({ ended: well, shared: 0, missing: 0 });
  expect(run('eventFds', without(steps.eventFds))).toMatchObject({ missing: expect.toSatisfy(positive) });
  expect(run('eventFds', without(steps.eventFds | steps.descriptors))).toMatchObject({
    shared: expect.toSatisfy(positive),
  });
});

test('what was open in the template is closed, except for a short list', () => {
  const [files] = run<Ended>('descriptors').said as [string[]];
  const environ = expect.stringMatching(/environ$/);
  expect(files).not.toContainEqual(environ);
  // Standard streams, control channel, /proc until the root is empty, and what the loop and V8 are made of.
  const known = /^(socket:|pipe:|\/proc$|\/dev\/null$|anon_inode:\[(eventfd|eventpoll|io_uring)\])/;
  expect(files.filter((file) => !known.test(file))).toEqual([]);
  expect(run<Ended>('descriptors', without(steps.descriptors)).said[0]).toContainEqual(environ);
});

test("random bytes are the kernel's: the engine's own repeat in every child", () => {
  const drawn = run<Ended[]>('randomness').map(({ said }) => said[0] as { kernel: string; engine: number[] });
  const [first, second] = drawn;
  expect(first?.kernel).toMatch(/^[0-9a-f]{32}$/);
  expect(first?.kernel).not.toBe(second?.kernel);
  expect(first?.engine).toEqual(second?.engine);
});

test('one thread is in the child, and V8 needs no other', () => {
  expect(run('threads')).toEqual({ parent: expect.toSatisfy(positive), child: { ...well, said: [1] } });
  const threaded = launcherFlags('--liftoff').filter((flag) => !/^--(single-threaded|v8-pool-size)/.test(flag));
  // Waits for a helper that it does not have.
  expect(run('threads', steps.all, threaded)).toMatchObject({ child: { hung: true, said: [] } });
});

test('no other thread holds a lock at the fork', () => {
  expect(run('heldLock')).toEqual({ ...well, said: [false] });
  expect(run('heldLock', without(steps.threads))).toEqual({ ...well, said: [true] });
});

describe('hot code in a child is optimised', () => {
  const natives = '--allow-natives-syntax';

  test('after some calls, where modules start in baseline code', () => {
    const flags = [...launcherFlags('--liftoff'), natives];
    expect(run('tiers', steps.all, flags)).toMatchObject({ ...well, said: [{ cold: false, hot: true }] });
    const lazy = flags.filter((flag) => flag !== '--wasm-sync-tier-up');
    expect(run('tiers', steps.all, lazy)).toMatchObject({ ...well, said: [{ cold: false, hot: false }] });
  });

  test('from its first call on, where modules are small', () => {
    const flags = [...launcherFlags('--no-liftoff'), natives];
    expect(run('tiers', steps.all, flags)).toMatchObject({ ...well, said: [{ cold: true, hot: true }] });
  });
});

function positive(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}
