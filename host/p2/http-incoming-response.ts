/** wasi:http/types: future-incoming-response and incoming-response. */
import type { HttpTypes } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { errorCodeBytes, storeHttpError } from './http-error-code.ts';
import type { HttpExchange } from './http-exchange.ts';
import { FieldMap } from './http-field-map.ts';
import { childFields } from './http-fields.ts';
import { HttpFuture } from './http-future.ts';
import { IncomingBody } from './http-incoming-body.ts';
import type { ResponseHead } from './http-messages.ts';
import { Pollable } from './pollable.ts';
import { Resource } from './resource.ts';

export class FutureIncomingResponse extends HttpFuture {
  /** Nobody can get the response any more: the request is cancelled. */
  override dispose(): void {
    if (!this.wasTold) this.exchange.cancel();
  }
}

class IncomingResponse extends Resource {
  readonly status: number;
  readonly headers: FieldMap;
  /** null: taken. */
  body: IncomingBody | null;

  constructor({ status, hasBody }: ResponseHead, headers: FieldMap, exchange: HttpExchange) {
    super();
    this.status = status;
    this.headers = headers;
    this.body = new IncomingBody(exchange, hasBody);
  }

  override dispose(): void {
    this.headers.release();
    this.body?.dispose();
  }
}

type ResponseFunctions = Pick<
  HttpTypes,
  Extract<keyof HttpTypes, `${string}future-incoming-response${string}` | `${string}]incoming-response${string}`>
>;

export function incomingResponseFunctions(context: Context): ResponseFunctions {
  const { resources } = context;
  return {
    '[method]future-incoming-response.subscribe':
      ({ tables }) =>
      (self) => {
        const future = resources.get(tables['future-incoming-response'], self, FutureIncomingResponse);
        return resources.add(tables.pollable, new Pollable(future, () => future.exchange.awaitHead()));
      },

    /** option<result<result<incoming-response, error-code>>>: each level 8 bytes further. */
    '[method]future-incoming-response.get': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 24 + errorCodeBytes, 8);
      const { memory, tables } = lower;
      const future = resources.get(tables['future-incoming-response'], self, FutureIncomingResponse);
      const { state: now } = future.exchange;
      const state = future.tell(memory, at, now.at === 'waiting' ? null : now);
      if (state === null) return;
      const head = state.head;
      memory.setU8(at + 16, head === null ? 1 : 0);
      if (state.at === 'failed' && head === null) return storeHttpError(lower, at + 24, state.error);
      if (head === null) return;
      const headers = FieldMap.received(context.http.fields, head.headers);
      const response = new IncomingResponse(head, headers, future.exchange);
      memory.setU32(at + 24, resources.add(tables['incoming-response'], response));
    },

    '[method]incoming-response.status':
      ({ tables }) =>
      (self) =>
        resources.get(tables['incoming-response'], self, IncomingResponse).status,

    '[method]incoming-response.headers':
      ({ tables }) =>
      (self) => {
        const response = resources.get(tables['incoming-response'], self, IncomingResponse);
        return childFields(context, tables.fields, response, response.headers);
      },

    /** result<incoming-body>: once. */
    '[method]incoming-response.consume': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 8, 4);
      const { memory, tables } = lower;
      const response = resources.get(tables['incoming-response'], self, IncomingResponse);
      const { body } = response;
      memory.setU8(at, body === null ? 1 : 0);
      if (body === null) return;
      response.body = null;
      memory.setU32(at + 4, resources.add(tables['incoming-body'], body));
    },

    '[resource-drop]future-incoming-response': (representation) => resources.drop(representation),
    '[resource-drop]incoming-response': (representation) => resources.drop(representation),
  };
}
