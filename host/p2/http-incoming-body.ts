/** wasi:http/types: incoming-body and future-trailers. */
import type { MemoryBuffer } from '../../native/data.ts';
import { errno } from '../kernel/errno.ts';
import type { HttpTypes } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { errorCodeBytes, storeHttpError } from './http-error-code.ts';
import type { HttpExchange } from './http-exchange.ts';
import { FieldMap } from './http-field-map.ts';
import { Fields } from './http-fields.ts';
import { HttpFuture } from './http-future.ts';
import { HttpIoError } from './http-io-error.ts';
import type { Awaited } from './pollable.ts';
import { Pollable } from './pollable.ts';
import { Resource } from './resource.ts';
import { InputStream } from './stream.ts';
import { failureOf, type IoError } from './stream-error.ts';

export class IncomingBody extends Resource {
  readonly exchange: HttpExchange;
  readonly hasBytes: boolean;
  hasStream = false;

  constructor(exchange: HttpExchange, hasBytes: boolean) {
    super();
    this.exchange = exchange;
    this.hasBytes = hasBytes;
  }

  override dispose(): void {
    this.exchange.cancel();
  }
}

class BodyInput extends InputStream {
  readonly #body: IncomingBody;

  constructor(body: IncomingBody) {
    super(body);
    this.#body = body;
  }

  read(memory: MemoryBuffer, at: number, length: number, wait: boolean): number {
    const { exchange, hasBytes } = this.#body;
    if (hasBytes) {
      const count = exchange.readBody(memory, at, length, wait);
      // The broker went without reading all of the request's body: that is an end too.
      if (count !== 0 && count !== -errno.ECONNRESET) return count;
    }
    return exchange.waitForEnd().at === 'failed' ? -errno.EIO : 0;
  }

  awaited(): Awaited {
    const { exchange, hasBytes } = this.#body;
    return hasBytes ? exchange.awaitBody() : exchange.awaitEnd();
  }

  override failureOf(result: number): IoError | null {
    const state = this.#body.exchange.state;
    return state.at === 'failed' ? new HttpIoError(state.error) : failureOf(result);
  }
}

class FutureTrailers extends HttpFuture {
  override dispose(): void {
    this.exchange.cancel();
  }
}

type BodyFunctions = Pick<
  HttpTypes,
  Extract<keyof HttpTypes, `${string}incoming-body${string}` | `${string}future-trailers${string}`>
>;

export function incomingBodyFunctions(context: Context): BodyFunctions {
  const { resources } = context;
  return {
    /** result<input-stream>: once. */
    '[method]incoming-body.stream': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 8, 4);
      const { memory, tables } = lower;
      const body = resources.get(tables['incoming-body'], self, IncomingBody);
      memory.setU8(at, body.hasStream ? 1 : 0);
      if (body.hasStream) return;
      body.hasStream = true;
      memory.setU32(at + 4, resources.add(tables['input-stream'], new BodyInput(body)));
    },

    '[static]incoming-body.finish':
      ({ tables }) =>
      (self) => {
        const { exchange } = resources.take(tables['incoming-body'], self, IncomingBody);
        exchange.drain();
        return resources.add(tables['future-trailers'], new FutureTrailers(exchange));
      },

    '[method]future-trailers.subscribe':
      ({ tables }) =>
      (self) => {
        const future = resources.get(tables['future-trailers'], self, FutureTrailers);
        return resources.add(tables.pollable, new Pollable(future, () => future.exchange.awaitEnd()));
      },

    /** option<result<result<option<trailers>, error-code>>>: each level 8 bytes further. */
    '[method]future-trailers.get': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 24 + errorCodeBytes, 8);
      const { memory, tables } = lower;
      const future = resources.get(tables['future-trailers'], self, FutureTrailers);
      const { state: now } = future.exchange;
      const state = future.tell(memory, at, now.at === 'end' || now.at === 'failed' ? now : null);
      if (state === null) return;
      memory.setU8(at + 16, state.at === 'failed' ? 1 : 0);
      if (state.at === 'failed') return storeHttpError(lower, at + 24, state.error);
      memory.setU8(at + 24, state.trailers === null ? 0 : 1);
      if (state.trailers === null) return;
      const map = FieldMap.received(context.http.fields, state.trailers);
      memory.setU32(at + 28, resources.add(tables.fields, new Fields(future, map, false)));
    },

    '[resource-drop]incoming-body': (representation) => resources.drop(representation),
    '[resource-drop]future-trailers': (representation) => resources.drop(representation),
  };
}
