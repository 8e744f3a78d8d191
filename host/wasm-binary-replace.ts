/** Editing a Wasm binary in its own buffer: a section's new content, and numbers that keep their width. */
import type { Section } from './wasm-binary.ts';

/** Bytes to leave free before the module in its buffer, so that longer sections need not move the code. */
export const moduleHeadroomBytes = 128;

export interface EditedModule {
  bytes: Uint8Array<ArrayBuffer>;
  /** Code offsets in `bytes` are this much greater than in the file. */
  shiftBytes: number;
}

/** Puts a section's new content in; what stands before it moves towards the front, the code stays where it is. */
export function replaceSection(
  bytes: Uint8Array<ArrayBuffer>,
  section: Section,
  body: Uint8Array | readonly number[],
): EditedModule {
  // No field gets shorter, and the size keeps its width: the section can only grow.
  const head = [section.id, ...encodeLeb(body.length, section.bodyStart - section.start - 1)];
  const shiftBytes = head.length + body.length - (section.end - section.start);
  const hasRoom = bytes.byteOffset >= shiftBytes;
  const target = hasRoom
    ? new Uint8Array(bytes.buffer, bytes.byteOffset - shiftBytes, bytes.length + shiftBytes)
    : new Uint8Array(bytes.length + shiftBytes);
  if (!hasRoom) target.set(bytes.subarray(section.end), section.end + shiftBytes);
  target.set(bytes.subarray(0, section.start), 0);
  target.set(head, section.start);
  target.set(body, section.start + head.length);
  return { bytes: target, shiftBytes };
}

/** Unsigned LEB128, padded to at least `width` bytes: a number that gets smaller keeps its place. */
export function encodeLeb(value: number, width: number): number[] {
  const out: number[] = [];
  for (let rest = value; rest > 0 || out.length < Math.max(width, 1); rest = Math.floor(rest / 128)) {
    out.push((rest % 128) | 0x80);
  }
  out.push((out.pop() ?? 0) & 0x7f);
  return out;
}
