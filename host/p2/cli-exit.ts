/** wasi:cli/exit */
import type { CliExit } from './abi.generated.ts';
import type { Context } from './context.ts';
import { trap } from './lower.ts';

export function cliExit(context: Context): CliExit {
  return {
    /** `result`: ok is 0, err is 1. */
    exit:
      ({ checkMayLeave }) =>
      (status) => {
        checkMayLeave();
        if (status >>> 0 > 1) trap('invalid variant discriminant of a result');
        context.exit(status);
      },
    'exit-with-code':
      ({ checkMayLeave }) =>
      (code) => {
        checkMayLeave();
        context.exit(code & 0xff);
      },
  };
}
