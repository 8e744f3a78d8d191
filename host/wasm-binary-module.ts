/** Imports, exports and index spaces of a core module. */
import { openSection, sectionIds, type WasmBinary } from './wasm-binary.ts';
import type { Cursor } from './wasm-binary-cursor.ts';
import {
  type FunctionType,
  formatFunctionType,
  formatLimits,
  type Limits,
  readLimits,
  readTypes,
  readValueType,
} from './wasm-binary-types.ts';

export type ExternType =
  | { kind: 'func'; type: FunctionType | null }
  | { kind: 'table'; element: string; limits: Limits }
  | { kind: 'memory'; limits: Limits }
  | { kind: 'global'; valueType: string; mutable: boolean }
  | { kind: 'tag'; type: FunctionType | null };
export type ExternKind = ExternType['kind'];

export interface WasmImport {
  module: string;
  name: string;
  type: ExternType;
}

export interface WasmExport {
  name: string;
  kind: ExternKind;
  index: number;
  /** Signature of a function; null for the rest. */
  type: FunctionType | null;
}

/** What a module shows to its host. Holds no part of the bytes it was read from. */
export interface ModuleInterface {
  imports: readonly WasmImport[];
  exports: readonly WasmExport[];
  /** All memories by index, imported ones first. */
  memories: readonly Limits[];
}

const externKinds = ['func', 'table', 'memory', 'global', 'tag'] as const;

/** Attack: a three-byte entry becomes an object of ours. The engine stops at the same number. */
const maxEntries = 1_000_000;

/** `typed`: the exported functions whose signatures are wanted; undefined: all. A program has thousands to look through. */
export function readInterface(binary: WasmBinary, typed?: ReadonlySet<string>): ModuleInterface {
  const types = readTypes(binary);
  const imports = readSection(binary, sectionIds.import, (cursor) => {
    const module = cursor.name();
    const name = cursor.name();
    return { module, name, type: readExternType(cursor, types) };
  });
  const exports = readSection(binary, sectionIds.export, (cursor) => {
    const name = cursor.name();
    return { name, kind: readKind(cursor), index: cursor.u32(), type: null };
  });
  const memories = imports.flatMap(({ type }) => (type.kind === 'memory' ? [type.limits] : []));
  const own = readSection(binary, sectionIds.memory, readLimits);
  addSignatures(binary, { types, imports, exports: exports.filter(({ name }) => typed?.has(name) ?? true) });
  return { imports, exports, memories: memories.concat(own) };
}

/** The signature of one function by its index; null when there is none. */
export function readFunctionType(
  binary: WasmBinary,
  imports: readonly WasmImport[],
  index: number,
): FunctionType | null {
  const entry: WasmExport = { name: '', kind: 'func', index, type: null };
  addSignatures(binary, { types: readTypes(binary), imports, exports: [entry] });
  return entry.type;
}

interface SignatureSources {
  types: readonly (FunctionType | null)[];
  imports: readonly WasmImport[];
  exports: readonly WasmExport[];
}

/** Fills in the types of exported functions: imported functions come first, then the module's own. */
function addSignatures(binary: WasmBinary, { types, imports, exports }: SignatureSources): void {
  const imported = imports.flatMap(({ type }) => (type.kind === 'func' ? [type.type] : []));
  const wanted = exports.filter(({ kind }) => kind === 'func').sort((a, b) => a.index - b.index);
  const cursor = openSection(binary, sectionIds.function);
  const count = imported.length + (cursor?.u32() ?? 0);
  let next = imported.length;
  let typeIndex = -1;
  for (const entry of wanted) {
    for (; cursor && next <= entry.index && next < count; next++) typeIndex = cursor.u32();
    const isOwn = entry.index >= imported.length && entry.index < count;
    entry.type = (isOwn ? types[typeIndex] : imported[entry.index]) ?? null;
  }
}

export function formatExternType(type: ExternType): string {
  switch (type.kind) {
    case 'func':
      return type.type ? formatFunctionType(type.type) : 'func';
    case 'table':
      return `${formatLimits('table', type.limits)} ${type.element}`;
    case 'memory':
      return formatLimits('memory', type.limits);
    case 'global':
      return `global ${type.mutable ? `mut ${type.valueType}` : type.valueType}`;
    case 'tag':
      return type.type ? formatFunctionType(type.type).replace('func', 'tag') : 'tag';
  }
}

function readExternType(cursor: Cursor, types: readonly (FunctionType | null)[]): ExternType {
  const kind = readKind(cursor);
  switch (kind) {
    case 'func':
      return { kind, type: types[cursor.u32()] ?? null };
    case 'table':
      return { kind, element: readValueType(cursor), limits: readLimits(cursor) };
    case 'memory':
      return { kind, limits: readLimits(cursor) };
    case 'global':
      return { kind, valueType: readValueType(cursor), mutable: cursor.u8() === 1 };
    case 'tag':
      cursor.u8(); // attribute: always 0, exception
      return { kind, type: types[cursor.u32()] ?? null };
  }
}

function readKind(cursor: Cursor): ExternKind {
  const byte = cursor.u8();
  return externKinds[byte] ?? cursor.fail(`unknown import or export kind ${byte}`);
}

function readSection<T>(binary: WasmBinary, id: number, read: (cursor: Cursor) => T): T[] {
  const cursor = openSection(binary, id);
  if (!cursor) return [];
  const count = cursor.u32();
  if (count > maxEntries) cursor.fail('too many entries');
  const items: T[] = [];
  while (items.length < count) items.push(read(cursor));
  return items;
}
