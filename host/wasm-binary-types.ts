/** Types in a Wasm binary: function signatures, value types as text, limits of memories and tables. */
import { openSection, sectionIds, type WasmBinary } from './wasm-binary.ts';
import type { Cursor } from './wasm-binary-cursor.ts';

/** Value types in the text format's spelling: 'i32', 'externref', '(ref null 4)'. */
export interface FunctionType {
  params: readonly string[];
  results: readonly string[];
}

export interface Limits {
  /** In pages for memories, in elements for tables. */
  min: number;
  max: number | null;
  is64: boolean;
  shared: boolean;
  /** log2 of the page size; null: the usual 64 KiB (or a table). */
  pageLog2: number | null;
}

const valueTypes: Readonly<Record<number, string>> = {
  127: 'i32',
  126: 'i64',
  125: 'f32',
  124: 'f64',
  123: 'v128',
  120: 'i8',
  119: 'i16',
};

const heapTypes: Readonly<Record<number, string>> = {
  117: 'nocont',
  116: 'noexn',
  115: 'nofunc',
  114: 'noextern',
  113: 'none',
  112: 'func',
  111: 'extern',
  110: 'any',
  109: 'eq',
  108: 'i31',
  107: 'struct',
  106: 'array',
  105: 'exn',
  104: 'cont',
};

/** Short forms of `(ref null X)` that the text format has a word for, where it is not X + "ref". */
const nullReferences: Readonly<Record<string, string>> = {
  none: 'nullref',
  noextern: 'nullexternref',
  nofunc: 'nullfuncref',
  noexn: 'nullexnref',
  nocont: 'nullcontref',
};

/** Attack: each byte of this section becomes up to a hundred of ours. CPython's is 1 KB. */
const maxTypeSectionBytes = 16 << 20;

/** All types by index; null for a type that is no function type. */
export function readTypes(binary: WasmBinary): (FunctionType | null)[] {
  const cursor = openSection(binary, sectionIds.type);
  const types: (FunctionType | null)[] = [];
  if (!cursor) return types;
  if (cursor.end - cursor.offset > maxTypeSectionBytes) cursor.fail('type section too large');
  for (let left = cursor.u32(); left > 0; left--) {
    if (cursor.bytes[cursor.offset] === 0x4e) {
      cursor.skip(1);
      for (let inGroup = cursor.u32(); inGroup > 0; inGroup--) types.push(readSubType(cursor));
    } else types.push(readSubType(cursor));
  }
  return types;
}

function readSubType(cursor: Cursor): FunctionType | null {
  let form = cursor.u8();
  if (form === 0x50 || form === 0x4f) {
    for (let supers = cursor.u32(); supers > 0; supers--) cursor.u32();
    form = cursor.u8();
  }
  if (form === 0x65) form = cursor.u8(); // shared
  if (form === 0x60) return { params: readValueTypes(cursor), results: readValueTypes(cursor) };
  if (form === 0x5f) {
    for (let fields = cursor.u32(); fields > 0; fields--) readField(cursor);
  } else if (form === 0x5e) readField(cursor);
  else if (form === 0x5d) cursor.s33();
  else cursor.fail(`unknown type form 0x${form.toString(16)}`);
  return null;
}

function readField(cursor: Cursor): void {
  readValueType(cursor);
  cursor.u8();
}

function readValueTypes(cursor: Cursor): string[] {
  const types: string[] = [];
  for (let left = cursor.u32(); left > 0; left--) types.push(readValueType(cursor));
  return types;
}

export function readValueType(cursor: Cursor): string {
  const byte = cursor.u8();
  const plain = valueTypes[byte];
  if (plain !== undefined) return plain;
  if (byte === 0x63) return nullable(readHeapType(cursor));
  if (byte === 0x64) return `(ref ${readHeapType(cursor)})`;
  const heap = heapTypes[byte];
  return heap === undefined ? cursor.fail(`unknown value type 0x${byte.toString(16)}`) : nullable(heap);
}

function readHeapType(cursor: Cursor): string {
  const value = cursor.s33();
  if (value >= 0) return String(value);
  return heapTypes[value + 128] ?? cursor.fail('unknown heap type');
}

function nullable(heap: string): string {
  if (/^\d/.test(heap)) return `(ref null ${heap})`;
  return nullReferences[heap] ?? `${heap}ref`;
}

/** Limits of a memory or table, with the flag bits for shared, 64-bit and custom page sizes. */
export function readLimits(cursor: Cursor): Limits {
  const flags = cursor.u8();
  if (flags > 0x0f) cursor.fail(`unknown limits flags 0x${flags.toString(16)}`);
  const is64 = (flags & 4) !== 0;
  const min = is64 ? cursor.u64() : cursor.u32();
  const max = (flags & 1) === 0 ? null : is64 ? cursor.u64() : cursor.u32();
  return { min, max, is64, shared: (flags & 2) !== 0, pageLog2: flags & 8 ? cursor.u32() : null };
}

/** `func (i32, i32) -> i32` */
export function formatFunctionType(type: FunctionType): string {
  const params = `(${type.params.join(', ')})`;
  if (type.results.length === 0) return `func ${params}`;
  const [only] = type.results;
  return `func ${params} -> ${type.results.length === 1 ? only : `(${type.results.join(', ')})`}`;
}

/** `memory 1..16`, `memory 2, 64-bit, shared` */
export function formatLimits(word: string, limits: Limits): string {
  const range = limits.max === null ? `${limits.min}` : `${limits.min}..${limits.max}`;
  const page = limits.pageLog2 === null ? '' : `, pages of ${2 ** Math.min(limits.pageLog2, 64)} bytes`;
  return `${word} ${range}${limits.is64 ? ', 64-bit' : ''}${limits.shared ? ', shared' : ''}${page}`;
}
