/** Backtraces of the guest: its own frames only, with offsets into the file and names from the name section. */
import { displayName, printable } from './demangle.ts';
import { readNames } from './wasm-binary-custom.ts';

/** What a backtrace needs to know of the running module. */
export interface BacktraceSource {
  /** Shown for a module without a name of its own. */
  moduleName: string;
  /** Where the functions' names are looked up; null: there are several modules, and the engine's own names have to do. */
  module: WebAssembly.Module | null;
  /** Offsets in the compiled bytes are greater than in the file by this. */
  shiftBytes: number;
  /** What was compiled, or null where it was not kept. */
  bytes: Uint8Array | null;
}

export interface Backtrace {
  /** `  0: 0x1a2b  module!function`, innermost first. */
  lines: readonly string[];
  /** Whether the innermost frame stands at a call_indirect; null when that is not known. */
  isIndirectCall: boolean | null;
}

interface Frame {
  functionIndex: number;
  /** The engine's. */
  name: string | null;
  /** In the module's file. */
  offset: number;
}

/** Frames shown. Attack: a deep recursion of long names; one message has to stay within a datagram. */
export const maxFrames = 64;

/** All lines together: three bytes a character, and the message still fits into 64 KiB. */
const maxBacktraceChars = 18_000;

const callIndirect = 0x11;
const returnCallIndirect = 0x13;

export function readBacktrace(error: Error, source: BacktraceSource): Backtrace {
  return backtraceOf(callSites(error), source);
}

export function backtraceOf(sites: readonly NodeJS.CallSite[], source: BacktraceSource): Backtrace {
  const frames = readFrames(sites, source.shiftBytes);
  const names = namesOf(frames, source.module);
  // Rust's linker names a module after its file.
  const moduleName = printable(names.module?.replace(/\.wasm$/, '') || source.moduleName, 64);
  const lines: string[] = [];
  let chars = 0;
  for (const { functionIndex, offset, name: engineName } of frames) {
    const name = source.module === null ? (engineName ?? undefined) : names.functions.get(functionIndex);
    const shown = name === undefined ? `<wasm function ${functionIndex}>` : displayName(name);
    const line = `${String(lines.length).padStart(3)}: 0x${offset.toString(16)}  ${moduleName}!${shown}`;
    chars += line.length;
    if (chars > maxBacktraceChars) break;
    lines.push(line);
  }
  return { lines, isIndirectCall: standsAtIndirectCall(frames[0], source) };
}

interface Names {
  module: string | null;
  functions: ReadonlyMap<number, string>;
}

function namesOf(frames: readonly Frame[], module: WebAssembly.Module | null): Names {
  const [section] = module === null ? [] : WebAssembly.Module.customSections(module, 'name');
  if (section === undefined) return { module: null, functions: new Map() };
  return readNames(new Uint8Array(section), new Set(frames.map((frame) => frame.functionIndex)));
}

function standsAtIndirectCall(frame: Frame | undefined, source: BacktraceSource): boolean | null {
  const opcode = frame && source.bytes?.[frame.offset + source.shiftBytes];
  if (opcode === undefined) return null;
  return opcode === callIndirect || opcode === returnCallIndirect;
}

/**
 * Call sites rather than the stack's text: a function's name may hold newlines and whatever looks like a frame.
 * A site's own text ends in its position.
 */
function readFrames(sites: readonly NodeJS.CallSite[], shiftBytes: number): Frame[] {
  const frames: Frame[] = [];
  for (const site of sites) {
    const match = /wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?$/.exec(String(site));
    if (!match) continue; // a frame of the host
    const offset = Number.parseInt(match[2] ?? '', 16) - shiftBytes;
    frames.push({ functionIndex: Number(match[1]), name: site.getFunctionName(), offset });
    if (frames.length === maxFrames) break;
  }
  return frames;
}

/** V8 formats an error's stack when it is first read, with whatever formatter is set then: once, and it has no text. */
export function callSites(error: Error): readonly NodeJS.CallSite[] {
  const formatter = Error.prepareStackTrace;
  let sites: readonly NodeJS.CallSite[] = [];
  Error.prepareStackTrace = (_error, all) => {
    sites = all;
    return '';
  };
  try {
    void error.stack;
  } finally {
    Error.prepareStackTrace = formatter;
  }
  return sites;
}
