/** One request on its way through the broker, and its response: what the resources of wasi:http share. */
import { type FileKind, fileKinds, type MemoryBuffer, waitModes } from '../../native/data.ts';
import type { Fd } from '../../native/native.ts';
import type { BrokerClient, BrokerReply } from '../kernel/broker.ts';
import { File } from '../kernel/file.ts';
import type { Context } from './context.ts';
import { type HttpError, isHttpError } from './http-error-code.ts';
import type { HeaderField } from './http-field-map.ts';
import type { HttpReplyMessage, HttpRequestMessage, HttpStart, ResponseHead } from './http-messages.ts';
import type { Awaited } from './pollable.ts';

/** The stream between container and broker, with the bodies of both directions. */
class BodySocket extends File {
  readonly kind: FileKind = fileKinds.streamSocket;

  override read(memory: MemoryBuffer, at: number, length: number, now: boolean): number {
    const mode = now ? waitModes.sharedNonblocking : waitModes.sharedBlocking;
    return this.countRead(this.host.native.read(this.fd, memory, at, length, mode));
  }

  override write(memory: MemoryBuffer, at: number, length: number, now: boolean): number {
    const mode = now ? waitModes.own : waitModes.sharedBlocking;
    return this.countWritten(this.host.native.write(this.fd, memory, at, length, mode));
  }
}

type State =
  | { at: 'waiting' }
  | { at: 'body'; head: ResponseHead }
  | { at: 'end'; head: ResponseHead; trailers: readonly HeaderField[] | null }
  | { at: 'failed'; head: ResponseHead | null; error: HttpError };

export class HttpExchange {
  readonly #context: Context;
  readonly #broker: BrokerClient;
  readonly #id: number;
  #state: State = { at: 'waiting' };
  #socket: BodySocket | null = null;
  /** What is left of a body that came without a stream. */
  #content: Buffer | null = null;
  /** Who still has to do with the stream. */
  #sends: boolean;
  #receives = true;
  /** Told when the stream has come, and when there is no use for it any more. */
  onSocket: () => void = () => {};

  constructor(context: Context, broker: BrokerClient, start: HttpStart) {
    this.#context = context;
    this.#broker = broker;
    this.#sends = start.hasBody;
    context.http.requests++;
    this.#id = broker.open({ ...start }, (reply, fd) => this.#receive(reply, fd));
  }

