/** Imports that nothing provides: one message that lists them all and says what the module was made for. */
import { printable } from './demangle.ts';
import { GuestFailure } from './failure.ts';
import { type ImportName, recognizeFamily } from './families.ts';
import { type ExternType, formatExternType, type WasmImport } from './wasm-binary-module.ts';

/** A trap of our own: an import supplied by `--unknown-imports trap` was called. */
export class UnknownImportTrap extends Error {
  override readonly name = 'UnknownImportTrap';
}

/** What stops a module with missing imports, or null when trapping functions can stand in for all of them. */
export function unknownImportsFailure(missing: readonly WasmImport[], policy: 'error' | 'trap'): GuestFailure | null {
  const stopping = policy === 'trap' ? missing.filter(({ type }) => type.kind !== 'func') : missing;
  if (stopping.length === 0) return null;
  const family = recognizeFamily(missing);
  const limit = policy === 'trap' ? ', and only functions can be replaced by traps' : '';
  const what = `nothing provides ${listImports(stopping)}${limit}`;
  if (family === undefined) return new GuestFailure('unknown-imports', what);
  return new GuestFailure('other-host', `is ${family.title} (${family.advice}): ${what}`);
}

/** A function that throws when the guest calls the import. */
export function trappingImport({ module, name }: ImportName): () => never {
  return () => {
    throw new UnknownImportTrap(`called the import ${importName({ module, name })}, which nothing provides`);
  };
}

/** Attack: a million imports of 100 KB names in one error message. */
const maxListed = 200;
const maxListChars = 16_384;

function listImports(imports: readonly WasmImport[]): string {
  // Toolchains import one function several times.
  const entries = new Set(imports.map((entry) => `${importName(entry)}: ${shortType(entry.type)}`));
  const parts: string[] = [];
  let chars = 0;
  for (const entry of entries) {
    chars += entry.length;
    if (parts.length === maxListed || chars > maxListChars) break;
    parts.push(entry);
  }
  const rest = entries.size - parts.length;
  return parts.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

function importName({ module, name }: ImportName): string {
  return `${printable(module, 128)}.${printable(name, 128)}`;
}

function shortType(type: ExternType): string {
  return printable(formatExternType(type), 256);
}
