/** A response on its way from undici to the container: in one message where it is small and whole, else as a stream. */
import type { HeaderField } from '../../host/p2/http-field-map.ts';
import { type HttpReplyMessage, maxWholeBytes, type ResponseHead } from '../../host/p2/http-messages.ts';
import type { Fd, Native } from '../../native/native.ts';
import { ResponseBody } from './http-body.ts';

export interface ResponseParts {
  native: Native;
  head: ResponseHead;
  reply(message: HttpReplyMessage, fd?: Fd): void;
  /**
   * The broker's end of the stream, to be closed here, and the container's, where it does not have it yet. null: there
   * is none, and the request has failed.
   */
  openStream(): { ours: Fd; theirs?: Fd } | null;
  onDrain(): void;
}

export class HttpResponse {
  readonly #parts: ResponseParts;
  #isTold = false;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #body: ResponseBody | null = null;

  constructor(parts: ResponseParts) {
    this.#parts = parts;
    // What came together with the head has been seen by then.
    queueMicrotask(() => this.tell());
  }

  /** The container learns of it now at the latest. */
  tell(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const { native, head, reply, onDrain } = this.#parts;
    const stream = head.hasBody ? this.#parts.openStream() : undefined;
    if (stream === null) return;
    if (stream !== undefined) this.#body = new ResponseBody(native, stream.ours, onDrain);
    reply({ kind: 'http-head', ...head }, stream?.theirs);
    for (const chunk of this.#chunks) this.#body?.write(chunk);
    this.#chunks = [];
  }

  /** false: nothing more, please, until `onDrain`. */
  write(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (!this.#isTold && this.#bytes <= maxWholeBytes) {
      this.#chunks.push(chunk);
      return true;
    }
    this.tell();
    return this.#body?.write(chunk) ?? true;
  }

  discard(): void {
    this.#body?.discard();
  }

  /** Calls back when the container can have all of it. */
  end(trailers: readonly HeaderField[] | null, onEnd: () => void): void {
    const { head, reply } = this.#parts;
    if (!this.#isTold && bytesOf(head.headers) + bytesOf(trailers ?? []) <= maxWholeBytes) {
      this.#isTold = true;
      const body = Buffer.concat(this.#chunks).toString('latin1');
      reply({ kind: 'http-whole', status: head.status, headers: head.headers, body, trailers });
      onEnd();
      return;
    }
    this.tell();
    const finish = (): void => {
      reply({ kind: 'http-end', trailers });
      onEnd();
    };
    if (this.#body === null) finish();
    else this.#body.end(finish);
  }

  close(): void {
    this.#isTold = true;
    this.#body?.close();
  }
}

const bytesOf = (fields: readonly HeaderField[]): number =>
  fields.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
