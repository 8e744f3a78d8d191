import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareCall } from '../../../host/component/invoke.ts';
import { findExport } from '../../../host/component/invoke-name.ts';
import { parseWave } from '../../../host/component/wave-parse.ts';
import { printWave } from '../../../host/component/wave-print.ts';
import type { WitSide, WitType } from '../../../host/component/wit.ts';
import { readWorld } from '../../../host/component/wit-world.ts';
import { root } from '../../helpers/guests.ts';
import { componentOf } from '../../helpers/wit-component.ts';

/** The functions and calls of the wasm-wave crate's own tests, `tests/ui` (Apache-2.0 WITH LLVM-exception). */
const uiWit = `
package ui:tests@0.1.0;
interface ui {
  nullary: func();
  %f32: func(val: f32);
  %list-f32: func(vals: list<f32>);
  %f64: func(val: f64);
  %char: func(val: char);
  list-chars: func(vals: list<char>);
  %string: func(val: string);
  list-strings: func(vals: list<string>);
  option-u8: func(opt: option<u8>);
  result-ok-u8: func(res: result<u8>);
  result-err-u8: func(res: result<_, u8>);
  result-both-u8: func(res: result<u8, u8>);
  result-no-payloads: func(res: result);
  record basic { required: u8, optional: option<u8> }
  basic-record: func(rec: basic);
  record optional-fields { a: option<u8>, b: option<u8> }
  optional-fields-record: func(rec: optional-fields);
  record keyword-fields { true: bool, false: bool, some: option<u8>, none: option<u8>, ok: result, err: result, inf: f32, nan: f32 }
  keyword-fields-record: func(rec: keyword-fields);
  enum hand { left, right }
  hand-enum: func(enm: hand);
  enum keyword-cases { true, false, some, none, ok, err, inf, nan }
  keyword-cases-enum: func(enm: keyword-cases);
  flags permissions { read, write, execute }
  permission-flags: func(flgs: permissions);
}
world tests { export ui; }
`;

interface Vectors {
  accept: [call: string, printed: string][];
  reject: string[];
}

const vectors = JSON.parse(readFileSync(join(root, 'test/golden/wave/vectors.json'), 'utf8')) as Vectors;

describe('the vectors of the wasm-wave crate', () => {
  let exports: WitSide;
  beforeAll(async () => {
    exports = readWorld(await componentOf(uiWit, 'tests')).exports;
  });

  it.each(vectors.accept)('%s', (call, printed) => {
    const called = /^[^(]*/.exec(call)?.[0] ?? '';
    const { params } = findExport(exports, called).type;
    const args = prepareCall(exports, call).args.map((value, index) => {
      const param = params[index];
      return param && `${param.name}: ${printWave(param.type, value)}`;
    });
    expect(`${called}(${args.join(', ')})`).toBe(printed);
  });

  it.each(vectors.reject)('refuses %s', (call) => {
    expect(() => prepareCall(exports, call)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(bad-invoke-argument|unknown-export)$/) }),
    );
  });
});

const color: WitType = { kind: 'enum', names: ['red', 'dark-blue', 'ok'] };
const point: WitType = {
  kind: 'record',
  fields: [
    { name: 'x-axis', type: { kind: 'f64' } },
    { name: 'label', type: { kind: 'option', some: { kind: 'string' } } },
  ],
};

describe('values in JavaScript', () => {
  const cases: [WitType, string, unknown][] = [
    [{ kind: 'u64' }, '18446744073709551615', 18446744073709551615n],
    [{ kind: 's8' }, '-128', -128],
    [{ kind: 'list', element: { kind: 'u8' }, length: null }, '[1, 255]', new Uint8Array([1, 255])],
    [{ kind: 'list', element: { kind: 's64' }, length: null }, '[-1]', new BigInt64Array([-1n])],
    [{ kind: 'list', element: { kind: 'bool' }, length: 2 }, '[true, false]', [true, false]],
    [point, '{x-axis: 1.5, label: some("a")}', { xAxis: 1.5, label: 'a' }],
    [point, '{x-axis: 0}', { xAxis: 0, label: undefined }],
    [color, 'dark-blue', 'dark-blue'],
    [color, '%ok', 'ok'],
    [{ kind: 'flags', names: ['a-b', 'c'] }, '{c}', { aB: false, c: true }],
    [{ kind: 'option', some: { kind: 'option', some: { kind: 'u8' } } }, 'some(none)', { tag: 'some', val: undefined }],
    [{ kind: 'result', ok: null, err: { kind: 'string' } }, 'err("x")', { tag: 'err', val: 'x' }],
    [{ kind: 'tuple', elements: [{ kind: 'char' }, { kind: 'f32' }] }, "('é', 0.1)", ['é', Math.fround(0.1)]],
  ];
  it.each(cases)('%j: %s', (type, text, value) => {
    expect(parseWave(type, text)).toEqual(value);
    expect(printWave(type, value)).toBe(text);
  });
});

describe('what is wrong, and where', () => {
  const cases: [WitType, string, string][] = [
    [{ kind: 'u8' }, '256', 'character 1: expected a u8 (0 to 255), got 256'],
    [{ kind: 'u8' }, '1.5', 'character 1: expected a u8 (0 to 255), got 1.5'],
    [{ kind: 'u8' }, '1 2', 'character 3: expected nothing more, got 2'],
    [{ kind: 's64' }, '9'.repeat(50), 'character 1: expected an s64'],
    [{ kind: 'string' }, '"abc', 'character 1: this string does not end'],
    [{ kind: 'string' }, '"a\\q"', 'character 3: no such escape: \\q'],
    [{ kind: 'char' }, "'ab'", 'character 1: expected one character in single quotes'],
    [color, 'green', 'character 1: no such case of enum { red, dark-blue, ok }: green: expected red, dark-blue, ok'],
    [color, 'ok', 'character 1: ok is a word of its own: write %ok for the case'],
    [point, '{y: 1}', 'character 2: no such field: y: expected x-axis, label'],
    [point, '{x-axis: 1, x-axis: 2}', 'character 13: the field x-axis is given twice'],
    [
      { kind: 'list', element: { kind: 'u8' }, length: null },
      '[1, -1]',
      'character 5: expected a u8 (0 to 255), got -1',
    ],
    [{ kind: 'list', element: { kind: 'u8' }, length: 2 }, '[1]', 'character 1: expected 2 values, got 1'],
    [{ kind: 'own', resource: { kind: 'resource' } }, '1', 'is a resource, which has no text form'],
  ];
  it.each(cases)('%j %s', (type, text, message) => {
    expect(() => parseWave(type, text)).toThrow(message);
  });

  it('tells where in a value that is printed', () => {
    const type: WitType = { kind: 'list', element: point, length: null };
    expect(() => printWave(type, [{ xAxis: 1 }, { xAxis: '2' }])).toThrow(
      '[1].xAxis: expected an f64, got a string ("2")',
    );
    expect(() => printWave({ kind: 'u8' }, 300)).toThrow('expected a u8, got a number ("300")');
    expect(() => printWave({ kind: 'u64' }, 3)).toThrow('expected a u64, got a number ("3")');
  });

  it('does not print more than it may', () => {
    const type: WitType = { kind: 'list', element: { kind: 'string' }, length: null };
    expect(() => printWave(type, ['x'.repeat(60), 'y'.repeat(60)], { maxChars: 100 })).toThrow('too large');
  });

  it('writes nothing that moves a cursor', () => {
    expect(printWave({ kind: 'string' }, '\u001b[2J\u202e\u0301\ud800')).toBe('"\\u{1b}[2J\\u{202e}\\u{301}\ufffd"');
  });
});
