/** A file of the supervisor's, read once from start to end into one buffer. */
import { GuestFailure } from './failure.ts';
import type { ModuleFile } from './load.ts';

/** The engine's own ceiling. Attack: a sparse file of terabytes. */
const maxBytes = 1 << 30;

/** The first 8 bytes of the buffer are the data plane's (ReadRequest); `headroomBytes` more stay free. */
export function readFile(file: ModuleFile, headroomBytes: number): Uint8Array<ArrayBuffer> {
  if (file.sizeBytes > maxBytes) {
    throw new GuestFailure('not-a-module', `has ${file.sizeBytes} bytes, more than a module may have (1 GiB)`);
  }
  const start = Math.max(headroomBytes, iovecBytes);
  const buffer = new ArrayBuffer(start + file.sizeBytes);
  const bytes = new Uint8Array(buffer, start);
  let offset = 0;
  while (offset < bytes.length) {
    const count = file.readNext({ buffer, address: start + offset, length: bytes.length - offset });
    if (count < 0) throw new GuestFailure('not-a-module', `can't be read: errno ${-count}`);
    if (count === 0) return bytes.subarray(0, offset); // truncated since it was opened
    offset += count;
  }
  return bytes;
}

const iovecBytes = 8;
