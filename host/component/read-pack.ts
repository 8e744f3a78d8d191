/** Reads a pack (pack.ts) whole, from a file that a process outside of this container wrote. */
import { GuestFailure } from '../failure.ts';
import type { ModuleFile } from '../load.ts';
import { readFile } from '../read-file.ts';
import { type PackHeader, type Place, packMagic } from './pack.ts';

export interface Pack {
  header: PackHeader;
  /** A view into the pack; what precedes it may be written over. */
  blob(place: Place): Uint8Array<ArrayBuffer>;
}

const utf8 = new TextDecoder();
const headerStart: number = packMagic.length + 4;

/** Throws GuestFailure on what is no pack. Its shape was checked when it was made, and its digest when it was opened. */
export function readPack(file: ModuleFile): Pack {
  const bytes = readFile(file, 0);
  if (!packMagic.every((byte, i) => bytes[i] === byte)) throw damaged();
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(packMagic.length, true);
  const blobs = headerStart + headerBytes;
  if (blobs > bytes.length) throw damaged();
  const header = JSON.parse(utf8.decode(bytes.subarray(headerStart, blobs))) as PackHeader;
  return {
    header,
    blob([offset, length]) {
      if (!(offset >= 0 && length >= 0 && blobs + offset + length <= bytes.length)) throw damaged();
      return bytes.subarray(blobs + offset, blobs + offset + length);
    },
  };
}

function damaged(): GuestFailure {
  return new GuestFailure('internal', 'its cached form is damaged: wasmctr cache clear');
}
