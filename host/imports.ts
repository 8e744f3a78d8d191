/** What the guest is linked with: WASI functions, traps for what nothing provides, and nothing else. */
import type { GuestConfig } from './config.ts';
import { printable } from './demangle.ts';
import { GuestFailure } from './failure.ts';
import { ProcExit, ProcRaise, type Wasi1, type WasiFunction } from './p1/index.ts';
import { trappingImport, unknownImportsFailure } from './unknown-imports.ts';
import { isFunctionName, matchesSignature, wasiSignature } from './wasi-signatures.ts';
import type { WasmImport } from './wasm-binary-module.ts';
import { formatFunctionType } from './wasm-binary-types.ts';

export interface LinkOptions {
  wanted: readonly WasmImport[];
  wasi: Wasi1;
  memory64: boolean;
  unknownImports: GuestConfig['unknownImports'];
  /** Told of a proc_exit or proc_raise before it unwinds the guest, which might catch it. */
  onExit(exit: ProcExit | ProcRaise): void;
}

/**
 * The import object, holding exactly what the module asks for. Null prototypes: the engine looks names up like any
 * property, and a module that imports "constructor" must not get Object's.
 */
export function linkImports({ wanted, wasi, memory64, unknownImports, onExit }: LinkOptions): WebAssembly.Imports {
  const imports = emptyRecord<Record<string, WebAssembly.ImportValue>>();
  const missing: WasmImport[] = [];
  const wrong: string[] = [];
  for (const entry of wanted) {
    const { module, name } = entry;
    const provided = findFunction(wasi, entry);
    if (provided) wrong.push(...describeMismatch(entry, memory64));
    else missing.push(entry);
    imports[module] ??= emptyRecord<WebAssembly.ImportValue>();
    const target = imports[module];
    target[name] = provided ? reportingExit(name, provided, onExit) : trappingImport(entry);
  }
  const unknown = unknownImportsFailure(missing, unknownImports);
  if (unknown !== null) throw unknown;
  if (wrong.length > 0) {
    throw new GuestFailure('import-type', `imports functions with other types than they have: ${wrong.join('; ')}`);
  }
  return imports;
}

function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}

function findFunction(wasi: Wasi1, { module, name, type }: WasmImport): WasiFunction | undefined {
  if (type.kind !== 'func') return undefined;
  if (module !== 'wasi_snapshot_preview1' && module !== 'wasi_unstable') return undefined;
  const functions = wasi.imports[module];
  return Object.hasOwn(functions, name) ? functions[name] : undefined;
}

function describeMismatch({ module, name, type }: WasmImport, memory64: boolean): string[] {
  if (type.kind !== 'func' || !type.type || !isFunctionName(name)) return [];
  if (matchesSignature(name, type.type, memory64)) return [];
  const declared = printable(formatFunctionType(type.type), 256);
  return [`${module}.${name} as ${declared}, which is ${formatFunctionType(wasiSignature(name, memory64))}`];
}

/** A guest with exception handling can catch what we throw (`catch_all`): its exit counts from the call on. */
function reportingExit(name: string, call: WasiFunction, onExit: LinkOptions['onExit']): WasiFunction {
  if (name !== 'proc_exit' && name !== 'proc_raise') return call;
  return (...args) => {
    try {
      return call(...args);
    } catch (thrown) {
      if (thrown instanceof ProcExit || thrown instanceof ProcRaise) onExit(thrown);
      throw thrown;
    }
  };
}
