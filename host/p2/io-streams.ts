/** wasi:io/streams */
import type { IoStreams } from './abi.generated.ts';
import type { Context } from './context.ts';
import { inputFunctions } from './io-streams-input.ts';
import { outputFunctions } from './io-streams-output.ts';
import { spliceFunctions } from './io-streams-splice.ts';

export function ioStreams(context: Context): IoStreams {
  return { ...inputFunctions(context), ...outputFunctions(context), ...spliceFunctions(context) };
}
