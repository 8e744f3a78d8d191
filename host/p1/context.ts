/** What the functions of one guest share. */
import { errno } from '../kernel/errno.ts';
import type { Host } from '../kernel/file.ts';
import type { GuestMemory } from '../kernel/memory.ts';
import type { Table } from '../kernel/table.ts';
import type { Descriptor } from './descriptor.ts';

export interface Context extends Host {
  memory: GuestMemory;
  descriptors: Table<Descriptor>;
  /** UTF-8, each with its NUL. */
  args: readonly Uint8Array[];
  env: readonly Uint8Array[];
  /** For results that don't go to the guest as they are: stat records and 64-bit numbers. */
  scratch: BigUint64Array<ArrayBuffer>;
}

/** The descriptor of this number if it has all these rights, otherwise −errno. */
export function descriptorWith({ descriptors }: Context, fd: number, wanted: number): Descriptor | number {
  const descriptor = descriptors.get(fd >>> 0);
  if (descriptor === undefined) return -errno.EBADF;
  const lacking = descriptor.lacks(wanted);
  return lacking === 0 ? descriptor : lacking;
}
