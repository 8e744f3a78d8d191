/** A file that was sent with the plan, as the loaders read it: front to back, through the data plane. */
import { waitModes } from '../native/data.ts';
import type { Fd, Native } from '../native/native.ts';
import type { ModuleFile } from './load.ts';

export function deliveredFile(native: Native, fd: Fd, sizeBytes: number): ModuleFile {
  return {
    sizeBytes,
    readNext({ buffer, address, length }) {
      writeIovec(buffer, address, length);
      return native.readv(fd, buffer, 0, 1, waitModes.sharedBlocking);
    },
  };
}

/** The data plane takes iovecs from the buffer itself: ours stands in its first bytes. */
export function writeIovec(buffer: ArrayBuffer, address: number, length: number): void {
  const view = new DataView(buffer);
  view.setUint32(0, address, true);
  view.setUint32(4, length, true);
}
