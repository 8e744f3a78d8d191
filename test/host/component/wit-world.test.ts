import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { componentSkeleton } from '../../../host/component/skeleton.ts';
import { unnamed, type WitWorld } from '../../../host/component/wit.ts';
import { printFunction, printType, printWorld } from '../../../host/component/wit-print.ts';
import { readWorld } from '../../../host/component/wit-world.ts';
import { WasmBinaryError } from '../../../host/wasm-binary.ts';
import { componentOf, kitWit } from '../../helpers/wit-component.ts';

let bytes: Uint8Array;
let world: WitWorld;

beforeAll(async () => {
  bytes = await componentOf(kitWit, 'kit');
  world = readWorld(bytes);
});

const functionOf = (side: keyof WitWorld, owner: string, name: string): string => {
  const type = world[side].interfaces.get(owner)?.functions.get(name);
  return type === undefined ? 'missing' : printFunction(name, type);
};

describe('the WIT of a component', () => {
  it('names interfaces with their versions, and functions that belong to none', () => {
    expect([...world.imports.interfaces.keys()]).toEqual(['demo:kit/shapes@1.2.3', 'demo:kit/store@1.2.3']);
    expect([...world.exports.interfaces.keys()]).toEqual(['demo:kit/api@1.2.3']);
    expect([...world.imports.functions.keys()]).toEqual(['ask']);
    expect([...world.exports.functions.keys()]).toEqual(['add']);
  });

  it('has the types of functions, by their names', () => {
    expect(functionOf('imports', 'demo:kit/store@1.2.3', 'get')).toBe('func(id: ident) -> result<item, failure>');
    expect(functionOf('imports', 'demo:kit/store@1.2.3', 'paint')).toBe(
      'func(all: list<tint>, as-shape: shape) -> option<result<u8, string>>',
    );
    expect(functionOf('imports', 'demo:kit/store@1.2.3', '[static]bucket.open')).toBe(
      'static func(name: string) -> result<bucket, failure>',
    );
    expect(functionOf('exports', 'demo:kit/api@1.2.3', 'echo')).toBe(
      'func(p: point, q: perms, r: pair) -> tuple<point, perms, pair>',
    );
  });

  it('follows a name through every use of it to what it was defined as', () => {
    const tint = world.imports.interfaces.get('demo:kit/store@1.2.3')?.types.get('tint');
    expect(tint && printType(unnamed(tint))).toBe('enum { red, green, dark-blue }');
  });

  it('tells resources apart by identity', () => {
    const used = world.exports.interfaces.get('demo:kit/api@1.2.3')?.types;
    const bucket = used?.get('bucket');
    const counter = used?.get('counter');
    const imported = world.imports.interfaces.get('demo:kit/store@1.2.3')?.types.get('bucket');
    expect(bucket && unnamed(bucket)).toBe(imported && unnamed(imported));
    expect(bucket && unnamed(bucket)).not.toBe(counter && unnamed(counter));
  });

  it('is printed as WIT that makes the same component', async () => {
    const text = printWorld(world);
    const again = printWorld(readWorld(await componentOf(text, 'root')));
    // The order of types is the tools' own.
    expect(again.split('\n').sort()).toEqual(text.split('\n').sort());
    expect(text).toContain('use shapes.{color as tint};');
  });

  it('is all in the skeleton', () => {
    const skeleton = componentSkeleton(bytes);
    expect(skeleton.length).toBeLessThan(bytes.length / 2);
    expect(printWorld(readWorld(skeleton))).toBe(printWorld(world));
  });
});

describe('a hostile component', () => {
  const preamble = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
  const section = (id: number, body: readonly number[]): number[] => [id, ...leb(body.length), ...body];
  const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)]);
  const signed = (value: number): number[] => (value < 64 ? [value] : [(value & 127) | 128, ...signed(value >> 7)]);

  it('is refused for every byte that is changed or cut off, in one way only', () => {
    const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.integer({ min: 0, max: 255 }), cut: fc.boolean() });
    const property = fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      let broken = bytes.slice();
      for (const { at, to, cut } of changes) {
        if (at < broken.length) broken[at] = to;
        if (cut) broken = broken.slice(0, at + 1);
      }
      for (const read of [readWorld, componentSkeleton]) {
        try {
          read(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(WasmBinaryError);
        }
      }
    });
    fc.assert(property, { numRuns: 3000 });
  });

  it('can not have types that double with every line', () => {
    // (type (tuple T T)), forty times
    const doubled = Array.from({ length: 40 }, (_, index) => [0x6f, 2, index, index]).flat();
    const body = section(7, [41, 0x6f, 1, 0x7d, ...doubled]);
    expect(() => readWorld(new Uint8Array([...preamble, ...body]))).toThrow('a type is too large');
  });

  it('can not have types that nest without end', () => {
    const nested = Array.from({ length: 120 }, (_, index) => [0x6b, ...signed(index)]).flat();
    const body = section(7, [121, 0x6b, 0x7d, ...nested]);
    expect(() => readWorld(new Uint8Array([...preamble, ...body]))).toThrow('types nested too deep');
  });

  it('can not have a large type in the text of every function', () => {
    // One tuple of 1000 lists, in the type of 10 000 functions.
    const tuple = [0x6f, ...leb(1000), ...Array.from({ length: 1000 }, () => 0)];
    const functions = Array.from({ length: 10_000 }, () => [0x40, 1, 1, 0x70, 1, 1, 0]).flat();
    const body = section(7, [...leb(10_002), 0x70, 0x7d, ...tuple, ...functions]);
    expect(() => readWorld(new Uint8Array([...preamble, ...body]))).toThrow('too long to be written out');
  });

  it('can not nest components until the stack ends', () => {
    let inner = preamble;
    for (let depth = 0; depth < 2000; depth++) inner = [...preamble, ...section(4, inner)];
    expect(() => componentSkeleton(new Uint8Array(inner))).toThrow('nested too deep');
  });

  it('can not instantiate components exponentially', () => {
    // Each level has the one below it as a component, and instantiates it twice.
    let component = preamble;
    for (let depth = 0; depth < 60; depth++) {
      component = [...preamble, ...section(4, component), ...section(5, [2, 0, 0, 0, 0, 0, 0])];
    }
    expect(() => readWorld(new Uint8Array(component))).toThrow('more types and instances than can be read');
  });
});
