/** wasi:http/types: what requests and responses share on their way out. */
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import type { FieldMap } from './http-field-map.ts';
import { OutgoingBody } from './http-outgoing-body.ts';
import type { Lower } from './lower.ts';
import { Resource } from './resource.ts';

export abstract class OutgoingMessage extends Resource {
  abstract readonly kind: 'request' | 'response';
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

/** result<outgoing-body>: once. `get`: traps where there is no message. */
export function storeBody(
  context: Context,
  lower: Lower<'outgoing-body'>,
  result: number,
  get: () => OutgoingMessage,
): void {
  const at = returnPointer(lower, result, 8, 4);
  const { memory, tables } = lower;
  const message = get();
  memory.setU8(at, message.body === null ? 0 : 1);
  if (message.body !== null) return;
  message.body = new OutgoingBody(context, message.kind, message.headers.contentLength);
  memory.setU32(at + 4, context.resources.add(tables['outgoing-body'], message.body));
}
