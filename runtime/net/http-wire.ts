/** What undici does not do on a connection of HTTP/1.1: send trailers, and pass over a 100 that nobody asked for. */
import type { Socket } from 'node:net';
import type { HeaderField } from '../../host/p2/http-field-map.ts';

/** As undici ends a chunked body; chunks of the body's are Buffers, never strings. */
const lastChunk = '\r\n0\r\n\r\n';
const continueLine = /^HTTP\/1\.[01] 100/;
const continueBytes = 12;
/** Attack: a server whose 100 has headers without end. What is more goes to undici, which refuses it. */
const maxHeldBytes = 16_384;

export class HttpWire {
  readonly socket: Socket;
  readonly #read: Socket['read'];
  #trailers: string | null = null;
  #isAtStart = false;
  #held: Buffer | null = null;

  constructor(socket: Socket) {
    this.socket = socket;
    this.#read = socket.read.bind(socket);
    const write = socket.write.bind(socket) as (data: unknown, ...more: unknown[]) => boolean;
    const rewritten = (data: unknown, ...more: unknown[]): boolean =>
      write(typeof data === 'string' && this.#trailers !== null ? this.#withTrailers(data) : data, ...more);
    socket.write = rewritten as Socket['write'];
    // Node itself reads nothing, to be told when there is something.
    socket.read = (size) => (size === 0 ? this.#read(0) : this.#next());
  }

  /** The next bytes are the beginning of a response. */
  expectResponse(): void {
    this.#isAtStart = true;
    this.#trailers = null;
  }

  /** To be called before the body ends; they go out where it is chunked (RFC 9110, 6.5). */
  setTrailers(trailers: readonly HeaderField[]): void {
    if (trailers.length > 0) this.#trailers = trailers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }

  #withTrailers(text: string): string {
    const trailers = this.#trailers;
    if (text === lastChunk) {
      this.#trailers = null;
      return `\r\n0\r\n${trailers}\r\n`;
    }
    // The head of an empty body, written when it has ended.
    const empty = /(?:content-length: 0\r\n)?\r\n$/;
    if (!text.includes(' HTTP/1.1\r\n') || !empty.test(text) || !text.endsWith('\r\n\r\n')) return text;
    this.#trailers = null;
    return text.replace(empty, `transfer-encoding: chunked\r\n\r\n0\r\n${trailers}\r\n`);
  }

  #next(): Buffer | null {
    const chunk = this.#read() as Buffer | null;
    if (!this.#isAtStart || chunk === null) return chunk;
    let data = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = null;
    while (data.length > 0) {
      const isShort = data.length < continueBytes && 'HTTP/1.1 100'.startsWith(data.toString('latin1'));
      const end = data.indexOf('\r\n\r\n');
      const isContinue = continueLine.test(data.toString('latin1', 0, continueBytes));
      if (isShort || (isContinue && end < 0 && data.length < maxHeldBytes)) {
        this.#held = data;
        return null;
      }
      if (!isContinue || end < 0) {
        this.#isAtStart = false;
        return data;
      }
      data = data.subarray(end + 4);
    }
    return null;
  }
}
