/** Custom sections that tools agree on: function names, and what produced the module. */
import { openCustomSection, type WasmBinary } from './wasm-binary.ts';
import { Cursor, WasmBinaryError } from './wasm-binary-cursor.ts';

export interface ModuleNames {
  /** The module's own name, or null. */
  module: string | null;
  functions: ReadonlyMap<number, string>;
}

/** The names of the wanted functions, from the content of a "name" section. Stops quietly where the section is broken. */
export function readNames(section: Uint8Array, wanted: ReadonlySet<number>): ModuleNames {
  const functions = new Map<number, string>();
  const names: { module: string | null; functions: Map<number, string> } = { module: null, functions };
  try {
    const cursor = new Cursor(section);
    while (!cursor.atEnd) {
      const id = cursor.u8();
      const body = cursor.sub(cursor.u32());
      if (id === 0) names.module = body.name();
      else if (id === 1) readFunctionNames(body, wanted, functions);
    }
  } catch (error) {
    if (!(error instanceof WasmBinaryError)) throw error;
    // A backtrace with some names is better than none: the section has no say over anything else.
  }
  return names;
}

function readFunctionNames(cursor: Cursor, wanted: ReadonlySet<number>, into: Map<number, string>): void {
  for (let left = cursor.u32(); left > 0; left--) {
    const index = cursor.u32();
    if (wanted.has(index)) into.set(index, cursor.name());
    else cursor.skipName();
  }
}

export interface Producer {
  /** 'language', 'processed-by' or 'sdk'. */
  field: string;
  name: string;
  version: string;
}

/** Attack: three bytes become an object of ours; real modules list fewer than ten. */
const maxProducers = 256;

export function readProducers(binary: WasmBinary): Producer[] {
  const cursor = openCustomSection(binary, 'producers');
  return cursor ? parseProducers(cursor) : [];
}

/** The content of a "producers" section. */
export function parseProducers(cursor: Cursor): Producer[] {
  const producers: Producer[] = [];
  for (let fields = cursor.u32(); fields > 0; fields--) {
    const field = cursor.name();
    for (let values = cursor.u32(); values > 0; values--) {
      if (producers.length === maxProducers) cursor.fail('too many producers');
      producers.push({ field, name: cursor.name(), version: cursor.name() });
    }
  }
  return producers;
}
