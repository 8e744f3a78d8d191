/**
 * Has V8 optimise chosen functions of a module without running any. What is compiled is a copy in which they are
 * exported and nothing is called at the start; code goes by a function's index, so it fits the module as it was.
 */
import { setFlagsFromString } from 'node:v8';
import { declaredFunctions } from '../../host/kept-code.ts';
import { findSection, readSections, sectionIds } from '../../host/wasm-binary.ts';
import { encodeLeb } from '../../host/wasm-binary-replace.ts';

export interface ModuleToOptimize {
  bytes: Uint8Array;
  /** Functions among its imports. */
  imported: number;
}

/** Throws what the engine does. What is not optimised by the deadline (performance.now()) is left to the run. */
export function optimizedModule(
  { bytes, imported }: ModuleToOptimize,
  functions: readonly number[],
  deadlineMs: number = Number.POSITIVE_INFINITY,
): WebAssembly.Module {
  const declared = declaredFunctions(bytes);
  const chosen = functions.filter((index) => index < declared);
  const module = new WebAssembly.Module(withExports(bytes, chosen, imported));
  const { exports } = new WebAssembly.Instance(module, trappingImports(module));
  // Both on and off again: V8 takes code only from a process with its own flags.
  setFlagsFromString('--allow-natives-syntax');
  try {
    // A text, as no other parser than V8's reads it; compiled here, while the flag is set.
    const optimize = new Function('run', '%WasmTierUpFunction(run)') as (run: unknown) => void;
    for (const index of chosen) {
      if (performance.now() > deadlineMs) break;
      optimize(exports[exportName(index)]);
    }
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
  return module;
}

function exportName(index: number): string {
  return `f${index}`;
}

/** The module with these functions as its only exports, and without its start function. */
function withExports(bytes: Uint8Array, functions: readonly number[], imported: number): Uint8Array<ArrayBuffer> {
  const binary = readSections(bytes);
  const body = encodeLeb(functions.length, 1);
  for (const index of functions) {
    const name = new TextEncoder().encode(exportName(index));
    body.push(name.length, ...name, 0x00, ...encodeLeb(imported + index, 1));
  }
  const section = [sectionIds.export, ...encodeLeb(body.length, 1), ...body];
  const exports = findSection(binary, sectionIds.export);
  const start = findSection(binary, sectionIds.start);
  if (exports === undefined) throw new Error('exports nothing, so it was not run');
  const beforeStart = bytes.subarray(exports.end, start?.start);
  const rest = start === undefined ? new Uint8Array(0) : bytes.subarray(start.end);
  const parts = [bytes.subarray(0, exports.start), Uint8Array.from(section), beforeStart, rest];
  return new Uint8Array(Buffer.concat(parts));
}

/** Functions that are never called; what else a module may import, no host of ours provides. */
function trappingImports(module: WebAssembly.Module): WebAssembly.Imports {
  const imports: WebAssembly.Imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') throw new Error(`imports a ${kind}`);
    imports[from] = { ...imports[from], [name]: neverCalled };
  }
  return imports;
}

function neverCalled(): never {
  throw new Error('nothing is run here');
}
