/** One request of a guest's, from its head to the end of its response. */
import type { Dispatcher } from 'undici';
import type { HttpError } from '../../host/p2/http-error-code.ts';
import type { HeaderField } from '../../host/p2/http-field-map.ts';
import { type HttpReplyMessage, type HttpStart, maxSectionBytes } from '../../host/p2/http-messages.ts';
import { parseAuthority } from '../../host/p2/http-request-parts.ts';
import type { Fd } from '../../native/native.ts';
import type { BrokerContext } from './broker-context.ts';
import { RequestBody } from './http-body.ts';
import type { HttpTarget } from './http-connect.ts';
import { HttpFailure, httpErrorOf } from './http-failure.ts';
import type { HttpConnection, HttpPool } from './http-pool.ts';
import { HttpResponse } from './http-response.ts';
import { HttpTimer } from './http-timer.ts';

export interface ExchangeParts {
  context: BrokerContext;
  pool: HttpPool;
  id: number;
  start: HttpStart;
  onOver: () => void;
}

/** RFC 9110, 9.2.2: those that a client may send again by itself. */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Attack: a server that says 100 (Continue) without end, which nobody is told of. */
const trafficPeriodMs = 100;

export class HttpExchange {
  readonly #parts: ExchangeParts;
  readonly #target: HttpTarget;
  /** Of a connection that is being made. */
  #abort: AbortController | null = null;
  readonly #timer: HttpTimer;
  #counting: NodeJS.Timeout | undefined;
  #connection: HttpConnection | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  #ours: Fd | null = null;
  #requestBody: RequestBody | null = null;
  #response: HttpResponse | null = null;
  #trailers: readonly HeaderField[] = [];
  #isOver = false;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    const { scheme, authority } = parts.start;
    const { host, port } = parseAuthority(authority) ?? { host: '', port: null };
    this.#target = { scheme, host: host.toLowerCase(), port: port ?? (scheme === 'https' ? 443 : 80) };
    this.#timer = new HttpTimer((code) => this.fail(new HttpFailure({ code })));
  }

  begin(): void {
    if (this.#parts.start.hasBody) {
      const theirs = this.#openStream();
      if (theirs === null) return;
      this.#reply({ kind: 'http-opened' }, theirs);
      this.#requestBody = new RequestBody(this.#parts.context.native, this.#ours ?? -1);
      // Attack: an upload without end to a server that answers nothing until then.
      this.#requestBody.onChunk = () => this.#countTraffic();
      this.#requestBody.onEnd = () => this.#connection?.wire.setTrailers(this.#trailers);
    }
    this.#send(false).catch((error: unknown) => this.fail(error));
  }

  finishBody(bodyBytes: number, trailers: readonly HeaderField[]): void {
    this.#trailers = trailers;
    this.#requestBody?.finish(bodyBytes);
  }

  drain(): void {
    this.#response?.discard();
  }

  /** Nobody is told: the container said so itself. */
  cancel(): void {
    this.#end(new HttpFailure({ code: 'connection-terminated' }));
  }

  fail(error: unknown): void {
    if (this.#isOver) return;
    // Of a response that breaks off, the head is told all the same.
    this.#response?.tell();
    if (this.#isOver) return;
    const failure: HttpError = httpErrorOf(error, this.#response !== null);
    this.#reply({ kind: 'http-failed', failure });
    this.#end(error instanceof Error ? error : new Error('failed'));
  }

  async #send(onlyFresh: boolean): Promise<void> {
    const { pool, start } = this.#parts;
    const kept = onlyFresh ? null : pool.takeIdle(this.#target);
    this.#timer.start(start.connectTimeoutMs, 'connection-timeout');
    const connection = kept ?? (await this.#open());
    if (this.#isOver) return pool.giveBack(connection);
    this.#connection = connection;
    this.#counting ??= setInterval(() => this.#countTraffic(), trafficPeriodMs);
    this.#timer.start(start.firstByteTimeoutMs, 'connection-read-timeout');
    const headers = ['host', start.authority, ...start.headers.flat()];
    const body = this.#requestBody as unknown as null;
    connection.dispatch({ method: start.method, path: start.path, headers, body }, this.#handler(kept !== null));
  }

  #open(): Promise<HttpConnection> {
    this.#abort = new AbortController();
    return this.#parts.pool.open(this.#target, this.#abort.signal);
  }

  #handler(isKept: boolean): Dispatcher.DispatchHandler {
    return {
      onRequestStart: (controller) => {
        this.#controller = controller;
      },
      onResponseStart: (controller, status) => {
        this.#countTraffic();
        if (this.#isOver) return;
        // Informational ones come before it (RFC 9110, 15.2).
        if (status >= 200) this.#receiveHead(status, controller.rawHeaders as Buffer[]);
      },
      onResponseData: (controller, chunk) => {
        this.#countTraffic();
        if (this.#response?.write(chunk) === false) {
          controller.pause();
          this.#timer.stop();
        } else this.#timer.refresh();
      },
      onResponseEnd: (controller) => this.#receiveEnd(controller.rawTrailers as Buffer[]),
      onResponseError: (_, error) => {
        const { start } = this.#parts;
        // The server had closed a connection that was kept, before it saw this request.
        const mayRepeat = isKept && this.#response === null && !start.hasBody && idempotent.has(start.method);
        if (mayRepeat && !this.#isOver) this.#send(true).catch((again: unknown) => this.fail(again));
        else this.fail(error);
      },
    };
  }

  #receiveHead(status: number, raw: readonly Buffer[]): void {
    const { context, start } = this.#parts;
    const headers = fieldsOf(raw);
    if (headers === null) {
      this.fail(new HttpFailure({ code: 'HTTP-response-header-section-size', number: maxSectionBytes }));
      return;
    }
    const hasBody = start.method !== 'HEAD' && status !== 204 && status !== 304;
    this.#response = new HttpResponse({
      native: context.native,
      head: { status, headers, hasBody },
      reply: (message, fd) => this.#reply(message, fd),
      openStream: () => this.#openResponseStream(),
      onDrain: () => {
        this.#timer.refresh();
        this.#controller?.resume();
      },
    });
    this.#timer.start(start.betweenBytesTimeoutMs, 'connection-read-timeout');
  }

  /** The one that the body of the request came by, or one of its own. */
  #openResponseStream(): { ours: Fd; theirs?: Fd } | null {
    if (this.#requestBody !== null) return { ours: this.#parts.context.native.duplicate(this.#ours ?? -1) };
    const theirs = this.#openStream();
    const ours = this.#ours;
    this.#ours = null;
    return theirs === null || ours === null ? null : { ours, theirs };
  }

  #receiveEnd(raw: readonly Buffer[]): void {
    this.#timer.stop();
    const trailers = fieldsOf(raw);
    this.#countTraffic();
    if (trailers === null) {
      this.fail(new HttpFailure({ code: 'HTTP-response-trailer-section-size', number: maxSectionBytes }));
      return;
    }
    this.#response?.end(trailers.length === 0 ? null : trailers, () => this.#end(null));
  }

  /** The container's end of a new stream; null: there is none, and the request has failed. */
  #openStream(): Fd | null {
    const pair = this.#parts.context.streamPair();
    if (typeof pair === 'number') {
      this.fail(new HttpFailure({ code: 'connection-limit-reached' }));
      return null;
    }
    this.#ours = pair.ours;
    return pair.theirs;
  }

  #countTraffic(): void {
    const { account } = this.#parts.context;
    if (this.#connection === null) return;
    account.addTraffic(...this.#connection.takeTraffic());
    if (account.isExhausted) this.fail(new HttpFailure({ code: 'HTTP-request-denied' }));
  }

  #reply(message: HttpReplyMessage, fd?: Fd): void {
    this.#parts.context.reply(this.#parts.id, message, fd);
  }

  /** `error` null: it went well, and the connection may serve again. */
  #end(error: Error | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#counting);
    this.#timer.stop();
    this.#abort?.abort(error ?? new Error('over'));
    this.#requestBody?.stop();
    if (this.#connection !== null) {
      this.#parts.context.account.addTraffic(...this.#connection.takeTraffic());
      if (error === null) this.#parts.pool.giveBack(this.#connection);
      else this.#connection.destroy(error);
    }
    this.#response?.close();
    if (this.#ours !== null) this.#parts.context.native.close(this.#ours);
    this.#ours = null;
    this.#parts.onOver();
  }
}

/** As they came, byte for byte; null: too many of them for a message. */
function fieldsOf(raw: readonly Buffer[] | null): HeaderField[] | null {
  const fields: HeaderField[] = [];
  for (let i = 0; raw !== null && i + 1 < raw.length; i += 2) {
    fields.push([raw[i]?.toString('latin1') ?? '', raw[i + 1]?.toString('latin1') ?? '']);
  }
  const bytes = fields.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  return bytes > maxSectionBytes ? null : fields;
}
