/** The shape of a Wasm binary: what kind of file it is, and where its sections are. Bodies are read on demand. */
import { Cursor, WasmBinaryError } from './wasm-binary-cursor.ts';

export { WasmBinaryError } from './wasm-binary-cursor.ts';

/** Section numbers of the core specification. */
export const sectionIds = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

export interface Section {
  id: number;
  /** Offset of the section's id byte. */
  start: number;
  /** Content, after the size. A custom section's starts with its name. */
  bodyStart: number;
  end: number;
}

export interface CustomSection {
  name: string;
  /** Content, after the name. */
  bodyStart: number;
  end: number;
}

export interface WasmBinary {
  bytes: Uint8Array;
  sections: readonly Section[];
}

export type FileKind = 'module' | 'component' | 'other';

/** Attack: a file of three-byte custom sections would become hundreds of millions of objects. */
const maxSections = 100_000;

const wasmMagic = 0x6d736100;
const moduleVersion = 0x00000001;
/** Version 13, layer 1: the component-model preamble. */
const componentVersion = 0x0001000d;

/** What the first eight bytes say. */
export function fileKind(bytes: Uint8Array): FileKind {
  if (bytes.length < 8 || readU32le(bytes, 0) !== wasmMagic) return 'other';
  const version = readU32le(bytes, 4);
  if (version === moduleVersion) return 'module';
  // The layer number tells components of any draft version from modules of a future one.
  return version === componentVersion || version >>> 16 === 1 ? 'component' : 'other';
}

/** One sentence on a file that is no module: what it seems to be. */
export function describeFile(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'is empty';
  const first = bytes.length >= 4 ? readU32le(bytes, 0) : 0;
  if (first === wasmMagic) {
    if (bytes.length < 8) return 'is cut off within its first 8 bytes';
    return `has WebAssembly version ${readU32le(bytes, 4)}, which is not known here`;
  }
  const text = String.fromCharCode(...bytes.subarray(0, 64));
  if (text.startsWith('\x7fELF')) return 'is a native Linux program (ELF), not WebAssembly';
  if (text.startsWith('#!')) return 'is a script, not WebAssembly';
  if (text.startsWith('\x1f\x8b') || text.startsWith('PK\x03\x04')) return 'is a compressed archive: unpack it first';
  if (text.startsWith('!<arch>')) return 'is a static library: link it into a program first';
  if (/^\s*(\(module|;;|\(;)/.test(text)) return 'is WebAssembly text, not binary';
  return 'is not a WebAssembly module: it does not start with \\0asm';
}

/** Finds the sections of a core module. Throws WasmBinaryError on a bad preamble or when a section runs past the end. */
export function readSections(bytes: Uint8Array): WasmBinary {
  if (fileKind(bytes) !== 'module') throw new WasmBinaryError(describeFile(bytes), 0);
  const cursor = new Cursor(bytes, 8);
  const sections: Section[] = [];
  while (!cursor.atEnd) {
    if (sections.length === maxSections) cursor.fail('too many sections');
    const start = cursor.offset;
    const id = cursor.u8();
    const body = cursor.sub(cursor.u32());
    sections.push({ id, start, bodyStart: body.offset, end: body.end });
  }
  return { bytes, sections };
}

/** The section with this id, or undefined. Only custom sections may repeat; the engine refuses the rest. */
export function findSection(binary: WasmBinary, id: number): Section | undefined {
  return binary.sections.find((section) => section.id === id);
}

/** A cursor over a section's content, or undefined when the module has none. */
export function openSection(binary: WasmBinary, id: number): Cursor | undefined {
  const section = findSection(binary, id);
  return section && new Cursor(binary.bytes, section.bodyStart, section.end);
}

/** Custom sections in order, whose names may repeat. */
export function customSections(binary: WasmBinary): CustomSection[] {
  const custom = binary.sections.filter(({ id }) => id === sectionIds.custom);
  return custom.map(({ bodyStart, end }) => {
    const cursor = new Cursor(binary.bytes, bodyStart, end);
    return { name: cursor.name(), bodyStart: cursor.offset, end };
  });
}

export function openCustomSection(binary: WasmBinary, name: string): Cursor | undefined {
  const section = customSections(binary).find((candidate) => candidate.name === name);
  return section && new Cursor(binary.bytes, section.bodyStart, section.end);
}

function readU32le(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset, true);
}
