/** What a component gives to `--invoke`, or to another component, and the canonical ABI does not allow. */
import { afterAll, describe, expect, it } from 'vitest';
import { type RunOutput, run } from '../../runtime/client.ts';
import { guest } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest, type WasmctrResult } from '../helpers/wasmctr.ts';

afterAll(() => expectNothingLeft());

const invoke = (name: string, call: string): Promise<WasmctrResult> =>
  runGuest(name, [], { flags: ['--invoke', call] });

/** A trap of the guest's, in one line and its frames, and nothing printed. */
async function expectTrap(running: Promise<WasmctrResult>, about: RegExp): Promise<void> {
  const { stdout, stderr, code } = await running;
  expect({ stdout, stderr, code }).toEqual({
    stdout: '',
    code: 134,
    stderr: expect.stringMatching(/^wasmctr: trap: /),
  });
  expect(stderr.split('\n', 1)[0]).toMatch(about);
}

describe('a result that is none', () => {
  it.each([
    ['string-not-utf8()', /not valid UTF-8/],
    ['string-beyond()', /outside of memory/],
    ['bytes-beyond()', /outside of memory/],
    ['bytes-huge()', /outside of memory/],
    ['pairs-huge()', /outside/],
    ['list-unaligned()', /not aligned to 4/],
    ['result-unaligned()', /not aligned to 4/],
    ['payload-unaligned()', /not aligned to 8/],
    ['result-beyond()', /outside/],
    ['as-char(55296)', /char/],
    ['as-char(4294967295)', /./],
  ])('%s', (call, about) => expectTrap(invoke('wat-p2/lifting', call), about));

  it('as UTF-16', () => expectTrap(invoke('wat-p2/utf16', 'half()'), /canonical ABI/));

  it('between two components is a trap, too', () =>
    expectTrap(runGuest('wat-p2/composed-not-utf8'), /not valid UTF-8/));
});

describe('a result that is one', () => {
  it.each([
    ['string-with-bom()', '"\\u{feff}x"'],
    ['as-bool(77)', 'true'],
    ['as-bool(0)', 'false'],
    ['as-u8(511)', '255'],
    ['as-s8(511)', '-1'],
    ['as-s8(127)', '127'],
    ['as-u16(4294967295)', '65535'],
    ['as-s16(32768)', '-32768'],
    ['as-char(9731)', "'☃'"],
  ])('%s is %s', async (call, printed) => {
    expect(await invoke('wat-p2/lifting', call)).toMatchObject({ stdout: `${printed}\n`, stderr: '', code: 0 });
  });
});

describe('an argument to an embedder', () => {
  let given: unknown[] = [];
  const takes = {
    text: (value: string): string => value,
    bytes: (): number => 1,
    rows: (): number => 1,
    many: (): number => 1,
    small(...values: unknown[]): number {
      given = values;
      return 1;
    },
  };
  const call = (invoke: string): Promise<RunOutput> =>
    run(guest('wat-p2/calls-embedder'), { invoke }, { imports: { 'test:guest/takes': takes } });

  it.each([
    ['text-not-utf8()', /not valid UTF-8/],
    ['text-to-odd()', /not aligned to 4/],
    ['bytes-beyond()', /outside of memory/],
    ['bytes-huge()', /outside of memory/],
    ['rows-huge()', /canonical ABI|outside of memory/],
    ['many-odd()', /not aligned to 8/],
  ])('that is none: %s', async (invoked, about) => {
    const { exitCode, trap } = await call(invoked);
    expect({ exitCode, message: trap?.message }).toEqual({ exitCode: 134, message: expect.stringMatching(about) });
  });

  it('in a start function is a trap, too', async () => {
    const imports = { 'test:guest/takes': { numbers: (): number => 1 } };
    const { exitCode, trap } = await run(guest('wat-p2/start-breaks-abi'), { invoke: 'one()' }, { imports });
    expect({ exitCode, message: trap?.message }).toEqual({
      exitCode: 134,
      message: expect.stringMatching(/not aligned/),
    });
  });

  it('that is one is masked', async () => {
    expect(await call('masked()')).toMatchObject({ results: ['1'], error: null });
    expect(given).toEqual([255, -1, true]);
  });
});

describe('names that the glue has, too', () => {
  it.each(['rsc-table-remove()', 'resolve()', 'task()'])('%s', async (call) => {
    expect(await invoke('wat-p2/exports-almost-glue-name', call)).toMatchObject({ stdout: '1\n', stderr: '', code: 0 });
  });
});

describe('UTF-16', () => {
  it('of an export is read', async () => {
    expect(await invoke('wat-p2/utf16', 'whole()')).toMatchObject({ stdout: '"\\u{feff}✺"\n', stderr: '', code: 0 });
  });
});

describe('who may call whom', () => {
  it.each(['random()', 'exit()'])('a post-return may not leave its component: %s', (call) =>
    expectTrap(invoke('wat-p2/post-return-leaves', call), /cannot leave component instance/),
  );

  it('a post-return that stays is fine', async () => {
    expect(await invoke('wat-p2/post-return-leaves', 'nothing()')).toMatchObject({
      stdout: '3\n',
      stderr: '',
      code: 0,
    });
  });

  it('a component that waits for another one is not called back', () =>
    expectTrap(invoke('wat-p2/reenters', 'start()'), /cannot enter component instance/));
});