  /** Takes in what the broker said meanwhile. */
  get state(): State {
    if (!this.#isOver) this.#broker.receive();
    return this.#state;
  }

  /** Known is the head of the response, or that there will be none. */
  awaitHead(): Awaited {
    return this.#await(() => this.#state.at !== 'waiting');
  }

  /** Known is the end of the response. */
  awaitEnd(): Awaited {
    return this.#await(() => this.#isOver);
  }

  /** There is a stream to write to, or there will be none. */
  awaitSocket(): Awaited {
    return this.#await(() => this.#socket !== null || this.#isOver || !this.#sends);
  }

  /** null: not yet, or not any more. */
  get socket(): File | null {
    return this.#socket;
  }

  /** Whether what is written now could still reach the server. A stream says itself when it is over. */
  get takesBody(): boolean {
    if (this.#sends && this.#socket === null) this.#broker.receive();
    return this.#sends;
  }

  /** Bytes of the response's body, as InputStream reads them; −EAGAIN: not yet. 0: no more; waitForEnd says why. */
  readBody(memory: MemoryBuffer, at: number, length: number, wait: boolean): number {
    if (this.#content === null) return this.#socket?.read(memory, at, length, !wait) ?? 0;
    const taken = this.#content.subarray(0, length);
    this.#content = this.#content.subarray(taken.length);
    new Uint8Array(memory, at, taken.length).set(taken);
    return taken.length;
  }

  /** There are bytes of it, or no more. */
  awaitBody(): Awaited {
    if (this.#socket === null || this.#content !== null) return this.awaitEnd();
    return { kind: 'file', file: this.#socket, event: 'read' };
  }

  /** The state at the end of the body's bytes: waits for the broker's last word, which it sends before the stream ends. */
  waitForEnd(): State {
    if (!this.#isOver) this.#broker.waitUntil(() => this.#isOver);
    return this.#state;
  }

  finishRequest(bodyBytes: number, trailers: readonly HeaderField[]): void {
    if (!this.#sends) return;
    this.#tell({ kind: 'http-finish', bodyBytes, trailers });
    this.#sends = false;
    this.#settle();
  }

  /** The body stops in its middle: so must the request. */
  abortRequest(): void {
    if (!this.#sends) return;
    this.#fail({ code: 'HTTP-protocol-error' });
    this.#tell({ kind: 'http-cancel' });
  }

  /** What is left of the body is not wanted. */
  drain(): void {
    if (!this.#isOver) this.#tell({ kind: 'http-drain' });
    this.#receives = false;
    this.#settle();
  }

  /** Nobody waits for the response any more. */
  cancel(): void {
    this.#receives = false;
    if (this.#isOver) {
      this.#settle();
      return;
    }
    this.#fail({ code: 'connection-terminated' });
    this.#tell({ kind: 'http-cancel' });
  }

  get #isOver(): boolean {
    return this.#state.at === 'end' || this.#state.at === 'failed';
  }

  #await(isDone: () => boolean): Awaited {
    const { channel } = this.#broker;
    return { kind: 'reply', channel, receive: () => this.#broker.receive(), isDone };
  }

  #tell(message: HttpRequestMessage): void {
    this.#broker.tell({ ...message }, this.#id);
  }

  #receive(reply: BrokerReply, fd: Fd | null): void {
    const message = reply as unknown as HttpReplyMessage;
    if (fd !== null) this.#takeSocket(fd);
    switch (message.kind) {
      case 'http-opened':
        if (this.#socket === null) this.#giveUp();
        else this.onSocket();
        break;
      case 'http-head': {
        const { status, headers, hasBody } = message;
        if (hasBody && this.#socket === null) this.#giveUp();
        else this.#state = { at: 'body', head: { status, headers, hasBody } };
        break;
      }
      case 'http-whole': {
        const { status, headers, body, trailers } = message;
        this.#content = Buffer.from(body, 'latin1');
        this.#end({ at: 'end', head: { status, headers, hasBody: true }, trailers });
        break;
      }
      case 'http-end':
        if (this.#state.at === 'body') this.#end({ ...this.#state, at: 'end', trailers: message.trailers });
        break;
      case 'http-failed':
        this.#fail(isHttpError(message.failure) ? message.failure : lostBroker);
        break;
      default:
        // The broker is gone, or refuses all requests of this kind.
        this.#fail(lostBroker);
    }
  }

  /** The stream did not arrive: a descriptor more is more than this process may have. */
  #giveUp(): void {
    this.#fail({ code: 'connection-limit-reached' });
    this.#tell({ kind: 'http-cancel' });
  }

  #takeSocket(fd: Fd): void {
    const socket = new BodySocket(this.#context, fd);
    if (this.#isOver) socket.close();
    else this.#socket = socket;
  }

  #fail(error: HttpError): void {
    if (this.#isOver) return;
    this.#end({ at: 'failed', head: this.#state.at === 'body' ? this.#state.head : null, error });
  }

  /** No reply is coming any more. */
  #end(state: State): void {
    this.#state = state;
    this.#sends = false;
    this.#broker.end(this.#id);
    this.#context.http.requests--;
    this.onSocket();
    this.#settle();
  }

  /** Closes the stream when nobody has to do with it any more. */
  #settle(): void {
    if (this.#sends || this.#receives || this.#socket === null) return;
    this.#socket.close();
    this.#socket = null;
  }
}

const lostBroker: HttpError = { code: 'internal-error', text: 'the network broker is gone' };
