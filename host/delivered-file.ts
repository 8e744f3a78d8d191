/** A file that was sent with the plan, as the loaders read it: through the data plane. */
import type { Fd, Native } from '../native/native.ts';
import type { ModuleFile } from './load.ts';

export function deliveredFile(native: Native, fd: Fd, sizeBytes: number): ModuleFile {
  return {
    sizeBytes,
    readAt: ({ buffer, address, length, offset }) => native.pread(fd, buffer, address, length, BigInt(offset)),
  };
}
