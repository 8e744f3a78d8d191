/** The outside of a component: what it imports and exports by name. Its inside is not read. */
import { fileKind, WasmBinaryError } from './wasm-binary.ts';
import { Cursor } from './wasm-binary-cursor.ts';

export interface ComponentOutline {
  /** `wasi:cli/environment@0.2.3` and the like. */
  imports: readonly string[];
  exports: readonly string[];
  coreModules: number;
}

/** Section numbers of the component model's binary format. */
const coreModuleSection = 1;
const importSection = 10;
const exportSection = 11;

/** Attack: a file of empty sections or three-byte names becomes an object for each. */
const maxNames = 10_000;

/** Throws WasmBinaryError when sections run past the end. */
export function readComponent(bytes: Uint8Array): ComponentOutline {
  if (fileKind(bytes) !== 'component') throw new WasmBinaryError('not a component', 0);
  const outline = { imports: [] as string[], exports: [] as string[], coreModules: 0 };
  const cursor = new Cursor(bytes, 8);
  while (!cursor.atEnd) {
    const id = cursor.u8();
    const body = cursor.sub(cursor.u32());
    if (id === coreModuleSection) outline.coreModules++;
    else if (id === importSection) readNames(body, outline.imports, skipDescription);
    else if (id === exportSection) readNames(body, outline.exports, skipExport);
  }
  return outline;
}

/** What a later draft of the format adds ends the list: the names are for people. */
function readNames(cursor: Cursor, into: string[], skip: (cursor: Cursor) => boolean): void {
  for (let left = cursor.u32(); left > 0; left--) {
    if (cursor.u8() > 1 || into.length === maxNames) return;
    into.push(cursor.name());
    if (!skip(cursor)) return;
  }
}

/** externdesc */
function skipDescription(cursor: Cursor): boolean {
  const kind = cursor.u8();
  if (kind === 0x00)
    cursor.u8(); // core module
  else if (kind === 0x02 || kind === 0x03) {
    const isEqual = cursor.u8() === 0;
    if (kind === 0x03 && !isEqual) return true; // a resource
  } else if (kind > 0x05) return false;
  cursor.u32();
  return true;
}

/** sort, index, and perhaps a description */
function skipExport(cursor: Cursor): boolean {
  if (cursor.u8() === 0x00) cursor.u8(); // a core sort
  cursor.u32();
  return cursor.u8() === 0 || skipDescription(cursor);
}
