import { beforeAll, describe, expect, it } from 'vitest';
import { prepareCall, prepareInvoke } from '../../../host/component/invoke.ts';
import { componentSkeleton } from '../../../host/component/skeleton.ts';
import type { WitSide } from '../../../host/component/wit.ts';
import { readWorld } from '../../../host/component/wit-world.ts';
import { componentOf, kitWit } from '../../helpers/wit-component.ts';

let bytes: Uint8Array;
let exports: WitSide;

beforeAll(async () => {
  bytes = await componentOf(kitWit, 'kit');
  exports = readWorld(bytes).exports;
});

describe('the function that is meant', () => {
  it.each([
    'api.echo',
    'echo',
    'demo:kit/api.echo',
    'demo:kit/api.echo@1.2.3',
    'demo:kit/api@1.2.3#echo',
    'demo:kit/api#echo',
  ])('%s', (name) => {
    const call = prepareCall(exports, `${name}({x: 1, y: -2.5}, {read}, (1, -1))`);
    expect(call).toMatchObject({ interface: 'demo:kit/api@1.2.3', name: 'echo' });
    expect(call.args).toEqual([{ x: 1, y: -2.5 }, { read: true, write: false, execAll: false }, [1, -1]]);
  });

  it('is found in a skeleton', () => {
    expect(prepareInvoke(componentSkeleton(bytes), 'add(1, 2)')).toMatchObject({ interface: null, args: [1, 2] });
  });

  it('is called with its arguments, and its result is text', () => {
    const call = prepareCall(exports, 'echo({x: 1, y: 0}, {}, (1, -1))');
    expect(call.call({ 'demo:kit/api@1.2.3': { echo: (...args: unknown[]) => args } })).toEqual([
      '({x: 1, y: 0}, {}, (1, -1))',
    ]);
  });
});

describe('a call that is refused before anything runs', () => {
  const cases: [string, string, string][] = [
    ['sub(1)', 'unknown-export', 'exports no function sub; its functions are add, echo, fill'],
    ['other.add(1, 2)', 'unknown-export', 'exports no function other.add'],
    ['demo:kit/api.echo@9.9.9()', 'unknown-export', 'exports no function demo:kit/api.echo@9.9.9'],
    ['add', 'bad-invoke-argument', 'arguments are missing: write add(…)'],
    ['add(1)', 'bad-invoke-argument', '2 arguments expected, got 1, in a call of add: func(a: u32, b: u32) -> u32'],
    ['add(1, 2, 3)', 'bad-invoke-argument', '2 arguments expected, got more'],
    ['add(1, -2)', 'bad-invoke-argument', 'argument 2 (b): character 8: expected a u32 (0 to 4294967295), got -2'],
    ['add(1, 2) and more', 'bad-invoke-argument', 'character 11: expected nothing after the call, got and'],
    ['add(1, 2', 'bad-invoke-argument', 'character 9: expected a comma or ), got the end'],
    ["fill(1, 'x')", 'bad-invoke-argument', 'fill takes a borrow<bucket>: resources and streams have no text form'],
    ['counter.next()', 'unknown-export', 'of the resource counter nothing can be called'],
    ['', 'bad-invoke-argument', 'not a call'],
  ];
  it.each(cases)('%s', (call, code, message) => {
    expect(() => prepareCall(exports, call)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('says which of two are meant', async () => {
    const wit =
      'package a:b; interface one { f: func(); } interface two { f: func(); } world w { export one; export two; }';
    const both = readWorld(await componentOf(wit, 'w')).exports;
    expect(() => prepareCall(both, 'f()')).toThrow('exports more than one f: say which: a:b/one#f, a:b/two#f');
    expect(prepareCall(both, 'two.f()').interface).toBe('a:b/two');
  });
});

describe('a result', () => {
  const wit =
    'package a:b; world w { export f: func() -> result<u8, string>; export g: func(); export h: func() -> result; }';
  let results: WitSide;
  beforeAll(async () => {
    results = readWorld(await componentOf(wit, 'w')).exports;
  });

  it.each<[string, () => unknown, string[]]>([
    ['f()', () => 7, ['ok(7)']],
    [
      'f()',
      () => {
        throw 'no';
      },
      ['err("no")'],
    ],
    ['g()', () => undefined, []],
    ['h()', () => undefined, ['ok']],
    [
      'h()',
      () => {
        throw undefined;
      },
      ['err'],
    ],
  ])('of %s', (call, implementation, printed) => {
    const name = call.slice(0, 1);
    expect(prepareCall(results, call).call({ [name]: implementation })).toEqual(printed);
  });

  it('is no trap', () => {
    const trap = (): never => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    expect(() => prepareCall(results, 'f()').call({ f: trap })).toThrow(WebAssembly.RuntimeError);
  });

  it('that is too long for a message is told as that', async () => {
    const of = readWorld(await componentOf('package a:b; world w { export f: func() -> string; }', 'w')).exports;
    expect(() => prepareCall(of, 'f()').call({ f: () => 'x'.repeat(20_000) })).toThrow(
      expect.objectContaining({ code: 'long-result', message: expect.stringContaining('at most 16 KiB') }),
    );
  });
});
