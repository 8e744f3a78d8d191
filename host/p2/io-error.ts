/** wasi:io/error */
import type { IoError as IoErrorInterface } from './abi.generated.ts';
import { returnPointer, storeString } from './canonical.ts';
import type { Context } from './context.ts';
import { IoError } from './stream-error.ts';

export function ioError({ resources }: Context): IoErrorInterface {
  return {
    '[method]error.to-debug-string': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 8, 4);
      storeString(lower, at, resources.get(lower.tables.error, self, IoError).text);
    },
    '[resource-drop]error': (representation) => resources.drop(representation),
  };
}
