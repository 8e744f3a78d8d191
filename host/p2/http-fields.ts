/** wasi:http/types: fields. */
import type { HttpTypes } from './abi.generated.ts';
import {
  checkRange,
  listRange,
  returnPointer,
  storeBytes,
  storeList,
  storeString,
  stringArgument,
} from './canonical.ts';
import type { Context } from './context.ts';
import { checkName, FieldMap, type HeaderError } from './http-field-map.ts';
import { type HandleTable, type Lower, trap } from './lower.ts';
import { Resource } from './resource.ts';

/** A handle to fields: a child of the message they belong to, and immutable then; or the guest's own. */
export class Fields extends Resource {
  readonly map: FieldMap;
  readonly isMutable: boolean;

  constructor(parent: Resource | null, map: FieldMap, isMutable: boolean) {
    super(parent);
    this.map = map;
    this.isMutable = isMutable;
  }

  override dispose(): void {
    this.map.release();
  }
}

/** The fields of a message as a handle of their own. */
export function childFields(context: Context, table: HandleTable, parent: Resource, map: FieldMap): number {
  return context.resources.add(table, new Fields(parent, map.retain(), false));
}

const headerErrors = ['invalid-syntax', 'forbidden', 'immutable'] as const;

/** result<_, header-error> at `at`. */
function storeResult({ memory }: Pick<Lower, 'memory'>, at: number, error: HeaderError): void {
  memory.setU8(at, error === null ? 0 : 1);
  if (error !== null) memory.setU8(at + 1, headerErrors.indexOf(error));
}

/** Attack: a name of gigabytes, decoded before anyone asks how long names may be. */
const maxNameBytes = 65_535;

/** null: too long for any field. */
function nameArgument(lower: Pick<Lower, 'memory'>, pointer: number, length: number): string | null {
  listRange(lower, pointer, length);
  return length >>> 0 > maxNameBytes ? null : stringArgument(lower, pointer, length);
}

/** As many as fit into the bytes that a list of fields may have, and more: then the list itself refuses. */
const maxValueBytes = 128 * 1024 + 1;

/** Longer ones are cut: they are refused as they are. */
function valueArgument(lower: Pick<Lower, 'memory'>, pointer: number, length: number): string {
  const at = listRange(lower, pointer, length);
  return Buffer.from(lower.memory.bytes(at, Math.min(length >>> 0, maxValueBytes))).toString('latin1');
}

/** Elements of `stride` bytes, each read by `read`. */
function listArgument<Item>(
  { memory }: Pick<Lower, 'memory'>,
  pointer: number,
  count: number,
  { stride, read }: { stride: number; read: (at: number) => Item },
): Item[] {
  const [at, length] = [pointer >>> 0, count >>> 0];
  checkRange(memory, at, length * stride, 4);
  // Attack: a list of 2^28 empty values, of which each becomes an object here.
  if (length * 32 > maxValueBytes) trap(`a list of ${length} HTTP fields`);
  return Array.from({ length }, (_, i) => read(at + i * stride));
}

const bytesOf = (value: string): Uint8Array => Buffer.from(value, 'latin1');

type FieldFunctions = Pick<
  HttpTypes,
  Extract<keyof HttpTypes, `${string}fields.${string}` | '[constructor]fields' | '[resource-drop]fields'>
>;

export function fieldFunctions(context: Context): FieldFunctions {
  const { resources } = context;
  const add = (table: HandleTable, map: FieldMap): number => resources.add(table, new Fields(null, map, true));

  /** Runs `change` where the name is one and may be changed here. */
  function change(
    lower: Lower<'fields'>,
    { self, name, at }: { self: number; name: readonly [number, number]; at: number },
    change: (map: FieldMap, name: string) => HeaderError,
  ): void {
    const { map, isMutable } = resources.get(lower.tables.fields, self, Fields);
    const text = nameArgument(lower, ...name);
    const invalid = text === null ? 'invalid-syntax' : checkName(text);
    if (text === null || invalid !== null) storeResult(lower, at, invalid);
    else storeResult(lower, at, isMutable ? change(map, text) : 'immutable');
  }

  return {
    '[constructor]fields':
      ({ tables }) =>
      () =>
        add(tables.fields, new FieldMap(context.http.fields)),

    /** result<fields, header-error>: the handle or the error at +4. */
    '[static]fields.from-list': (lower) => (list, count, result) => {
      const at = returnPointer(lower, result, 8, 4);
      const { memory, tables } = lower;
      const read = (at: number): readonly [string | null, string] => [
        nameArgument(lower, memory.u32(at), memory.u32(at + 4)),
        valueArgument(lower, memory.u32(at + 8), memory.u32(at + 12)),
      ];
      const entries = listArgument(lower, list, count, { stride: 16, read });
      const map = new FieldMap(context.http.fields);
      for (const [name, value] of entries) {
        const error = name === null ? 'invalid-syntax' : map.append(name, value);
        if (error === null) continue;
        map.release();
        memory.setU8(at, 1);
        return memory.setU8(at + 4, headerErrors.indexOf(error));
      }
      memory.setU8(at, 0);
      return memory.setU32(at + 4, add(tables.fields, map));
    },

    '[method]fields.get': (lower) => (self, name, length, result) => {
      const at = returnPointer(lower, result, 8, 4);
      const { map } = resources.get(lower.tables.fields, self, Fields);
      const values = map.get(nameArgument(lower, name, length) ?? '');
      storeList(lower, at, values, {
        stride: 8,
        align: 4,
        store: (value, to) => storeBytes(lower, to, bytesOf(value)),
      });
    },

    '[method]fields.has': (lower) => (self, name, length) => {
      const { map } = resources.get(lower.tables.fields, self, Fields);
      return map.has(nameArgument(lower, name, length) ?? '') ? 1 : 0;
    },

    '[method]fields.set': (lower) => (self, name, length, list, count, result) => {
      const at = returnPointer(lower, result, 2, 1);
      const { memory } = lower;
      const read = (at: number): string => valueArgument(lower, memory.u32(at), memory.u32(at + 4));
      const values = listArgument(lower, list, count, { stride: 8, read });
      change(lower, { self, name: [name, length], at }, (map, text) => map.set(text, values));
    },

    '[method]fields.delete': (lower) => (self, name, length, result) => {
      const at = returnPointer(lower, result, 2, 1);
      change(lower, { self, name: [name, length], at }, (map, text) => map.delete(text));
    },

    '[method]fields.append': (lower) => (self, name, length, value, bytes, result) => {
      const at = returnPointer(lower, result, 2, 1);
      const text = valueArgument(lower, value, bytes);
      change(lower, { self, name: [name, length], at }, (map, key) => map.append(key, text));
    },

    '[method]fields.entries': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 8, 4);
      const { map } = resources.get(lower.tables.fields, self, Fields);
      storeList(lower, at, map.fields, {
        stride: 16,
        align: 4,
        store: ([name, value], to) => {
          storeString(lower, to, name);
          storeBytes(lower, to + 8, bytesOf(value));
        },
      });
    },

    '[method]fields.clone':
      ({ tables }) =>
      (self) =>
        add(tables.fields, resources.get(tables.fields, self, Fields).map.copy()),

    '[resource-drop]fields': (representation) => resources.drop(representation),
  };
}
