/** What a module will ask of its host, told from its imports: capabilities, the flags that grant them, and obstacles. */
import { recognizeFamily } from '../host/families.ts';
import { isFunctionName } from '../host/wasi-signatures.ts';
import type { ExternKind, WasmExport } from '../host/wasm-binary-module.ts';
import type { InspectImport, InspectMemory, InspectReport } from './inspect.ts';
import { defaultLimits } from './limits.ts';
import { formatSize } from './options-parse.ts';

export interface ModuleNeeds {
  uses: readonly Capability[];
  /** Flags of `wasmctr run`, with the reason; `required`: it won't start without. None for what can't run. */
  flags: readonly { flag: string; reason: string; required: boolean }[];
  /** Why it can't run here at all, one sentence each; empty: it can. */
  obstacles: readonly string[];
}

export type Capability =
  | 'arguments'
  | 'environment'
  | 'streams'
  | 'files'
  | 'sockets'
  | 'HTTP'
  | 'clocks'
  | 'random numbers'
  | 'signals';

interface Shape {
  kind: InspectReport['kind'];
  imports: readonly InspectImport[];
  exports: readonly WasmExport[];
  memories: readonly InspectMemory[];
}

/** WASI 0.1 functions are known by their first word, except where that says too little. */
const capabilities: readonly (readonly [Capability, RegExp])[] = [
  ['arguments', /^args_get$/],
  ['environment', /^environ_get$/],
  ['streams', /^fd_(read|write)$/],
  ['files', /^(path_|fd_readdir|fd_prestat_)/],
  ['sockets', /^sock_/],
  ['clocks', /^(clock_|poll_oneoff)/],
  ['random numbers', /^random_get$/],
  ['signals', /^proc_raise$/],
];

export function isProvided({ module, name, kind }: { module: string; name: string; kind: ExternKind }): boolean {
  if (kind !== 'func' || !isFunctionName(name)) return false;
  return module === 'wasi_snapshot_preview1' || (module === 'wasi_unstable' && name !== 'sock_accept');
}

export function moduleNeeds(shape: Shape): ModuleNeeds {
  const called = shape.imports.filter(({ provided }) => provided).map(({ name }) => name);
  const uses = capabilities.filter(([, calls]) => called.some((name) => calls.test(name))).map(([use]) => use);
  const obstacles = obstaclesOf(shape);
  return { uses, flags: obstacles.length > 0 ? [] : neededFlags(shape, called), obstacles };
}

const mebibyte = 1 << 20;

function neededFlags({ kind, imports, memories }: Shape, called: readonly string[]): ModuleNeeds['flags'] {
  const flags: { flag: string; reason: string; required: boolean }[] = [];
  const add = (flag: string, reason: string, required = false): void => {
    flags.push({ flag, reason, required });
  };
  if (kind === 'library') add('--invoke FUNC', 'it exports functions, but no _start', true);
  if (called.some((name) => name.startsWith('path_'))) add('--dir HOST[::GUEST]', 'it can open files');
  if (called.includes('sock_accept')) add('--listen HOST:PORT', 'it can accept connections');
  if (called.includes('environ_get')) add('--env KEY=VALUE', 'it can read environment variables');
  const minBytes = memories.reduce((sum, memory) => sum + memory.minBytes, 0);
  if (minBytes > defaultLimits.memoryBytes) {
    const limit = formatSize(defaultLimits.memoryBytes);
    const wanted = formatSize(Math.ceil(minBytes / mebibyte) * mebibyte);
    add(`--memory ${wanted}`, `it starts with more memory than the default limit of ${limit}`, true);
  }
  const missing = imports.filter(({ provided }) => !provided);
  if (missing.length > 0) {
    add('--unknown-imports trap', `nothing provides ${missing.length} of its imported functions`, true);
  }
  return flags;
}

function obstaclesOf({ imports, exports }: Shape): string[] {
  const obstacles: string[] = [];
  const missing = imports.filter(({ provided }) => !provided);
  const family = recognizeFamily(missing);
  if (family) obstacles.push(`it is ${family.title}: ${family.advice}`);
  const others = missing.filter(({ kind }) => kind !== 'func');
  if (others.length > 0)
    obstacles.push(`it imports a ${others[0]?.kind ?? ''}, which only the module itself can define`);
  const has = (wanted: string): boolean => exports.some(({ name }) => name === wanted);
  if (has('_start') && has('_initialize')) {
    obstacles.push('it exports both _start and _initialize: a module is a command or a reactor, not both');
  }
  return obstacles;
}
