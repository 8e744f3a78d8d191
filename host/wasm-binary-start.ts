/**
 * Start sections of programs: compilers put main there when nobody asked for _start. The engine shows no memory of an
 * instance whose start function still runs, and WASI calls need it; so the function is exported under a name of ours
 * instead, and called once the memory is known.
 */
import { findSection, readSections, type Section, sectionIds, type WasmBinary } from './wasm-binary.ts';
import { Cursor } from './wasm-binary-cursor.ts';
import { type ModuleInterface, readFunctionType } from './wasm-binary-module.ts';
import { encodeLeb, replaceSection } from './wasm-binary-replace.ts';

type EditableBinary = WasmBinary & { bytes: Uint8Array<ArrayBuffer> };

export interface ExportedStart {
  /** With its sections where they are now. */
  binary: EditableBinary;
  shiftBytes: number;
  /** The export to call first; null: the engine calls what there is to call. */
  name: string | null;
}

/** Edits `binary.bytes` (and the headroom before them) in place, where the module is one of those. */
export function exportStart(binary: EditableBinary, shape: ModuleInterface): ExportedStart {
  const start = findSection(binary, sectionIds.start);
  const exports = findSection(binary, sectionIds.export);
  const index = start && exports && callsWasi(shape) ? readStart(binary, shape, start) : null;
  if (!start || !exports || index === null) return { binary, shiftBytes: 0, name: null };
  const name = unusedName(shape);
  // A custom section without a name, of the same size: nothing moves.
  binary.bytes[start.start] = sectionIds.custom;
  binary.bytes[start.bodyStart] = 0;
  const edited = replaceSection(binary.bytes, exports, withExport(binary.bytes, exports, { name, index }));
  return { binary: { ...readSections(edited.bytes), bytes: edited.bytes }, shiftBytes: edited.shiftBytes, name };
}

function callsWasi({ imports, exports }: ModuleInterface): boolean {
  const hasMemory = exports.some(({ name, kind }) => name === 'memory' && kind === 'memory');
  return hasMemory && imports.some(({ module, type }) => type.kind === 'func' && module.startsWith('wasi_'));
}

/** The function's index; null where the section is not well-formed, which is the engine's to refuse. */
function readStart(binary: EditableBinary, { imports }: ModuleInterface, section: Section): number | null {
  const cursor = new Cursor(binary.bytes, section.bodyStart, section.end);
  const index = cursor.u32();
  // An export may have any type.
  const type = readFunctionType(binary, imports, index);
  return cursor.atEnd && type?.params.length === 0 && type.results.length === 0 ? index : null;
}

function unusedName({ exports }: ModuleInterface): string {
  const taken = new Set(exports.map(({ name }) => name));
  let name = 'wasmctr:start';
  while (taken.has(name)) name += "'";
  return name;
}

/** The section's content with one more export at its end. */
function withExport(
  bytes: Uint8Array,
  { bodyStart, end }: Section,
  { name, index }: { name: string; index: number },
): Uint8Array {
  const cursor = new Cursor(bytes, bodyStart, end);
  const count = cursor.u32();
  const text = new TextEncoder().encode(name);
  const head = encodeLeb(count + 1, cursor.offset - bodyStart);
  const entry = [...encodeLeb(text.length, 1), ...text, 0x00, ...encodeLeb(index, 1)];
  const rest = bytes.subarray(cursor.offset, end);
  const body = new Uint8Array(head.length + rest.length + entry.length);
  body.set(head, 0);
  body.set(rest, head.length);
  body.set(entry, head.length + rest.length);
  return body;
}
