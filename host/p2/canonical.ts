/** Values across the canonical ABI: nothing is clamped, what does not fit traps (CanonicalABI.md, "load", "store"). */
import type { GuestMemory } from '../kernel/memory.ts';
import { type Lower, trap } from './lower.ts';

/** Where a result goes, or a list stands: inside of memory and aligned. */
export function checkRange(memory: GuestMemory, at: number, bytes: number, align: number): void {
  if ((at & (align - 1)) !== 0) trap(`pointer ${at} is not aligned to ${align}`);
  if (!memory.has(at, bytes)) trap(`pointer ${at} with ${bytes} bytes lies outside of memory`);
}

/** A return pointer as it arrives: signed. */
export function returnPointer(
  lower: Pick<Lower, 'memory' | 'checkMayLeave'>,
  pointer: number,
  bytes: number,
  align: number,
): number {
  lower.checkMayLeave();
  const at = pointer >>> 0;
  checkRange(lower.memory, at, bytes, align);
  return at;
}

/** Where a `list<u8>` or string argument stands; its length is `length >>> 0`. */
export function listRange({ memory }: Pick<Lower, 'memory'>, pointer: number, length: number): number {
  const at = pointer >>> 0;
  checkRange(memory, at, length >>> 0, 1);
  return at;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

export function stringArgument(lower: Pick<Lower, 'memory'>, pointer: number, length: number): string {
  const at = listRange(lower, pointer, length);
  try {
    return decoder.decode(lower.memory.bytes(at, length >>> 0));
  } catch {
    return trap('a string is not valid UTF-8');
  }
}

/**
 * (pointer, length) of new guest memory with these bytes, at `at`. Of no bytes too: the adapter of WASI 0.1 takes the
 * terminator that it puts behind each string from the pointers that it gave.
 */
export function storeBytes({ memory, allocate }: Lower<never>, at: number, bytes: Uint8Array): void {
  const pointer = allocate(bytes.length, 1);
  memory.set(pointer, bytes);
  memory.setU32(at, pointer);
  memory.setU32(at + 4, bytes.length);
}

/** Lone surrogates become U+FFFD: a guest's strings are valid. */
export function storeString(lower: Lower<never>, at: number, text: string): void {
  storeBytes(lower, at, encoder.encode(text));
}

/** (pointer, length) of a new list at `at`; `store` writes each element. Elements may allocate in turn. */
export function storeList<Item>(
  lower: Lower<never>,
  at: number,
  items: readonly Item[],
  { stride, align, store }: { stride: number; align: number; store: (item: Item, at: number) => void },
): void {
  const pointer = lower.allocate(items.length * stride, align);
  items.forEach((item, i) => {
    store(item, pointer + i * stride);
  });
  lower.memory.setU32(at, pointer);
  lower.memory.setU32(at + 4, items.length);
}
