/** The edges of the component ABI, which no compiler's code reaches: wrong handles, addresses, text, and reallocs. */
import { afterAll, describe, expect, it } from 'vitest';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest } from '../helpers/wasmctr.ts';

afterAll(() => expectNothingLeft());

const oneLine = /^wasmctr: [^\n]+\n$/;

/** A trap says its name in one line, has printed nothing, and is no crash of the host. */
async function expectTrap(name: string, about: RegExp): Promise<void> {
  const { stdout, stderr, code } = await runGuest(name, [], { stdin: '' });
  expect({ stdout, code, stderr }).toEqual({ stdout: '', code: 134, stderr: expect.any(String) });
  const [first = '', ...frames] = stderr.trimEnd().split('\n');
  expect(first).toMatch(/^wasmctr: trap: \S+\.wasm: /);
  expect(first).toMatch(about);
  for (const frame of frames) expect(frame).toMatch(/^ {4}(at +\d+: 0x[0-9a-f]+ {2}\S|\.\.\. \d+ more$)/);
}

describe('handles', () => {
  it.each([
    'wat-p2/trap-handle-unknown',
    'wat-p2/trap-handle-zero',
    'wat-p2/trap-handle-huge',
    'wat-p2/trap-handle-negative',
    'wat-p2/trap-handle-of-other-type',
    'wat-p2/trap-handle-dropped',
    'wat-p2/trap-double-drop',
  ])('%s', (name) => expectTrap(name, /unknown handle/));

  it('a parent dropped before its child is a trap, and no stale descriptor', () =>
    expectTrap('wat-p2/trap-drop-parent', /dropped before/));

  it('their numbers are used again', async () => {
    expect(await runGuest('wat-p2/handles-come-back')).toMatchObject({ stdout: 'hello\n', stderr: '', code: 0 });
  });

  it('cannot be taken without end', () => expectTrap('wat-p2/trap-handles-without-end', /more than \d+ resources/));
});

describe('lists and strings', () => {
  it.each([
    'wat-p2/trap-list-out-of-range',
    'wat-p2/trap-list-wraps',
    'wat-p2/trap-string-out-of-range',
    'wat-p2/trap-return-out-of-range',
  ])('%s', (name) => expectTrap(name, /outside of memory/));

  it.each(['wat-p2/trap-list-unaligned', 'wat-p2/trap-return-unaligned'])('%s', (name) => expectTrap(name, /align/));

  it.each(['wat-p2/trap-string-not-utf8', 'wat-p2/trap-string-surrogate'])('%s', (name) => expectTrap(name, /UTF-8/));
});

describe('realloc', () => {
  it.each([
    ['wat-p2/trap-realloc-out-of-range', /outside of memory/],
    ['wat-p2/trap-realloc-beyond-memory', /outside of memory/],
    ['wat-p2/trap-realloc-unaligned', /align/],
    ['wat-p2/trap-realloc-traps', /unreachable/],
    ['wat-p2/trap-realloc-reenters', /realloc/],
  ])('%s', (name, about) => expectTrap(name, about));

  it('may grow memory, so that it moves', async () => {
    const run = await runGuest('wat-p2/realloc-grows', ['uno', 'dos']);
    expect(run).toMatchObject({ stdout: 'uno', stderr: '', code: 0 });
  });

  it('is not asked for what can’t be', () => expectTrap('wat-p2/trap-random-huge', /random bytes/));
});

describe('poll', () => {
  it('of more than can be is a trap', () =>
    expectTrap('wat-p2/trap-list-of-handles-out-of-range', /more than \d+ pollables/));

  it('of nothing is a trap', () => expectTrap('wat-p2/trap-poll-nothing', /empty/));

  it('of five thousand finds the one', async () => {
    expect(await runGuest('wat-p2/poll-thousands')).toMatchObject({ stdout: 'hello\n', stderr: '', code: 0 });
  });
});

describe('run', () => {
  it('prints', async () => {
    expect(await runGuest('wat-p2/hello')).toMatchObject({ stdout: 'hello\n', stderr: '', code: 0 });
  });

  it('copies its input', async () => {
    const stdin = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
    expect((await runGuest('wat-p2/echo-stdin', [], { stdin })).bytes.equals(stdin)).toBe(true);
  });

  it('that gives an error exits with 1', async () => {
    expect(await runGuest('wat-p2/run-error')).toMatchObject({ stdout: 'hello\n', stderr: '', code: 1 });
  });

  it('calls imports before it is called itself', async () => {
    expect(await runGuest('wat-p2/import-in-start')).toMatchObject({ stdout: 'early\nhello\n', stderr: '', code: 0 });
  });

  it('is not reached when a start function traps', () => expectTrap('wat-p2/start-traps', /unreachable/));

  it('takes versions as they come', async () => {
    expect(await runGuest('wat-p2/versions-mixed')).toMatchObject({ stdout: 'hello\n', stderr: '', code: 42 });
  });

  it('of two components in one, with a resource between them', async () => {
    expect(await runGuest('wat-p2/composed')).toMatchObject({ stdout: '', stderr: '', code: 3 });
  });
});

describe('what can’t be run is refused in one line', () => {
  it.each([
    ['wat-p2/unknown-import', /acme:missing\/store@1\.2\.3.*find.*name: string/],
    ['wat-p2/unknown-wasi-function', /wasi:cli\/environment@0\.2\.0.*get-fortune/],
    ['wat-p2/wasi-0.3', /0\.3/],
    ['wat-p2/proxy', /wasi:http\/incoming-handler/],
    ['wat-p2/library', /--invoke/],
    [
      'wat-p2/wasi-with-other-types',
      /imports wasi:clocks\/monotonic-clock@0\.2\.6 with now: func\(\) -> u32, which is/,
    ],
    ['wat-p2/wasi-with-other-resource', /with a resource pollable that is not wasi:io\/poll#pollable/],
    ['wat-p2/utf16-of-wasi', /utf16 in calls of WASI.*string-encoding=utf8/],
    ['wat-p2/latin1-of-wasi', /latin1\+utf16/],
    ['wat-p2/composed-utf16', /utf16 in composed components/],
    ['wat-p2/async-export', /asynchronous/],
    ['wat-p2/thread-yield', /asynchronous/],
    ['wat-p2/exports-type', /exports access, which is no function and no interface.*not support/],
    ['wat-p2/exports-glue-name', /exports0.*rename it/],
    ['wat-p2/exports-helper-name', /rscTableRemove.*rename it/],
    ['wat-p2/imports-url', /imports url=<https:\/\/example.com\/one.wasm>.*not fetched/],
    ['wat-p2/imports-locked', /imports locked-dep=.*not fetched/],
    ['wat-p2/imports-unlocked', /imports unlocked-dep=.*not fetched/],
  ])('%s', async (name, about) => {
    const { stdout, stderr, code } = await runGuest(name);
    expect({ stdout, code }).toEqual({ stdout: '', code: 126 });
    expect(stderr).toMatch(oneLine);
    expect(stderr).toMatch(about);
  });
});
