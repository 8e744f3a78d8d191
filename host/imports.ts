/** What the guest is linked with: WASI functions, traps for what nothing provides, and nothing else. */
import type { GuestConfig } from './config.ts';
import { printable } from './demangle.ts';
import { GuestFailure } from './failure.ts';
import { ProcExit, ProcRaise, type Wasi1, type WasiFunction } from './p1/index.ts';
import { describeUnknownImports, trappingImport } from './unknown-imports.ts';
import { sameSignature, wasiSignature } from './wasi-signatures.ts';
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
    const { module, name, type } = entry;
    let provided = type.kind === 'func' ? findFunction(wasi, entry) : undefined;
    if (provided) {
      const expected = wasiSignature(name, memory64);
      if (expected && type.kind === 'func' && type.type && !sameSignature(type.type, expected)) {
        wrong.push(
          `${module}.${name}: ${printable(formatFunctionType(type.type), 256)}, which is a ${formatFunctionType(expected)}`,
        );
      }
      if (name === 'proc_exit' || name === 'proc_raise') provided = reportingExit(provided, onExit);
    } else {
      missing.push(entry);
      provided = trappingImport(entry);
    }
    imports[module] ??= emptyRecord<WebAssembly.ImportValue>();
    const target = imports[module];
    target[name] = provided;
  }
  const unknown = describeUnknownImports(missing, unknownImports);
  if (unknown !== null) throw new GuestFailure('unknown-imports', unknown);
  if (wrong.length > 0)
    throw new GuestFailure('import-type', `imports with another type than they have: ${wrong.join('; ')}`);
  return imports;
}

function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}

function findFunction(wasi: Wasi1, { module, name }: WasmImport): WasiFunction | undefined {
  if (module !== 'wasi_snapshot_preview1' && module !== 'wasi_unstable') return undefined;
  const functions = wasi.imports[module];
  return Object.hasOwn(functions, name) ? functions[name] : undefined;
}

/** A guest with exception handling can catch what we throw (`catch_all`): its exit counts from the call on. */
function reportingExit(call: WasiFunction, onExit: LinkOptions['onExit']): WasiFunction {
  return (...args) => {
    try {
      return call(...args);
    } catch (thrown) {
      if (thrown instanceof ProcExit || thrown instanceof ProcRaise) onExit(thrown);
      throw thrown;
    }
  };
}
