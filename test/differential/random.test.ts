/** Random sequences of file calls: whatever comes, a guest gets what a native program gets. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { wasi1, wasi2 } from '../helpers/wasi.ts';
import { buildNative, compare, withoutSlash } from './file-script.ts';

/** Few names, so that calls meet; no ".." from the top and no absolute targets, which only a guest is refused. */
const names = ['a', 'b', 'c', 'd', 'd/a', 'd/b', 'd/e', 'd/e/f', 'a/b', 'd/', 'a/', './b', 'd/e/..', 'd/../a', '.'];
const targets = ['a', 'b', 'd', 'd/e', 'missing', 'e', './b'];
const modes = ['r', 'w', 'rw', 'w,creat', 'rw,creat', 'w,creat,excl', 'rw,creat,trunc', 'w,append', 'w,creat,append'];

const path = fc.constantFrom(...names);
const slot = fc.integer({ min: 0, max: 3 });
const offset = fc.constantFrom(-1, 0, 1, 3, 10, 70_000);
const text = fc.constantFrom('x', 'hello', 'y'.repeat(100));
const openMode = fc.constantFrom(...modes, 'r,dir', 'r,nofollow', 'rw,nofollow', 'w,trunc');

const line = (...parts: fc.Arbitrary<string | number>[]) => fc.tuple(...parts).map((words) => words.join(' '));
const call = fc.oneof(
  { weight: 5, arbitrary: line(fc.constant('open'), slot, path, openMode) },
  { weight: 1, arbitrary: line(fc.constant('close'), slot) },
  { weight: 3, arbitrary: line(fc.constant('write'), slot, text) },
  { weight: 1, arbitrary: line(fc.constant('pwrite'), slot, offset, text) },
  { weight: 2, arbitrary: line(fc.constant('read'), slot, fc.constantFrom(0, 1, 50)) },
  { weight: 1, arbitrary: line(fc.constant('pread'), slot, offset, fc.constantFrom(0, 5)) },
  { weight: 1, arbitrary: line(fc.constant('ftruncate'), slot, offset) },
  { weight: 1, arbitrary: line(fc.constant('fstat'), slot) },
  { weight: 1, arbitrary: line(fc.constant('setfl'), slot, fc.constantFrom('append', 'none')) },
  { weight: 2, arbitrary: line(fc.constantFrom('stat', 'lstat', 'list'), path) },
  { weight: 3, arbitrary: line(fc.constant('mkdir'), path) },
  { weight: 2, arbitrary: line(fc.constantFrom('rmdir', 'unlink'), path) },
  { weight: 3, arbitrary: line(fc.constantFrom('rename', 'link'), path, path) },
  { weight: 1, arbitrary: line(fc.constant('symlink'), fc.constantFrom(...targets), path) },
  { weight: 1, arbitrary: line(fc.constant('readlink'), path, fc.constantFrom(1, 100)) },
  { weight: 1, arbitrary: line(fc.constant('utimes'), path, fc.constant(100), fc.constant(200)) },
);

/** A stream of WASI 0.2 that could not be read is closed: the adapter asks it again, and takes that for its end. */
function afterFailedRead(got: string, wanted: string | undefined): string {
  return wanted?.endsWith(' -> EITHER') && got === wanted.replace('EITHER', '0 ') ? wanted : got;
}

describe.each([wasi1, wasi2])('random calls, WASI $version', (wasi) => {
  beforeAll(() => {
    buildNative();
    if (wasi === wasi2) build('c-p2');
  }, 300_000);
  afterAll(() => expectNothingLeft());

  it('give what they give natively', { timeout: 180_000 }, async () => {
    const sequence = fc.array(call, { minLength: 20, maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(sequence, async (calls) => {
        const { native, guest } = await compare(calls, wasi);
        const wanted = native.lines.map(withoutSlash);
        expect(guest.lines.map(withoutSlash).map((got, i) => afterFailedRead(got, wanted[i]))).toEqual(wanted);
        expect(guest.tree).toEqual(native.tree);
      }),
      // Time-boxed: a machine under load does fewer, and a counterexample is always printed with its seed.
      { numRuns: 40, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
    );
  });
});
