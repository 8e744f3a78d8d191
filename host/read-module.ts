/**
 * Reads a module without what only debuggers look at: built with debug information, a program is half of it, and every
 * byte is read, copied by the engine and kept by it.
 */
import type { ModuleFile } from './load.ts';
import { FileReader } from './read-file.ts';
import { sectionIds, WasmBinaryError } from './wasm-binary.ts';
import { Cursor } from './wasm-binary-cursor.ts';

/** Enough for a section's id, size and name, where the name is one of those that are left out. */
const headerBytes = 64;
/** Read at once: most modules are smaller, and a call for each section would cost more than copying what is left out. */
const firstBytes = 64 * 1024;
/** Attack: a file of three-byte sections, each a system call. What comes after is read as it stands. */
const maxSections = 256;

/** As `readFile`; the bytes are another module to an engine's eye only by custom sections that it does not know. */
export function readModule(file: ModuleFile, headroomBytes: number): Uint8Array<ArrayBuffer> {
  const reader = new FileReader(file, headroomBytes);
  reader.readTo(firstBytes);
  let offset = preambleBytes;
  let isBehindCode = false;
  for (let count = 0; count < maxSections; count++) {
    reader.readTo(offset + headerBytes);
    // The error that tells of it costs more than all of this.
    if (offset >= reader.unread + reader.bytes.length) break;
    const section = readHeader(reader.bytes, offset);
    if (section === null) break;
    // Before the code nothing is left out: offsets of instructions must not change.
    if (isBehindCode && section.isDebug && section.end <= reader.unread + reader.bytes.length) {
      reader.skip(offset, section.end);
      continue;
    }
    isBehindCode ||= section.id === sectionIds.code;
    offset = section.end;
    reader.readTo(offset);
  }
  reader.readTo(Number.POSITIVE_INFINITY);
  return reader.bytes;
}

const preambleBytes = 8;

/** null: no section begins there, or its header is broken, which is for others to say. */
function readHeader(bytes: Uint8Array, offset: number): { id: number; end: number; isDebug: boolean } | null {
  try {
    const cursor = new Cursor(bytes, offset);
    const id = cursor.u8();
    const size = cursor.u32();
    const end = cursor.offset + size;
    return { id, end, isDebug: id === sectionIds.custom && isDebugName(bytes, cursor.offset, end) };
  } catch (error) {
    if (error instanceof WasmBinaryError) return null;
    throw error;
  }
}

/** DWARF's sections (https://webassembly.github.io/debugging, "DWARF for WebAssembly"). */
const debugPrefix = '.debug_';

function isDebugName(bytes: Uint8Array, bodyStart: number, end: number): boolean {
  const length = bytes[bodyStart] ?? 0;
  const nameStart = bodyStart + 1;
  // One byte of length; the whole name within the section and within what was read.
  if (length >= 0x80 || nameStart + length > Math.min(end, bytes.length)) return false;
  return String.fromCharCode(...bytes.subarray(nameStart, nameStart + debugPrefix.length)) === debugPrefix;
}
