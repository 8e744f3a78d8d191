/** What a module is, read from its bytes alone: nothing of it is compiled or run. */
import { recognizeFamily } from '../host/families.ts';
import {
  customSections,
  describeFile,
  fileKind,
  findSection,
  openSection,
  readSections,
  sectionIds,
  WasmBinaryError,
} from '../host/wasm-binary.ts';
import { type Producer, readProducers } from '../host/wasm-binary-custom.ts';
import { type ExternKind, formatExternType, type ModuleInterface, readInterface } from '../host/wasm-binary-module.ts';
import { formatFunctionType, type Limits } from '../host/wasm-binary-types.ts';
import { WasmctrError } from './errors.ts';
import { inspectComponent } from './inspect-component.ts';
import { isProvided, type ModuleNeeds, moduleNeeds } from './inspect-needs.ts';

/** Plain data; `wasmctr inspect --json` prints it. Names are the module's own: hostile text. */
export interface InspectReport extends ModuleNeeds {
  /** A library exports functions, but neither `_start` nor `_initialize`. */
  kind: 'command' | 'reactor' | 'library' | 'component';
  /** The host it was made for, when that is not WASI: 'gojs', 'emscripten', … */
  family: string | null;
  /** '0.1', '0.1 (wasi_unstable)', '0.2.3', … */
  wasi: readonly string[];
  sizeBytes: number;
  codeBytes: number;
  dataBytes: number;
  /** Defined by the module, without imports. */
  functions: number;
  imports: readonly InspectImport[];
  exports: readonly InspectExport[];
  memories: readonly InspectMemory[];
  producers: readonly Producer[];
  customSections: readonly { name: string; sizeBytes: number }[];
  /** Of a component, at any depth; a module is none of its own. */
  coreModules: readonly InspectCoreModule[];
  /** All that a component imports and exports; null: a module has none. */
  wit: string | null;
}

export interface InspectCoreModule {
  sizeBytes: number;
  codeBytes: number;
  dataBytes: number;
  /** Defined by the module, without imports. */
  functions: number;
  memories: readonly InspectMemory[];
}

export interface InspectImport {
  module: string;
  name: string;
  kind: ExternKind | 'interface';
  type: string;
  /** Whether `wasmctr run` has it. */
  provided: boolean;
}

export interface InspectExport {
  name: string;
  kind: ExternKind | 'interface';
  /** Signature of a function, else ''. */
  type: string;
}

export interface InspectMemory {
  minBytes: number;
  /** null: none declared. */
  maxBytes: number | null;
  is64: boolean;
  shared: boolean;
  imported: boolean;
}

/** Throws WasmctrError when the bytes are no module or damaged. */
export function inspectModule(bytes: Uint8Array): InspectReport {
  try {
    switch (fileKind(bytes)) {
      case 'module':
        return inspectCore(bytes);
      case 'component':
        return inspectComponent(bytes);
      case 'other':
        throw new WasmctrError('module', `not a module: ${describeFile(bytes)}`);
    }
  } catch (error) {
    if (!(error instanceof WasmBinaryError)) throw error;
    const at = `0x${error.offset.toString(16)}`;
    throw new WasmctrError('module', `damaged module: at offset ${at}: ${error.message}`, null, { cause: error });
  }
}

function inspectCore(bytes: Uint8Array): InspectReport {
  const binary = readSections(bytes);
  const shape = readInterface(binary);
  const imports = shape.imports.map(({ module, name, type }) => ({
    module,
    name,
    kind: type.kind,
    type: formatExternType(type),
    provided: isProvided({ module, name, kind: type.kind }),
  }));
  const sizeOf = (id: number): number => {
    const section = findSection(binary, id);
    return section ? section.end - section.bodyStart : 0;
  };
  const memories = describeMemories(shape);
  const kind = kindOf(shape);
  return {
    kind,
    family: recognizeFamily(imports.filter(({ provided }) => !provided))?.id ?? null,
    wasi: wasiVersions(imports.map(({ module }) => module)),
    sizeBytes: bytes.length,
    codeBytes: sizeOf(sectionIds.code),
    dataBytes: sizeOf(sectionIds.data),
    functions: openSection(binary, sectionIds.function)?.u32() ?? 0,
    imports,
    exports: shape.exports.map(({ name, kind: exportKind, type }) => ({
      name,
      kind: exportKind,
      type: type ? formatFunctionType(type) : '',
    })),
    memories,
    producers: readProducers(binary),
    customSections: customSections(binary).map(({ name, bodyStart, end }) => ({ name, sizeBytes: end - bodyStart })),
    coreModules: [],
    wit: null,
    ...moduleNeeds({ kind, imports, memories, exports: shape.exports }),
  };
}

function kindOf({ exports }: ModuleInterface): InspectReport['kind'] {
  const has = (wanted: string): boolean => exports.some(({ name, kind }) => name === wanted && kind === 'func');
  if (has('_start')) return 'command';
  return has('_initialize') ? 'reactor' : 'library';
}

export function describeMemories({ imports, memories }: ModuleInterface): InspectMemory[] {
  const imported = imports.filter(({ type }) => type.kind === 'memory').length;
  return memories.map((limits, index) => ({
    minBytes: bytesOf(limits, limits.min),
    maxBytes: limits.max === null ? null : bytesOf(limits, limits.max),
    is64: limits.is64,
    shared: limits.shared,
    imported: index < imported,
  }));
}

function bytesOf({ pageLog2 }: Limits, pages: number): number {
  return pages * 2 ** (pageLog2 ?? 16);
}

export function wasiVersions(names: readonly string[]): string[] {
  const versions = new Set<string>();
  for (const name of names) {
    if (name === 'wasi_snapshot_preview1') versions.add('0.1');
    else if (name === 'wasi_unstable') versions.add('0.1 (wasi_unstable)');
    const version = /^wasi:[^@]*@(\d+\.\d+[\w.-]*)$/.exec(name)?.[1];
    if (version !== undefined) versions.add(version);
  }
  return [...versions].sort();
}
