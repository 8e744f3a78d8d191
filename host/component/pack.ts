/**
 * The pack of a component: what jco made of it, in one file that runtime/components writes and a container reads.
 * Little-endian: the magic, the header's length as u32, the header (JSON, UTF-8, padded with spaces), then the blobs.
 */

/** Changes with the layout. */
export const packMagic: Uint8Array = new Uint8Array([0, 0x77, 0x63, 0x70, 0x61, 0x63, 0x6b, 0x31]); // "\0wcpack1"
export const packAlignment = 8;

/** Offset from the end of the header, and length, in bytes. */
export type Place = readonly [offset: number, length: number];

/** `wasi:cli/environment@0.2.6`, or a name without version. */
export interface VersionedName {
  name: string;
  version: string | null;
}

export interface PackHeader {
  /** jco's module as plain source (`glueSource` makes a script of it). */
  glue: Place;
  /** V8's code for that script (`fitCodeCache` makes it this process's own). */
  codeCache: Place | null;
  /** The component without its code: what `readWorld` reads its types from. */
  types: Place;
  /** By the names that the glue asks for: `component.core.wasm`, … */
  modules: Readonly<Record<string, Place>>;
  imports: readonly VersionedName[];
  exports: readonly VersionedName[];
}
