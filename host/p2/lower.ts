/** What jco hands to a lowered import (its "hybrid" bindings), and the canonical ABI's rules for what crosses there. */
import type { GuestMemory } from '../kernel/memory.ts';

/**
 * jco's table of one resource type in one component instance: pairs of (scope, representation) after the head of the
 * free list. Owned handles have the flag in the second word, free ones in the first.
 */
export interface HandleTable extends Array<number> {
  /** The resource's class in the glue: our patch of it (runtime/components) writes it down. */
  _resource?: string;
}

/** Of one import in one component instance. */
export interface Lower<Resource extends string = never> {
  memory: GuestMemory;
  /** Traps while the guest's cabi_realloc runs: every import asks, most of them by `returnPointer` or a handle. */
  checkMayLeave(): void;
  /** cabi_realloc for a new piece of guest memory, checked; traps where the guest answers nonsense. */
  allocate(bytes: number, align: number): number;
  tables: Readonly<Record<Resource, HandleTable>>;
}

/** Makes the core function for one component instance. */
export type Lowered<Resource extends string, Call> = (lower: Lower<Resource>) => Call;

/** The last handle to a resource is gone. */
export type Dispose = (representation: number) => void;

/** Ends the guest: it broke a rule of the component model. */
export function trap(message: string): never {
  throw new WebAssembly.RuntimeError(message);
}

/** In both words of a handle table; see HandleTable. */
const flag = 1 << 30;

/** The representation behind a handle, owned or borrowed. Traps on a handle that the guest does not hold. */
export function representationOf(table: HandleTable, handle: number): number {
  const index = (handle >>> 0) * 2;
  const scope = table[index];
  const value = table[index + 1];
  // The head of the free list stands at 0 and has no second word.
  if (scope === undefined || value === undefined || value === 0 || (scope & flag) !== 0) return unknownHandle(handle);
  return value & ~flag;
}

function unknownHandle(handle: number): never {
  return trap(`unknown handle index ${handle >>> 0}`);
}

/** A new owned handle. */
export function addHandle(table: HandleTable, representation: number): number {
  const free = (table[0] ?? 0) & ~flag;
  if (free === 0) return table.push(0, representation | flag) / 2 - 1;
  table[0] = table[free * 2] ?? flag;
  table[free * 2] = 0;
  table[free * 2 + 1] = representation | flag;
  return free;
}

/** The guest gives an owned handle away: the representation. Traps on a borrowed one, and while it is lent. */
export function takeHandle(table: HandleTable, handle: number): number {
  const representation = representationOf(table, handle);
  const index = (handle >>> 0) * 2;
  if (((table[index + 1] ?? 0) & flag) === 0) trap(`handle index ${handle >>> 0} is borrowed`);
  if (table[index] !== 0) trap('cannot remove owned resource while borrowed');
  table[index] = (table[0] ?? 0) | flag;
  table[0] = (handle >>> 0) | flag;
  return representation;
}
