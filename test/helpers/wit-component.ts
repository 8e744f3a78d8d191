/** Components made of WIT alone: their functions are there and trap. */
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';

export async function componentOf(witSource: string, world: string): Promise<Uint8Array> {
  return componentNew(await componentEmbed({ witSource, world, dummy: true, features: { tag: 'all' } }), []);
}

/** Every kind of type, in imports and exports. */
export const kitWit: string = `
package demo:kit@1.2.3;

interface shapes {
  record point { x: f64, y: f64 }
  enum color { red, green, dark-blue }
  flags perms { read, write, exec-all }
  variant shape { dot, circle(f32), poly(list<point>), named(tuple<string, option<color>>) }
  type ident = u64;
  type pair = tuple<u8, s8>;
}

interface store {
  use shapes.{point, color as tint, shape, ident};
  record item { id: ident, name: string, data: list<u8>, at: option<point> }
  variant failure { missing(string), denied, code(u32) }
  get: func(id: ident) -> result<item, failure>;
  paint: func(all: list<tint>, as-shape: shape) -> option<result<u8, string>>;
  now: func() -> u64;
  resource bucket {
    constructor(name: string);
    open: static func(name: string) -> result<bucket, failure>;
    name: func() -> string;
    merge: func(other: borrow<bucket>) -> bucket;
  }
  longest: func(buckets: list<borrow<bucket>>) -> bucket;
}

interface api {
  use shapes.{point, perms, pair};
  use store.{bucket};
  echo: func(p: point, q: perms, r: pair) -> tuple<point, perms, pair>;
  fill: func(into: borrow<bucket>, %with: char) -> result;
  resource counter {
    constructor(start: u32);
    next: func() -> u32;
  }
}

world kit {
  import store;
  import ask: func(question: string) -> string;
  export api;
  export add: func(a: u32, b: u32) -> u32;
}
`;
