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

export function readInterface(binary: WasmBinary): ModuleInterface {
  const types = readTypes(binary);
  const imports = readSection(binary, sectionIds.import, (cursor) => {
    const module = cursor.name();
    const name = cursor.name();
    return { module, name, type: readExternType(cursor, types) };
  });
  const functions = imports.flatMap(({ type }) => (type.kind === 'func' ? [type.type] : []));
  for (const typeIndex of readSection(binary, sectionIds.function, (cursor) => cursor.u32())) {
    functions.push(types[typeIndex] ?? null);
  }
  const exports = readSection(binary, sectionIds.export, (cursor) => {
    const name = cursor.name();
    const kind = readKind(cursor);
    const index = cursor.u32();
    return { name, kind, index, type: kind === 'func' ? (functions[index] ?? null) : null };
  });
  const memories = imports.flatMap(({ type }) => (type.kind === 'memory' ? [type.limits] : []));
  const own = readSection(binary, sectionIds.memory, readLimits);
  return { imports, exports, memories: memories.concat(own) };
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
