/** The memory that WASI calls work on: the export named `memory`. */
import { GuestFailure } from './failure.ts';
import { usesMemory } from './wasi-signatures.ts';
import type { ModuleInterface } from './wasm-binary-module.ts';

export interface ExportedMemory {
  is64: boolean;
  /** Throws GuestFailure when the module calls WASI functions that need a memory and exports none. */
  check(): void;
  setInstance(instance: WebAssembly.Instance): void;
  /** For the WASI host; only there once the module is instantiated. */
  get(): WebAssembly.Memory;
  /** Bytes of all memories of the module; null when there are any but this one. */
  sizeBytes(): number | null;
}

export function memoryOf({ imports, exports, memories }: ModuleInterface): ExportedMemory {
  const found = exports.find(({ name, kind }) => name === 'memory' && kind === 'memory');
  let memory: WebAssembly.Memory | undefined;
  return {
    is64: found ? (memories[found.index]?.is64 ?? false) : false,
    check() {
      const needing = found
        ? undefined
        : imports.find(({ module, name }) => module.startsWith('wasi_') && usesMemory(name));
      if (needing) throw new GuestFailure('no-memory', `exports no memory named "memory", which ${needing.name} needs`);
    },
    setInstance(instance) {
      if (instance.exports.memory instanceof WebAssembly.Memory) memory = instance.exports.memory;
    },
    get() {
      if (memory) return memory;
      // Not reached: start functions that call WASI run when the instance is there (wasm-binary-start.ts).
      throw new Error('a WASI call came before the memory was known');
    },
    sizeBytes() {
      if (memories.length === 0) return 0;
      return memories.length === 1 && memory ? memory.buffer.byteLength : null;
    },
  };
}
