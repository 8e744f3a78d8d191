/**
 * A component that does nothing but call: its memory, its handle tables as jco makes them, and each import's core
 * function as jco gets it.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { witTables } from '../../../host/p2/abi.generated.ts';
import { createWasi2, type Wasi2, type Wasi2Options } from '../../../host/p2/index.ts';
import { type HandleTable, takeHandle } from '../../../host/p2/lower.ts';
import { camelCase, pascalCase } from '../../../host/p2/provide.ts';
import { stdioKinds } from '../../../runtime/stdio-kinds.ts';
import { native } from '../p1/guest.ts';

export { makeFolder, native } from '../p1/guest.ts';

export interface GuestOptions extends Partial<Omit<Wasi2Options, 'native' | 'preopens'>> {
  /** Host path → preopen. Opened O_PATH, as detached mounts are. */
  dirs?: readonly { host: string; guest: string; readOnly?: boolean }[];
  /** Instead of the one below, which never gives memory back. */
  realloc?: (guest: Guest, at: number, oldBytes: number, align: number, newBytes: number) => number;
}

type Argument = number | bigint;
type CoreFunction = (...args: Argument[]) => unknown;
type Member = Record<string | symbol, unknown>;

const cabiLower = Symbol.for('cabiLower');
const cabiDispose = Symbol.for('cabiDispose');
/** jco's mark of free and of owned entries. */
const flag = 1 << 30;

/** Results go here; what a test puts in memory itself stands between this and the heap. */
export const result = 0x100;
export const pathAt = 0x1000;
export const secondPathAt = 0x3000;
export const bufferAt = 0x8000;
const heapAt = 0x2_0000;
const pages = 64;
/** Beyond the end. */
export const outside = 0xffff_fff8;

export class Guest {
  readonly memory: WebAssembly.Memory = new WebAssembly.Memory({ initial: pages });
  readonly wasi: Wasi2;
  readonly trace: string[] = [];
  /** Sizes that realloc was asked for. */
  readonly allocations: number[] = [];
  #heap = heapAt;
  readonly #tables: Map<string, HandleTable> = new Map();
  readonly #functions: Map<string, CoreFunction> = new Map();
  readonly #provided: Map<string, Member> = new Map();
  readonly #realloc: GuestOptions['realloc'];
  readonly #dirs: NonNullable<GuestOptions['dirs']>;
  readonly #fds: readonly number[];

