/** wasi:cli/environment */
import type { CliEnvironment } from './abi.generated.ts';
import { returnPointer, storeList, storeString } from './canonical.ts';
import type { Context } from './context.ts';

export function cliEnvironment({ args, env, workdir, uses }: Context): CliEnvironment {
  return {
    'get-environment': (lower) => (result) => {
      if (uses) uses.environment = true;
      storeList(lower, returnPointer(lower, result, 8, 4), env, {
        stride: 16,
        align: 4,
        store: ([name, value], at) => {
          storeString(lower, at, name);
          storeString(lower, at + 8, value);
        },
      });
    },
    'get-arguments': (lower) => (result) => {
      storeList(lower, returnPointer(lower, result, 8, 4), args, {
        stride: 8,
        align: 4,
        store: (argument, at) => storeString(lower, at, argument),
      });
    },
    /** option<string> */
    'initial-cwd': (lower) => (result) => {
      const at = returnPointer(lower, result, 12, 4);
      lower.memory.setU8(at, workdir === null ? 0 : 1);
      if (workdir !== null) storeString(lower, at + 4, workdir);
    },
  };
}
