/** wasi:filesystem for tests: results by the names that the WIT gives them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bufferAt, type GuestOptions, pathAt, result, secondPathAt } from './guest.ts';
import { StreamsGuest } from './streams.ts';

const types = 'wasi:filesystem/types';
const wit = readFileSync(join(import.meta.dirname, '../../../host/p2/wit/filesystem.wit'), 'utf8');

/** The cases of an enum or flags type, in WIT's order. */
function casesOf(type: string): string[] {
  const body = new RegExp(`(?:enum|flags) ${type} \\{([^}]*)\\}`).exec(wit)?.[1];
  if (body === undefined) throw new Error(`no ${type} in the WIT`);
  return [...body.matchAll(/[\w-]+/g)].map(([name]) => name);
}

export const errorCodes: readonly string[] = casesOf('error-code');
export const descriptorTypes: readonly string[] = casesOf('descriptor-type');
const descriptorFlags = casesOf('descriptor-flags');
const openFlags = casesOf('open-flags');

function bits(names: readonly string[], chosen: readonly string[]): number {
  return chosen.reduce((sum, name) => {
    if (!names.includes(name)) throw new Error(`no flag ${name}`);
    return sum | (1 << names.indexOf(name));
  }, 0);
}

export interface OpenOptions {
  dir?: number;
  follow?: boolean;
  how?: readonly string[];
  flags?: readonly string[];
}

export interface Stat {
  type: string;
  links: bigint;
  size: bigint;
  /** Nanoseconds since 1970: access, modification, status change. */
  times: readonly bigint[];
}

export type Time = 'no-change' | 'now' | { seconds: bigint; nanoseconds: number };

function timeArguments(time: Time): [number, bigint, number] {
  if (time === 'no-change') return [0, 0n, 0];
  return time === 'now' ? [1, 0n, 0] : [2, time.seconds, time.nanoseconds];
}

/** A guest with its first directory at `root`. */
export class FilesystemGuest extends StreamsGuest {
  readonly root: number;

  constructor(options: GuestOptions = {}) {
    super(options);
    this.root = this.preopens()[0]?.handle ?? 0;
  }

  preopens(): { handle: number; name: string }[] {
    this.call('wasi:filesystem/preopens', 'get-directories', result);
    const [at, length] = [this.u32(result), this.u32(result + 4)];
    return Array.from({ length }, (_, i) => ({ handle: this.u32(at + i * 12), name: this.text(at + i * 12 + 4) }));
  }

  /** Calls a method of descriptor with a result; 'ok' or the error's name. The payload is left at `result` + `payload`. */
  try(method: string, payload: number, ...args: (number | bigint)[]): string {
    this.bytes(result, 128).fill(0xaa);
    this.call(types, method.startsWith('[') ? method : `[method]descriptor.${method}`, ...args, result);
    const tag = this.u8(result);
    if (tag > 1) throw new Error(`${method} stored no result`);
    return tag === 0 ? 'ok' : (errorCodes[this.u8(result + payload)] ?? 'unknown code');
  }

  path(text: string | Uint8Array): [number, number] {
    return this.put(pathAt, text);
  }
  secondPath(text: string | Uint8Array): [number, number] {
    return this.put(secondPathAt, text);
  }

  /** The handle, or the error's name. */
  tryOpen(
    path: string,
    { dir = this.root, follow = false, how = [], flags = ['read'] }: OpenOptions = {},
  ): number | string {
    const [openBits, flagBits] = [bits(openFlags, how), bits(descriptorFlags, flags)];
    const outcome = this.try('open-at', 4, dir, follow ? 1 : 0, ...this.path(path), openBits, flagBits);
    return outcome === 'ok' ? this.u32(result + 4) : outcome;
  }

  open(path: string, options: OpenOptions = {}): number {
    const opened = this.tryOpen(path, options);
    if (typeof opened === 'string') throw new Error(`open-at ${path}: ${opened}`);
    return opened;
  }

  closeDescriptor(handle: number): void {
    this.drop(types, 'descriptor', handle);
  }

