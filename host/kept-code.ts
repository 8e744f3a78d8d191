/**
 * Machine code of a module from one run to the next, in the container: code comes in and is given to V8; what goes out
 * are numbers, for a process that compiles and never runs a guest (runtime/kept-code/).
 */
import type { Native } from '../native/native.ts';
import { type HotFunctions, hotFunctions, maxFunctions, maxHotFunctions } from './hot-functions.ts';
import type { ModuleFile } from './load.ts';
import { readFile } from './read-file.ts';
import { openSection, readSections, sectionIds } from './wasm-binary.ts';

export interface KeptCode {
  /** Called for each module of a program, in one order at all times. May throw what `new WebAssembly.Module` does. */
  compile(bytes: Uint8Array<ArrayBuffer>): { module: WebAssembly.Module; isKept: boolean };
  /**
   * Of what was compiled; empty when there is nothing to tell. The functions of a second module are numbered on from those
   * of the first.
   */
  hotFunctions(): HotFunctions;
}

export interface GivenCode {
  /** For each module: the length of V8's code (u32, little-endian), a SHA-256 of the bytes compiled, and that code. */
  file: ModuleFile;
  /** Whether a module may have changed since it was looked at. */
  checkBytes: boolean;
}

const lengthBytes = 4;
const digestBytes = 32;

/** V8 believes what it is given: it must be from our own hands, and of exactly these bytes. null: there is none. */
export function keptCode(native: Native, given: GivenCode | null): KeptCode {
  const compiled: { module: WebAssembly.Module; declared: number }[] = [];
  const next = given && codeReader(native, given);
  return {
    compile(bytes) {
      const kept = next?.(bytes) ?? null;
      const module = kept ?? new WebAssembly.Module(bytes);
      compiled.push({ module, declared: declaredFunctions(bytes) });
      return { module, isKept: kept !== null };
    },
    hotFunctions() {
      const hot: number[] = [];
      let first = 0;
      for (const { module, declared } of compiled) {
        const imports = WebAssembly.Module.imports(module);
        // What imports a memory or a table could only be instantiated with what others would give it: no code of it is made.
        const isOptimizable = imports.every(({ kind }) => kind === 'function');
        const counts = { imported: imports.length, declared };
        const own = isOptimizable ? hotFunctions(native.serializeCode(module), counts) : [];
        for (const index of own) hot.push(first + index);
        first += declared;
      }
      return hot.filter((number) => number < maxFunctions).slice(0, maxHotFunctions);
    },
  };
}

/** The code of one module as it is kept; an empty one for a module that has none. */
export function keptFrame(digest: Uint8Array, code: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(lengthBytes + digestBytes + code.length);
  frame.writeUInt32LE(code.length);
  frame.set(digest, lengthBytes);
  frame.set(code, lengthBytes + digestBytes);
  return frame;
}

type TakeCode = (bytes: Uint8Array) => WebAssembly.Module | null;

function codeReader(native: Native, { file, checkBytes }: GivenCode): TakeCode {
  // Not kept longer than there is code in it: it counts as the guest's memory.
  let frames: Uint8Array<ArrayBuffer> | null = readFile(file, 0);
  let offset = 0;
  return (bytes) => {
    if (frames === null || offset + lengthBytes + digestBytes > frames.length) return null;
    const digestStart = offset + lengthBytes;
    const codeStart = digestStart + digestBytes;
    offset = codeStart + new DataView(frames.buffer, frames.byteOffset).getUint32(offset, true);
    const code = frames.subarray(codeStart, offset);
    const digest = frames.subarray(digestStart, codeStart);
    if (offset >= frames.length) frames = null;
    if (code.length === 0) return null;
    const isOther = checkBytes && Buffer.compare(native.digestBytes(bytes), digest) !== 0;
    return isOther ? null : native.compileWithCode(bytes, code);
  };
}

export function declaredFunctions(bytes: Uint8Array): number {
  return openSection(readSections(bytes), sectionIds.function)?.u32() ?? 0;
}
