/** wasi:http/types: outgoing-response. */
import type { HttpTypes } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import type { FieldMap } from './http-field-map.ts';
import { childFields, Fields } from './http-fields.ts';
import { OutgoingBody } from './http-outgoing-body.ts';
import type { Lower } from './lower.ts';
import { Resource } from './resource.ts';

export class OutgoingResponse extends Resource {
  statusCode = 200;
  readonly headers: FieldMap;
  /** null: not asked for. */
  body: OutgoingBody | null = null;

  constructor(headers: FieldMap) {
    super();
    this.headers = headers;
  }

  /** It will not be sent. */
  override dispose(): void {
    this.headers.release();
    this.body?.buffer.abandon();
  }
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

    /** result<outgoing-body>: once. */
    '[method]outgoing-response.body': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 8, 4);
      const { memory, tables } = lower;
      const response = get(lower, self);
      memory.setU8(at, response.body === null ? 0 : 1);
      if (response.body !== null) return;
      response.body = new OutgoingBody(context, 'response', response.headers.contentLength);
      memory.setU32(at + 4, resources.add(tables['outgoing-body'], response.body));
    },

    '[resource-drop]outgoing-response': (representation) => resources.drop(representation),
  };
}
