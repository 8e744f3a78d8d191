/** From the module's file to compiled code: read once into one buffer, memory limited in place, compiled. */
import { printable } from './demangle.ts';
import { GuestFailure } from './failure.ts';
import { readModule } from './read-module.ts';
import { describeFile, fileKind, findSection, readSections, sectionIds, WasmBinaryError } from './wasm-binary.ts';
import { limitMemories } from './wasm-binary-limits.ts';
import { type ModuleInterface, readInterface } from './wasm-binary-module.ts';
import { moduleHeadroomBytes } from './wasm-binary-replace.ts';
import { exportStart } from './wasm-binary-start.ts';

/** The module's file. */
export interface ModuleFile {
  sizeBytes: number;
  /** The count of bytes read, 0 at the end of the file, or a negative errno. */
  readAt(request: ReadRequest): number;
}

export interface ReadRequest {
  buffer: ArrayBuffer;
  /** Where in the buffer the bytes go. */
  address: number;
  length: number;
  /** Where in the file they are. */
  offset: number;
}

/** A module as it is to be compiled. */
export interface PreparedModule {
  bytes: Uint8Array<ArrayBuffer>;
  interface: ModuleInterface;
  /** An export of ours to call before any other: the module's start function. */
  startName: string | null;
  shiftBytes: number;
  codeBytes: number;
}

export interface LoadedModule extends Omit<PreparedModule, 'bytes'> {
  module: WebAssembly.Module;
  /** Compiled with code that an earlier run left. */
  isKept: boolean;
  /** What was compiled; null for a big module, whose bytes would count against the guest's memory. */
  bytes: Uint8Array | null;
}

/** Up to here the bytes are kept: they tell which instruction trapped. */
const maxKeptBytes = 1 << 20;

export interface LoadOptions {
  memoryLimitBytes: number;
  /** Exports whose types matter. */
  calledExports: ReadonlySet<string>;
}

/** May throw what `new WebAssembly.Module` does. The engine makes a copy of the bytes. */
export type Compile = (prepared: PreparedModule) => Pick<LoadedModule, 'module' | 'isKept'>;

export function compile({ bytes }: PreparedModule): ReturnType<Compile> {
  return { module: new WebAssembly.Module(bytes), isKept: false };
}

/** Throws GuestFailure for whatever is wrong with the file. */
export function loadModule(file: ModuleFile, options: LoadOptions, compileModule: Compile = compile): LoadedModule {
  const prepared = prepareModule(readModule(file, moduleHeadroomBytes), options);
  const { bytes, ...rest } = prepared;
  try {
    return { ...rest, ...compileModule(prepared), bytes: bytes.length <= maxKeptBytes ? bytes : null };
  } catch (error) {
    throw invalidModule(error) ?? error;
  }
}

/** Writes into the module (and the headroom before it) what holds it in its limits. Throws GuestFailure likewise. */
export function prepareModule(
  bytes: Uint8Array<ArrayBuffer>,
  { memoryLimitBytes, calledExports }: LoadOptions,
): PreparedModule {
  if (fileKind(bytes) === 'component') {
    throw new GuestFailure(
      'not-a-module',
      'is a component (WASI 0.2 or later): only core modules for WASI 0.1 run so far',
    );
  }
  if (fileKind(bytes) === 'other') throw new GuestFailure('not-a-module', describeFile(bytes));
  try {
    const binary = { ...readSections(bytes), bytes };
    // Before sections change, and with them the places of others.
    const shape = readInterface(binary, calledExports);
    const code = findSection(binary, sectionIds.code);
    const start = exportStart(binary, shape);
    const limited = limitMemories(start.binary, memoryLimitBytes);
    if ('minBytes' in limited) throw memoryLimitFailure(limited.minBytes, memoryLimitBytes);
    return {
      bytes: limited.bytes,
      interface: shape,
      startName: start.name,
      shiftBytes: start.shiftBytes + limited.shiftBytes,
      codeBytes: code ? code.end - code.bodyStart : 0,
    };
  } catch (error) {
    throw invalidModule(error) ?? error;
  }
}

export function memoryLimitFailure(minBytes: number, limitBytes: number): GuestFailure {
  return new GuestFailure(
    'memory-limit',
    `needs ${mebibytes(minBytes)} of memory to start, the limit is ${mebibytes(limitBytes)}`,
  );
}

function mebibytes(bytes: number): string {
  return `${Math.ceil((bytes * 10) / 2 ** 20) / 10} MiB`;
}

export function invalidModule(error: unknown): GuestFailure | null {
  if (error instanceof WasmBinaryError) {
    return new GuestFailure('invalid-module', `is damaged at offset 0x${error.offset.toString(16)}: ${error.message}`);
  }
  if (error instanceof WebAssembly.CompileError) {
    const text = error.message.replace(/^WebAssembly\.Module\(\): /, '');
    return new GuestFailure('invalid-module', `is not valid WebAssembly: ${printable(text, 512)}`);
  }
  if (error instanceof RangeError) return new GuestFailure('memory-limit', 'has no room in the memory of this machine');
  return null;
}
