/**
 * The memory limit, written into the module before it is compiled: each memory gets a maximum no greater than its
 * share, so that `memory.grow` beyond it returns -1 by the specification's own rule. The engine has no other hook:
 * a V8 flag would be a process-wide change under live code, RLIMIT_AS counts V8's reservations of 8 GiB a memory.
 */
import { findSection, sectionIds, type WasmBinary } from './wasm-binary.ts';
import { Cursor } from './wasm-binary-cursor.ts';
import { type EditedModule, encodeLeb, replaceSection } from './wasm-binary-replace.ts';
import { type Limits, readLimits } from './wasm-binary-types.ts';

/** Attack: a two-byte entry becomes an object of ours. The engine stops at the same number. */
const maxMemories = 100_000;

export type MemoryLimitResult = EditedModule | { minBytes: number };

/**
 * Bounds the memories a module defines to `limitBytes` over all of them; `{minBytes}` when they need more than that
 * from the start. Each grows by an equal share of what the minimums leave: any other split lets the sum exceed the limit.
 * Edits `binary.bytes` (and the headroom before them) in place. Imported memories are not looked at: nothing provides them.
 */
export function limitMemories(
  binary: WasmBinary & { bytes: Uint8Array<ArrayBuffer> },
  limitBytes: number,
): MemoryLimitResult {
  const { bytes } = binary;
  const section = findSection(binary, sectionIds.memory);
  if (!section) return { bytes, shiftBytes: 0 };
  const cursor = new Cursor(bytes, section.bodyStart, section.end);
  const count = cursor.u32();
  if (count > maxMemories) cursor.fail('too many memories');
  const countEnd = cursor.offset;
  const memories: Memory[] = [];
  let minBytes = 0;
  while (memories.length < count) {
    const memory = readMemory(cursor);
    memories.push(memory);
    minBytes += memory.limits.min * pageBytes(memory.limits);
  }
  if (minBytes > limitBytes) return { minBytes };
  if (count === 0) return { bytes, shiftBytes: 0 };
  const share = (limitBytes - minBytes) / count;
  const body = [...bytes.subarray(section.bodyStart, countEnd)];
  for (const memory of memories) body.push(...encodeMemory(bytes, memory, share));
  return replaceSection(bytes, section, body);
}

interface Memory {
  limits: Limits;
  start: number;
  /** Offset of the maximum, or of where it would stand. */
  maxStart: number;
  maxEnd: number;
  end: number;
}

function readMemory(cursor: Cursor): Memory {
  const start = cursor.offset;
  const limits = readLimits(cursor);
  const end = cursor.offset;
  // Find the maximum's place again: flags, then the minimum.
  const again = new Cursor(cursor.bytes, start + 1, end);
  const size = (): number => (limits.is64 ? again.u64() : again.u32());
  size();
  const maxStart = again.offset;
  if (limits.max !== null) size();
  return { limits, start, maxStart, maxEnd: again.offset, end };
}

function encodeMemory(bytes: Uint8Array, memory: Memory, shareBytes: number): number[] {
  const { limits } = memory;
  const addressable = 2 ** (limits.is64 ? 64 : 32) / pageBytes(limits);
  const ceiling = Math.min(limits.min + Math.floor(shareBytes / pageBytes(limits)), addressable);
  if (limits.max !== null && limits.max <= ceiling) return [...bytes.subarray(memory.start, memory.end)];
  return [
    (bytes[memory.start] ?? 0) | 1,
    ...bytes.subarray(memory.start + 1, memory.maxStart),
    ...encodeLeb(ceiling, memory.maxEnd - memory.maxStart),
    ...bytes.subarray(memory.maxEnd, memory.end),
  ];
}

/** The custom-page-sizes proposal allows one byte and 64 KiB; the engine refuses the rest later. */
function pageBytes({ pageLog2 }: Limits): number {
  return pageLog2 === 0 ? 1 : 65536;
}
