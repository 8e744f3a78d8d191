/**
 * A guest that does nothing but call: a WebAssembly module that re-exports every WASI function, and its memory.
 * Arguments pass through WebAssembly's own conversions, so that calls arrive as from any guest.
 */
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import wabt from 'wabt';
import { wasiErrnoNames } from '../../../host/p1/abi.ts';
import { createWasi1, functionNames, type Wasi1, type Wasi1Options, wasmParameters } from '../../../host/p1/index.ts';
import type { Native } from '../../../native/native.ts';
import { stdioKinds } from '../../../runtime/stdio-kinds.ts';

export const native: Native = createRequire(import.meta.url)('#native');

export type Abi = 'wasi_snapshot_preview1' | 'wasi_unstable';
type Call = (...args: (number | bigint)[]) => number;

export interface GuestOptions extends Partial<Omit<Wasi1Options, 'native' | 'memory' | 'traceWrite' | 'preopens'>> {
  abi?: Abi;
  /** Host path → preopen. Opened O_PATH, as detached mounts are. */
  dirs?: readonly { host: string; guest: string; readOnly?: boolean }[];
  memoryPages?: number;
}

export interface Guest {
  /** Result as an errno's name. */
  call: Record<string, (...args: (number | bigint)[]) => string>;
  memory: WebAssembly.Memory;
  view(): DataView;
  bytes(at: number, length: number): Uint8Array;
  /** Puts text at an address; gives (address, length). */
  put(at: number, text: string | Uint8Array): [number, number];
  text(at: number, length: number): string;
  u32(at: number): number;
  u64(at: number): bigint;
  trace: string[];
  counters: Wasi1['counters'];
  /** path_open, for tests of other things. */
  open(path: string, options?: OpenOptions): number;
  close(): void;
}

export interface OpenOptions {
  dir?: number;
  follow?: boolean;
  oflags?: number;
  rights?: number;
  inheriting?: number;
  fdflags?: number;
}

/** Where the helpers keep their own data. */
export const scratchAt = 0x8000;
export const allRights = 0x3fffffff;
export const fileRights = 0x8e001ff;
/** Without FD_WRITE, which asks for a writable descriptor: Go's library opens for reading like this. */
export const dirRights: number = allRights & ~0x40;

const pathOnly = 0o10000000;

const modules = new Map<string, Promise<WebAssembly.Module>>();

function compile(abi: Abi, pages: number, memory64: boolean): Promise<WebAssembly.Module> {
  const key = `${abi} ${pages} ${memory64}`;
  const known = modules.get(key) ?? assemble(abi, pages, memory64);
  modules.set(key, known);
  return known;
}

async function assemble(abi: Abi, pages: number, memory64: boolean): Promise<WebAssembly.Module> {
  const names = functionNames.filter((name) => abi === 'wasi_snapshot_preview1' || name !== 'sock_accept');
  const imports = names.map((name) => {
    const result = name === 'proc_exit' ? '' : '(result i32)';
    const types = wasmParameters(name, memory64).join(' ');
    return `(import "${abi}" "${name}" (func $${name} (param ${types}) ${result}))`;
  });
  const exports = names.map((name) => `(export "${name}" (func $${name}))`);
  const memory = `(memory (export "memory") ${memory64 ? 'i64 ' : ''}${pages})`;
  const text = `(module ${imports.join('\n')} ${memory} ${exports.join('\n')})`;
  const parsed = (await wabt()).parseWat('proxy.wat', text, { memory64 });
  return new WebAssembly.Module(Uint8Array.from(parsed.toBinary({}).buffer));
}

export async function createGuest(options: GuestOptions = {}): Promise<Guest> {
  const { abi = 'wasi_snapshot_preview1', dirs = [], memoryPages = 2, memory64 = false } = options;
  const trace: string[] = [];
  const fds = dirs.map(({ host }) => openSync(host, constants.O_DIRECTORY | pathOnly));
  let memory: WebAssembly.Memory | undefined;
  const wasi = createWasi1({
    args: ['guest'],
    env: [],
    listeners: [],
    nonblockingListeners: false,
    limits: { maxFiles: 64, maxOutputBytes: 1 << 20 },
    stdio: stdioKinds(native, 0b111),
    ...options,
    native,
    preopens: dirs.map(({ guest, readOnly = false }, i) => ({ guestPath: guest, fd: fds[i] ?? -1, readOnly })),
    memory: () => memory as WebAssembly.Memory,
    memory64,
    traceWrite: (line) => trace.push(line.trimEnd()),
  });
  const module = await compile(abi, memoryPages, memory64);
  const { exports } = new WebAssembly.Instance(module, wasi.imports as unknown as WebAssembly.Imports);
  memory = exports.memory as WebAssembly.Memory;
  return guestOf(exports, memory, { trace, wasi });
}

function guestOf(
  exports: WebAssembly.Exports,
  memory: WebAssembly.Memory,
  { trace, wasi }: { trace: string[]; wasi: Wasi1 },
): Guest {
  const view = (): DataView => new DataView(memory.buffer);
  const bytes = (at: number, length: number): Uint8Array => new Uint8Array(memory.buffer, at, length);
  const call: Guest['call'] = {};
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value !== 'function') continue;
    call[name] = (...args) => wasiErrnoNames[(value as Call)(...args) ?? 0] ?? 'unknown';
  }
  const guest: Guest = {
    call,
    memory,
    view,
    bytes,
    put(at, text) {
      const encoded = typeof text === 'string' ? new TextEncoder().encode(text) : text;
      bytes(at, encoded.length).set(encoded);
      return [at, encoded.length];
    },
    text: (at, length) => new TextDecoder().decode(Uint8Array.from(bytes(at, length))),
    u32: (at) => view().getUint32(at, true),
    u64: (at) => view().getBigUint64(at, true),
    trace,
    counters: wasi.counters,
    open(path, { dir = 3, follow = false, oflags = 0, rights = fileRights, inheriting = allRights, fdflags = 0 } = {}) {
      const [at, length] = guest.put(scratchAt, path);
      const base = BigInt(rights);
      const error = call.path_open?.(dir, follow ? 1 : 0, at, length, oflags, base, BigInt(inheriting), fdflags, at);
      if (error !== 'SUCCESS') throw new Error(`path_open ${path}: ${error}`);
      return guest.u32(at);
    },
    close() {
      for (let fd = 0; fd < 256; fd++) call.fd_close?.(fd);
    },
  };
  return guest;
}

/** A new folder, removed by the returned function. */
export function makeFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'wasmctr-p1-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export { closeSync };