  constructor({ dirs = [], realloc, ...options }: GuestOptions = {}) {
    this.#realloc = realloc;
    this.#dirs = dirs;
    this.#fds = dirs.map(({ host }) => openSync(host, constants.O_DIRECTORY | 0o10000000));
    this.wasi = createWasi2({
      args: ['guest'],
      env: [],
      workdir: null,
      brokerFd: null,
      limits: { maxFiles: 64, maxOutputBytes: 1 << 20, memoryBytes: 1 << 30 },
      stdio: stdioKinds(native, 0b111),
      learn: null,
      onExit: () => {},
      ...options,
      native,
      preopens: dirs.map(({ guest, readOnly = false }, i) => ({ guestPath: guest, fd: this.#fds[i] ?? -1, readOnly })),
      traceWrite: (line) => this.trace.push(line.trimEnd()),
    });
  }

  /** `call('wasi:io/poll', '[method]pollable.block', 1)` */
  call(interfaceName: string, name: string, ...args: Argument[]): unknown {
    return this.core(interfaceName, name)(...args);
  }

  /** The core function of an import. */
  core(interfaceName: string, name: string): CoreFunction {
    const key = `${interfaceName}#${name}`;
    const known = this.#functions.get(key);
    if (known !== undefined) return known;
    const made = this.#lower(interfaceName, name);
    this.#functions.set(key, made);
    return made;
  }

  /** What jco's glue does for `[resource-drop]`. */
  drop(interfaceName: string, resource: string, handle: number): void {
    const representation = takeHandle(this.table(resource), handle);
    const dispose = this.#classOf(interfaceName, resource)[cabiDispose] as (representation: number) => void;
    dispose(representation);
  }

  /** jco's table of a resource type. */
  table(resource: string): HandleTable {
    const known = this.#tables.get(resource);
    if (known !== undefined) return known;
    const table: HandleTable = Object.assign([flag, 0], { _resource: pascalCase(resource) });
    this.#tables.set(resource, table);
    return table;
  }

  view(): DataView {
    return new DataView(this.memory.buffer);
  }
  u8(at: number): number {
    return this.view().getUint8(at);
  }
  u32(at: number): number {
    return this.view().getUint32(at, true);
  }
  u64(at: number): bigint {
    return this.view().getBigUint64(at, true);
  }
  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  /** Puts text at an address; gives (address, length). */
  put(at: number, text: string | Uint8Array): [number, number] {
    const encoded = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    this.bytes(at, encoded.length).set(encoded);
    return [at, encoded.length];
  }

  /** The list or string whose pointer and length stand at `at`. */
  list(at: number): Uint8Array {
    return Uint8Array.from(this.bytes(this.u32(at), this.u32(at + 4)));
  }
  text(at: number): string {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.list(at));
  }

  /** A bump allocator: cabi_realloc of a guest that frees nothing. */
  allocate(bytes: number, align: number): number {
    this.allocations.push(bytes);
    const at = Math.ceil(this.#heap / align) * align;
    this.#heap = at + bytes;
    if (this.#heap > this.memory.buffer.byteLength) this.memory.grow(Math.ceil(bytes / 65_536));
    return at | 0;
  }

  /** The host's descriptor of a preopen. */
  fdOf(preopen: number): number {
    return this.#fds[preopen] ?? -1;
  }

  /** The host's path of a preopen. */
  hostOf(preopen: number): string {
    return this.#dirs[preopen]?.host ?? '';
  }

  /** Only the preopens: a test drops its own handles, or leaves them to the end of the process. */
  close(): void {
    for (const fd of this.#fds) closeSync(fd);
  }

  /** What jco calls with memory, realloc and tables. */
  lowerOf(interfaceName: string, name: string): (glue: object) => CoreFunction {
    return this.#member(interfaceName, name)[cabiLower] as (glue: object) => CoreFunction;
  }

  #lower(interfaceName: string, name: string): CoreFunction {
    const { memory } = this;
    const realloc = (at: number, oldBytes: number, align: number, newBytes: number): number => {
      if (at !== 0 || oldBytes !== 0) throw new WebAssembly.RuntimeError('unreachable');
      return this.#realloc?.(this, at, oldBytes, align, newBytes) ?? this.allocate(newBytes, align);
    };
    // All tables in an order of their own: the host goes by the names.
    const resources = [...(witTables[interfaceName]?.[name] ?? []), 'other'].reverse();
    const resourceTables = resources.map((resource) => this.table(resource));
    return this.lowerOf(interfaceName, name)({ memory, realloc, resourceTables });
  }

  #member(interfaceName: string, name: string): Member {
    const [, kind, resource = '', method = ''] = /^\[(\w+)\]([^.]+)(?:\.(.+))?$/.exec(name) ?? [];
    if (kind === undefined) return this.#provide(interfaceName)[camelCase(name)] as Member;
    const owner = this.#classOf(interfaceName, resource);
    if (kind === 'constructor') return owner;
    return (kind === 'static' ? owner : (owner.prototype as Member))[camelCase(method)] as Member;
  }

  #classOf(interfaceName: string, resource: string): Member {
    return this.#provide(interfaceName)[pascalCase(resource)] as Member;
  }

  #provide(interfaceName: string): Member {
    const known = this.#provided.get(interfaceName) ?? this.wasi.provide(interfaceName);
    this.#provided.set(interfaceName, known);
    return known;
  }
}
