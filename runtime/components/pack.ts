/** Writes a pack: what a container needs of a component, in one file (host/component/pack.ts reads it). */
import { type PackHeader, type Place, packAlignment, packMagic } from '../../host/component/pack.ts';

export interface PackParts {
  imports: readonly string[];
  exports: readonly string[];
  glue: string;
  codeCache: Uint8Array | null;
  modules: readonly [string, Uint8Array][];
  /** `componentSkeleton` of it. */
  types: Uint8Array;
}

const utf8 = new TextEncoder();

/** Gives the pack in pieces, in their order: a component's modules are megabytes that need no second copy. */
export function writePack(parts: PackParts, write: (bytes: Uint8Array) => void): void {
  const blobs: Uint8Array[] = [];
  let end = 0;
  const add = (bytes: Uint8Array): Place => {
    const offset = end;
    blobs.push(bytes);
    end += padded(bytes.length);
    return [offset, bytes.length];
  };
  const header: PackHeader = {
    glue: add(utf8.encode(parts.glue)),
    codeCache: parts.codeCache && add(parts.codeCache),
    types: add(parts.types),
    modules: Object.fromEntries(parts.modules.map(([name, bytes]) => [name, add(bytes)])),
    imports: parts.imports.map(versioned),
    exports: parts.exports.map(versioned),
  };
  const text = utf8.encode(JSON.stringify(header));
  // The blobs begin at a multiple of the alignment too: the header is filled up with spaces.
  const start = new Uint8Array(packMagic.length + 4 + text.length);
  const prefix = new Uint8Array(padded(start.length)).fill(0x20);
  prefix.set(packMagic);
  new DataView(prefix.buffer).setUint32(packMagic.length, prefix.length - packMagic.length - 4, true);
  prefix.set(text, packMagic.length + 4);
  write(prefix);
  for (const blob of blobs) {
    write(blob);
    const gap = padded(blob.length) - blob.length;
    if (gap > 0) write(new Uint8Array(gap));
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / packAlignment) * packAlignment;
}

function versioned(name: string): { name: string; version: string | null } {
  const at = name.lastIndexOf('@');
  return at < 0 ? { name, version: null } : { name: name.slice(0, at), version: name.slice(at + 1) };
}
