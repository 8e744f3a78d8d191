/** wasi:http/types: outgoing-body. */
import type { MemoryBuffer } from '../../native/data.ts';
import { errno } from '../kernel/errno.ts';
import type { HttpTypes } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { BodyBuffer } from './http-body-buffer.ts';
import { errorCodeBytes, type HttpError, storeHttpError } from './http-error-code.ts';
import { Fields } from './http-fields.ts';
import { HttpIoError } from './http-io-error.ts';
import { maxSectionBytes } from './http-messages.ts';
import type { Awaited } from './pollable.ts';
import { Resource } from './resource.ts';
import { OutputStream } from './stream.ts';
import { failureOf, type IoError } from './stream-error.ts';

type Message = 'request' | 'response';

export class OutgoingBody extends Resource {
  readonly buffer: BodyBuffer;
  readonly #message: Message;
  /** Of Content-Length; null: it was not given. */
  readonly #expectedBytes: number | null;
  hasStream = false;

  constructor(context: Context, message: Message, expectedBytes: number | null) {
    super();
    this.buffer = new BodyBuffer(context);
    this.#message = message;
    this.#expectedBytes = expectedBytes;
  }

  /** What is wrong with the length after so many bytes, in the middle or at the end. */
  lengthError(isEnd: boolean): HttpError | null {
    const { writtenBytes } = this.buffer;
    const expected = this.#expectedBytes;
    if (expected === null || writtenBytes === expected || (!isEnd && writtenBytes < expected)) return null;
    return { code: `HTTP-${this.#message}-body-size`, number: writtenBytes };
  }

  /** Dropped, not finished: the body is incomplete. */
  override dispose(): void {
    this.buffer.abort();
  }
}

class BodyOutput extends OutputStream {
  readonly #body: OutgoingBody;

  constructor(body: OutgoingBody) {
    super(body);
    this.#body = body;
  }

  checkWrite(): number {
    return this.#body.buffer.room();
  }

  write(memory: MemoryBuffer, at: number, length: number): number {
    const written = this.#body.buffer.write(memory, at, length);
    return written === 0 && this.#body.lengthError(false) !== null ? -errno.EMSGSIZE : written;
  }

  flush(): number {
    return this.#body.buffer.flush();
  }

  awaited(): Awaited {
    return this.#body.buffer.awaited();
  }

  override failureOf(result: number): IoError | null {
    const error = result === -errno.EMSGSIZE ? this.#body.lengthError(false) : null;
    return error === null ? failureOf(result) : new HttpIoError(error);
  }

  override dispose(): void {
    this.flush();
  }
}

type BodyFunctions = Pick<
  HttpTypes,
  '[method]outgoing-body.write' | '[static]outgoing-body.finish' | '[resource-drop]outgoing-body'
>;

export function outgoingBodyFunctions(context: Context): BodyFunctions {
  const { resources } = context;
  return {
    /** result<output-stream>: once. */
    '[method]outgoing-body.write': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 8, 4);
      const { memory, tables } = lower;
      const body = resources.get(tables['outgoing-body'], self, OutgoingBody);
      memory.setU8(at, body.hasStream ? 1 : 0);
      if (body.hasStream) return;
      body.hasStream = true;
      memory.setU32(at + 4, resources.add(tables['output-stream'], new BodyOutput(body)));
    },

    /** result<_, error-code>: the error at +8. */
    '[static]outgoing-body.finish': (lower) => (self, hasTrailers, trailers, result) => {
      const at = returnPointer(lower, result, 8 + errorCodeBytes, 8);
      const { memory, tables } = lower;
      const body = resources.take(tables['outgoing-body'], self, OutgoingBody);
      const fields = hasTrailers === 0 ? null : resources.take(tables.fields, trailers, Fields);
      const isTooBig = fields !== null && fields.map.bytes > maxSectionBytes;
      const tooBig: HttpError = { code: 'HTTP-request-trailer-section-size', number: maxSectionBytes };
      const error = body.lengthError(true) ?? (isTooBig ? tooBig : null);
      if (error === null) body.buffer.finish(fields?.map.fields ?? []);
      else body.buffer.abort();
      fields?.dispose();
      memory.setU8(at, error === null ? 0 : 1);
      if (error !== null) storeHttpError(lower, at + 8, error);
    },

    '[resource-drop]outgoing-body': (representation) => resources.drop(representation),
  };
}
