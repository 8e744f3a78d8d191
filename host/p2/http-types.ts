/** wasi:http/types */
import type { HttpTypes } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { errorCodeBytes, storeHttpError } from './http-error-code.ts';
import { fieldFunctions } from './http-fields.ts';
import { incomingBodyFunctions } from './http-incoming-body.ts';
import { serverFunctions } from './http-incoming-request.ts';
import { incomingResponseFunctions } from './http-incoming-response.ts';
import { HttpIoError } from './http-io-error.ts';
import { outgoingBodyFunctions } from './http-outgoing-body.ts';
import { outgoingRequestFunctions } from './http-outgoing-request.ts';
import { outgoingResponseFunctions } from './http-outgoing-response.ts';
import { requestOptionsFunctions } from './http-request-options.ts';
import { IoError } from './stream-error.ts';

export function httpTypes(context: Context): HttpTypes {
  const { resources } = context;
  return {
    /** option<error-code>: at +8. */
    'http-error-code': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 8 + errorCodeBytes, 8);
      const error = resources.get(lower.tables.error, self, IoError);
      const isKnown = error instanceof HttpIoError;
      lower.memory.setU8(at, isKnown ? 1 : 0);
      if (isKnown) storeHttpError(lower, at + 8, error.httpError);
    },
    ...fieldFunctions(context),
    ...requestOptionsFunctions(context),
    ...outgoingRequestFunctions(context),
    ...outgoingResponseFunctions(context),
    ...outgoingBodyFunctions(context),
    ...incomingResponseFunctions(context),
    ...incomingBodyFunctions(context),
    ...serverFunctions(),
  };
}
