/** wasi:http/types: outgoing-response. */
import type { HttpTypes } from './abi.generated.ts';
import type { Context } from './context.ts';
import { childFields, Fields } from './http-fields.ts';
import { OutgoingMessage, storeBody } from './http-outgoing-message.ts';
import type { Lower } from './lower.ts';

export class OutgoingResponse extends OutgoingMessage {
  readonly kind = 'response';
  statusCode = 200;
}

type ResponseFunctions = Pick<HttpTypes, Extract<keyof HttpTypes, `${string}outgoing-response${string}`>>;

export function outgoingResponseFunctions(context: Context): ResponseFunctions {
  const { resources } = context;
  const get = ({ tables }: Lower<'outgoing-response'>, self: number): OutgoingResponse =>
    resources.get(tables['outgoing-response'], self, OutgoingResponse);

  return {
    '[constructor]outgoing-response':
      ({ tables }) =>
      (headers) => {
        const { map } = resources.take(tables.fields, headers, Fields);
        return resources.add(tables['outgoing-response'], new OutgoingResponse(map));
      },

    '[method]outgoing-response.status-code': (lower) => (self) => get(lower, self).statusCode,

    /** result */
    '[method]outgoing-response.set-status-code': (lower) => (self, code) => {
      const response = get(lower, self);
      const status = code & 0xffff;
      if (status < 100 || status > 999) return 1;
      response.statusCode = status;
      return 0;
    },

    '[method]outgoing-response.headers': (lower) => (self) => {
      const response = get(lower, self);
      return childFields(context, lower.tables.fields, response, response.headers);
    },

    '[method]outgoing-response.body': (lower) => (self, result) =>
      storeBody(context, lower, result, () => get(lower, self)),

    '[resource-drop]outgoing-response': (representation) => resources.drop(representation),
  };
}
