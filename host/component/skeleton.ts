/** A component without its code: what is left are the types, some kilobytes, which `readWorld` reads as it reads the whole. */
import { Cursor } from '../wasm-binary-cursor.ts';

const headerBytes = 8;
const sections = { custom: 0, coreModule: 1, coreInstance: 2, coreType: 3, component: 4, start: 9, value: 12 } as const;
const dropped: ReadonlySet<number> = new Set([
  sections.custom,
  sections.coreModule,
  sections.coreInstance,
  sections.coreType,
  sections.start,
  sections.value,
]);

/** Attack: nesting that ends the stack. */
const maxDepth = 100;

/** Throws WasmBinaryError when sections run past the end. */
export function componentSkeleton(bytes: Uint8Array): Uint8Array {
  return Buffer.concat(skeletonOf(new Cursor(bytes), 0));
}

function skeletonOf(cursor: Cursor, depth: number): Uint8Array[] {
  if (depth > maxDepth) cursor.fail('components nested too deep');
  const { bytes, offset } = cursor;
  cursor.skip(headerBytes);
  const parts = [bytes.subarray(offset, cursor.offset)];
  while (!cursor.atEnd) {
    const start = cursor.offset;
    const id = cursor.u8();
    const body = cursor.sub(cursor.u32());
    if (id === sections.component) {
      const inner = Buffer.concat(skeletonOf(body, depth + 1));
      parts.push(new Uint8Array([id, ...leb128(inner.length)]), inner);
    } else if (!dropped.has(id)) parts.push(bytes.subarray(start, cursor.offset));
  }
  return parts;
}

function leb128(value: number): number[] {
  const low = value % 128;
  return value < 128 ? [low] : [low + 128, ...leb128(Math.floor(value / 128))];
}
