/**
 * The names in a component that jco writes into its glue. It puts them between single quotes and escapes double ones.
 * Attack: a core import called `x': (anything), 'y`, and the guest is JavaScript beside the engine, not inside of it.
 */
import { printable } from '../../host/demangle.ts';
import { GuestFailure } from '../../host/failure.ts';
import { readSections } from '../../host/wasm-binary.ts';
import { Cursor } from '../../host/wasm-binary-cursor.ts';
import { readInterface } from '../../host/wasm-binary-module.ts';
import { readComponent } from '../../host/wasm-component.ts';

/** What ends or begins something in any kind of string of JavaScript. No toolchain makes such names. */
const unsafe = /['"`\\\p{Cc}\p{Zl}\p{Zp}]|\$\{/u;

const headerBytes = 8;
const sections = { coreModule: 1, coreInstance: 2, component: 4, alias: 6 } as const;

/** Throws GuestFailure on such a name. The component has been validated: what can't be read throws WasmBinaryError. */
export function checkNames(component: Uint8Array): void {
  const { imports, exports } = readComponent(component);
  for (const name of [...imports, ...exports]) check(name);
  const cursor = new Cursor(component, headerBytes);
  while (!cursor.atEnd) {
    const id = cursor.u8();
    const body = cursor.sub(cursor.u32());
    const bytes = component.subarray(body.offset, body.end);
    if (id === sections.coreModule) checkModule(bytes);
    else if (id === sections.component) checkNames(bytes);
    else if (id === sections.coreInstance) checkEach(body, checkCoreInstance);
    else if (id === sections.alias) checkEach(body, checkAlias);
  }
}

function check(name: string): void {
  if (!unsafe.test(name)) return;
  throw new GuestFailure(
    'invalid-module',
    `has a name with quotes or the like in it, which are refused: ${printable(name, 128)}`,
  );
}

function checkModule(bytes: Uint8Array): void {
  const { imports, exports } = readInterface(readSections(bytes), new Set());
  for (const { module, name } of imports) {
    check(module);
    check(name);
  }
  for (const { name } of exports) check(name);
}

function checkEach(cursor: Cursor, read: (cursor: Cursor) => void): void {
  for (let left = cursor.u32(); left > 0; left--) read(cursor);
}

/** core:instanceexpr: of a module with arguments, or of exports that are there. */
function checkCoreInstance(cursor: Cursor): void {
  if (cursor.u8() === 0x00) cursor.u32();
  // A name, a sort and an index in both.
  checkEach(cursor, (element) => {
    check(element.name());
    element.u8();
    element.u32();
  });
}

/** alias: a sort, then an export of an instance by name, or something outside by its place. */
function checkAlias(cursor: Cursor): void {
  if (cursor.u8() === 0x00) cursor.u8();
  const isOuter = cursor.u8() === 0x02;
  cursor.u32();
  if (isOuter) cursor.u32();
  else check(cursor.name());
}
