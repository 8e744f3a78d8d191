/** wasi:filesystem/preopens */
import type { FilesystemPreopens } from './abi.generated.ts';
import { returnPointer, storeList, storeString } from './canonical.ts';
import type { Context } from './context.ts';
import { Descriptor } from './filesystem-descriptor.ts';

export function filesystemPreopens({ preopens, resources }: Context): FilesystemPreopens {
  return {
    /** list<tuple<own<descriptor>, string>>. Each call gives handles of their own to the same directories. */
    'get-directories': (lower) => (result) => {
      storeList(lower, returnPointer(lower, result, 8, 4), preopens, {
        stride: 12,
        align: 4,
        store: ({ open, guestPath }, at) => {
          storeString(lower, at + 4, guestPath);
          lower.memory.setU32(at, resources.add(lower.tables.descriptor, new Descriptor(open.retain())));
        },
      });
    },
  };
}
