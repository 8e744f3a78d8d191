/** From a pack to what can be instantiated: the glue evaluated, the core modules limited and compiled. */
import { Script } from 'node:vm';
import { GuestFailure } from '../failure.ts';
import type { KeptCode } from '../kept-code.ts';
import { invalidModule, type ModuleFile, memoryLimitFailure } from '../load.ts';
import { findSection, readSections, sectionIds } from '../wasm-binary.ts';
import { limitMemories } from '../wasm-binary-limits.ts';
import { fitCodeCache, glueName, glueSource } from './glue.ts';
import type { VersionedName } from './pack.ts';
import { type Pack, readPack } from './read-pack.ts';

/** jco's instantiate, of `instantiation: 'sync'`. */
export type Instantiate = (
  getCoreModule: (name: string) => WebAssembly.Module,
  imports: Record<string, unknown>,
  instantiateCore: (module: WebAssembly.Module, imports: WebAssembly.Imports) => WebAssembly.Instance,
) => Record<string, unknown>;

export interface LoadedComponent {
  instantiate: Instantiate;
  modules: ReadonlyMap<string, WebAssembly.Module>;
  imports: readonly VersionedName[];
  exports: readonly VersionedName[];
  /** The component without its code: its world is read from it where that is asked for (wit-world.ts). */
  types: Uint8Array;
  codeBytes: number;
  /** Whether any of it came from an earlier run. */
  isKept: boolean;
  /** Offsets in the module that has the memory are greater than in its file by this. */
  shiftBytes: number;
}

const utf8 = new TextDecoder();

/** Throws GuestFailure for whatever is wrong with the component. */
export function loadComponent(file: ModuleFile, memoryLimitBytes: number, code: KeptCode | null): LoadedComponent {
  const pack = readPack(file);
  const { header } = pack;
  // Before the modules are compiled: limiting one writes over the last bytes of what stands before it.
  const instantiate = evaluateGlue(pack);
  const types = pack.blob(header.types).slice();
  const loaded = { codeBytes: 0, shiftBytes: 0, isKept: false };
  const modules = new Map<string, WebAssembly.Module>();
  for (const [name, place] of Object.entries(header.modules)) {
    modules.set(name, compile(pack.blob(place), { memoryLimitBytes, code }, loaded));
  }
  return { instantiate, modules, imports: header.imports, exports: header.exports, types, ...loaded };
}

function evaluateGlue({ header, blob }: Pack): Instantiate {
  const cachedData = header.codeCache && blob(header.codeCache);
  if (cachedData) fitCodeCache(cachedData);
  const source = glueSource(utf8.decode(blob(header.glue)));
  const script = new Script(source, { filename: glueName, ...(cachedData ? { cachedData } : {}) });
  return script.runInThisContext()({ __proto__: null, WebAssembly }, setTimeout, quietConsole);
}

/** The glue tells mistakes of its imports on stderr, which is the guest's. */
const quietConsole = { __proto__: null, log() {}, error() {}, warn() {}, debug() {} };

function compile(
  bytes: Uint8Array<ArrayBuffer>,
  { memoryLimitBytes, code: kept }: { memoryLimitBytes: number; code: KeptCode | null },
  loaded: { codeBytes: number; shiftBytes: number; isKept: boolean },
): WebAssembly.Module {
  try {
    const binary = { ...readSections(bytes), bytes };
    const code = findSection(binary, sectionIds.code);
    // Each module of a component may have this much: what they have together is bounded by the cgroup.
    const limited = limitMemories(binary, memoryLimitBytes);
    if ('minBytes' in limited) throw memoryLimitFailure(limited.minBytes, memoryLimitBytes);
    loaded.codeBytes += code ? code.end - code.bodyStart : 0;
    loaded.shiftBytes ||= limited.shiftBytes;
    if (kept === null) return new WebAssembly.Module(limited.bytes);
    const { module, isKept } = kept.compile(limited.bytes);
    loaded.isKept ||= isKept;
    return module;
  } catch (error) {
    if (error instanceof GuestFailure) throw error;
    throw invalidModule(error) ?? error;
  }
}
