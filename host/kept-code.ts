/**
 * Machine code of a module from one run to the next, in the container: code comes in and is given to V8; what goes out
 * are numbers, for a process that compiles and never runs a guest (runtime/kept-code/).
 */
import type { Native } from '../native/native.ts';
import { type HotFunctions, hotFunctions } from './hot-functions.ts';
import type { Compile, ModuleFile, PreparedModule } from './load.ts';
import { readFile } from './read-file.ts';
import { openSection, readSections, sectionIds } from './wasm-binary.ts';

export interface KeptCode {
  compile: Compile;
  /** Of the module that was compiled; empty when there is nothing to tell. */
  hotFunctions(): HotFunctions;
}

export interface GivenCode {
  /** A digest of the bytes that were compiled (SHA-256), and V8's code of them. */
  file: ModuleFile;
  /** Whether the module may have changed since it was looked at. */
  checkBytes: boolean;
}

const digestBytes = 32;

/** V8 believes what it is given: it must be from our own hands, and of exactly these bytes. null: there is none. */
export function keptCode(native: Native, given: GivenCode | null): KeptCode {
  let compiled: { module: WebAssembly.Module; counts: FunctionCounts } | null = null;
  return {
    compile(prepared) {
      const counts = countFunctions(prepared);
      const kept = given && compileGiven(native, prepared.bytes, given);
      const module = kept ?? new WebAssembly.Module(prepared.bytes);
      compiled = { module, counts };
      return { module, isKept: kept !== null };
    },
    hotFunctions: () => (compiled ? hotFunctions(native.serializeCode(compiled.module), compiled.counts) : []),
  };
}

function compileGiven(native: Native, bytes: Uint8Array, { file, checkBytes }: GivenCode): WebAssembly.Module | null {
  const code = readFile(file, 0);
  if (checkBytes && Buffer.compare(native.digestBytes(bytes), code.subarray(0, digestBytes)) !== 0) return null;
  return native.compileWithCode(bytes, code.subarray(digestBytes));
}

export interface FunctionCounts {
  imported: number;
  declared: number;
}

export function countFunctions({ bytes, interface: { imports } }: PreparedModule): FunctionCounts {
  const declared = openSection(readSections(bytes), sectionIds.function)?.u32() ?? 0;
  return { imported: imports.filter(({ type }) => type.kind === 'func').length, declared };
}