  flagsOf(handle: number): string[] {
    const outcome = this.try('get-flags', 1, handle);
    if (outcome !== 'ok') return [outcome];
    return descriptorFlags.filter((_, bit) => this.u8(result + 1) & (1 << bit));
  }

  /** Text and whether the end was reached, or the error's name. */
  read(handle: number, length: bigint, offset: bigint): [string, boolean] | string {
    const outcome = this.try('read', 4, handle, length, offset);
    return outcome === 'ok' ? [this.text(result + 4), this.u8(result + 12) === 1] : outcome;
  }

  /** Bytes written, or the error's name. */
  write(handle: number, text: string, offset: bigint): bigint | string {
    const outcome = this.try('write', 8, handle, ...this.put(bufferAt, text), offset);
    return outcome === 'ok' ? this.u64(result + 8) : outcome;
  }

  stat(handle: number): Stat | string {
    return this.#stat(this.try('stat', 8, handle));
  }
  statAt(path: string, { dir = this.root, follow = false }: OpenOptions = {}): Stat | string {
    return this.#stat(this.try('stat-at', 8, dir, follow ? 1 : 0, ...this.path(path)));
  }

  #stat(outcome: string): Stat | string {
    if (outcome !== 'ok') return outcome;
    const at = result + 8;
    const times = [24, 48, 72].map((time) => {
      if (this.u8(at + time) !== 1) throw new Error('a time is missing');
      return this.u64(at + time + 8) * 1_000_000_000n + BigInt(this.u32(at + time + 16));
    });
    return { type: descriptorTypes[this.u8(at)] ?? '', links: this.u64(at + 8), size: this.u64(at + 16), times };
  }

  setTimes(handle: number, access: Time, modification: Time): string {
    return this.try('set-times', 1, handle, ...timeArguments(access), ...timeArguments(modification));
  }
  setTimesAt(
    path: string,
    access: Time,
    modification: Time,
    { dir = this.root, follow = false }: OpenOptions = {},
  ): string {
    const times = [...timeArguments(access), ...timeArguments(modification)] as const;
    return this.try('set-times-at', 1, dir, follow ? 1 : 0, ...this.path(path), ...times);
  }

  /** lower and upper, or the error's name. */
  hash(handle: number): string {
    const outcome = this.try('metadata-hash', 8, handle);
    return outcome === 'ok' ? `${this.u64(result + 8)} ${this.u64(result + 16)}` : outcome;
  }
  hashAt(path: string, { dir = this.root, follow = false }: OpenOptions = {}): string {
    const outcome = this.try('metadata-hash-at', 8, dir, follow ? 1 : 0, ...this.path(path));
    return outcome === 'ok' ? `${this.u64(result + 8)} ${this.u64(result + 16)}` : outcome;
  }

  /** A stream's handle, or the error's name. */
  stream(kind: 'read' | 'write' | 'append', handle: number, offset = 0n): number | string {
    const args = kind === 'append' ? [handle] : [handle, offset];
    const outcome = this.try(`${kind}-via-stream`, 4, ...args);
    return outcome === 'ok' ? this.u32(result + 4) : outcome;
  }

  readDirectory(handle: number): number | string {
    const outcome = this.try('read-directory', 4, handle);
    return outcome === 'ok' ? this.u32(result + 4) : outcome;
  }

  /** `type name`, null at the end, or the error's name. */
  nextEntry(stream: number): string | null {
    const outcome = this.try('[method]directory-entry-stream.read-directory-entry', 4, stream);
    if (outcome !== 'ok') return outcome;
    if (this.u8(result + 4) === 0) return null;
    return `${descriptorTypes[this.u8(result + 8)]} ${this.text(result + 12)}`;
  }

  entries(handle: number): string[] {
    const stream = this.readDirectory(handle);
    if (typeof stream === 'string') return [stream];
    const found: string[] = [];
    for (let entry = this.nextEntry(stream); entry !== null; entry = this.nextEntry(stream)) found.push(entry);
    this.drop(types, 'directory-entry-stream', stream);
    return found.sort();
  }
}
