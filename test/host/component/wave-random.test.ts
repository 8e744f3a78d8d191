import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWave, WaveError } from '../../../host/component/wave-parse.ts';
import { printWave } from '../../../host/component/wave-print.ts';
import type { WitType } from '../../../host/component/wit.ts';

const words = fc.stringMatching(/^[a-z][a-z0-9]{0,4}(-[a-z0-9]{1,4}){0,2}$/);
const names = fc.uniqueArray(words, { minLength: 1, maxLength: 5, selector: (name) => name.replaceAll('-', '') });

/** Types and, for each, values of it. */
const typed: fc.Arbitrary<{ type: WitType; values: fc.Arbitrary<unknown> }> = fc.letrec((tie) => {
  const of = tie('typed') as fc.Arbitrary<{ type: WitType; values: fc.Arbitrary<unknown> }>;
  const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const simple = fc.constantFrom<{ type: WitType; values: fc.Arbitrary<unknown> }>(
    { type: { kind: 'bool' }, values: fc.boolean() },
    { type: { kind: 'u8' }, values: fc.integer({ min: 0, max: 255 }) },
    { type: { kind: 's32' }, values: fc.integer() },
    { type: { kind: 'u64' }, values: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
    { type: { kind: 'f64' }, values: fc.double() },
    { type: { kind: 'f32' }, values: fc.float() },
    { type: { kind: 'char' }, values: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
    { type: { kind: 'string' }, values: fc.string({ unit: 'binary' }) },
  );
  return {
    typed: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      simple,
      names.map((all) => ({ type: { kind: 'enum', names: all } as const, values: fc.constantFrom(...all) })),
      names.map((all) => ({
        type: { kind: 'flags', names: all } as const,
        values: fc.record(Object.fromEntries(all.map((name) => [camel(name), fc.boolean()]))) as fc.Arbitrary<unknown>,
      })),
      of
        .filter(({ type }) => !/^([us]\d|f\d)/.test(type.kind))
        .map(({ type, values }) => ({
          type: { kind: 'list', element: type, length: null } as const,
          values: fc.array(values, { maxLength: 4 }),
        })),
      fc.array(of, { minLength: 1, maxLength: 3 }).map((parts) => ({
        type: { kind: 'tuple', elements: parts.map(({ type }) => type) } as const,
        values: fc.tuple(...parts.map(({ values }) => values)),
      })),
      of.map(({ type, values }) => ({
        type: { kind: 'option', some: type } as const,
        values:
          type.kind === 'option'
            ? fc.oneof(
                fc.constant({ tag: 'none' }),
                values.map((val) => ({ tag: 'some', val })),
              )
            : fc.option(values, { nil: undefined }),
      })),
      fc.tuple(of, of).map(([ok, err]) => ({
        type: { kind: 'result', ok: ok.type, err: err.type } as const,
        values: fc.oneof(
          ok.values.map((val) => ({ tag: 'ok', val })),
          err.values.map((val) => ({ tag: 'err', val })),
        ),
      })),
      fc.tuple(names, fc.array(of, { minLength: 5, maxLength: 5 })).map(([all, parts]) => ({
        type: {
          kind: 'record',
          fields: all.map((name, index) => ({ name, type: parts[index]?.type ?? { kind: 'bool' } })),
        } as const,
        values: fc.record(
          Object.fromEntries(all.map((name, index) => [camel(name), parts[index]?.values ?? fc.boolean()])),
        ) as fc.Arbitrary<unknown>,
      })),
      fc.tuple(names, fc.array(fc.option(of), { minLength: 5, maxLength: 5 })).map(([all, parts]) => ({
        type: {
          kind: 'variant',
          cases: all.map((name, index) => ({ name, type: parts[index]?.type ?? null })),
        } as const,
        values: fc.oneof(
          ...all.map((tag, index) => {
            const payload = parts[index]?.values;
            return payload === undefined ? fc.constant({ tag }) : payload.map((val) => ({ tag, val }));
          }),
        ),
      })),
    ),
  };
}).typed as fc.Arbitrary<{ type: WitType; values: fc.Arbitrary<unknown> }>;

describe('any value', () => {
  it('comes back from its text as it was', () => {
    const one = typed.chain(({ type, values }) => fc.record({ type: fc.constant(type), value: values }));
    const property = fc.property(one, ({ type, value }) => {
      const text = printWave(type, value);
      expect(parseWave(type, text)).toEqual(value);
      expect(printWave(type, parseWave(type, text))).toBe(text);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('is refused in one way when its text is broken', () => {
    const broken = typed.chain(({ type, values }) =>
      fc.record({
        type: fc.constant(type),
        value: values,
        at: fc.nat(60),
        cut: fc.nat(3),
        put: fc.string({ maxLength: 3 }),
      }),
    );
    const property = fc.property(broken, ({ type, value, at, cut, put }) => {
      const text = printWave(type, value);
      try {
        parseWave(type, text.slice(0, at) + put + text.slice(at + cut));
      } catch (error) {
        expect(error).toBeInstanceOf(WaveError);
      }
    });
    fc.assert(property, { numRuns: 3000 });
  });

  it('is found in no random text, without a crash', () => {
    const punctuated = fc.string({ unit: fc.constantFrom(...'{}()[]:,"\'\\%-az09. \n/') });
    const property = fc.property(typed, fc.oneof(fc.string(), punctuated), ({ type }, text) => {
      try {
        printWave(type, parseWave(type, text));
      } catch (error) {
        expect(error).toBeInstanceOf(WaveError);
      }
    });
    fc.assert(property, { numRuns: 3000 });
  });
});
