/** What a container says to its broker about HTTP, said to the real broker code, with what comes back. */
import { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import type { BrokerRequest } from '../../../host/kernel/broker-messages.ts';
import type { HttpError } from '../../../host/p2/http-error-code.ts';
import type { HeaderField } from '../../../host/p2/http-field-map.ts';
import type { HttpReplyMessage, HttpStart } from '../../../host/p2/http-messages.ts';
import { loadNative } from '../../../native/load.ts';
import { Account, type NetUsage } from '../../../runtime/net/account.ts';
import { BrokerContext, type HttpHandler } from '../../../runtime/net/broker-context.ts';
import { createHttp } from '../../../runtime/net/http.ts';
import { Names } from '../../../runtime/net/names.ts';
import { parseNetRule } from '../../../runtime/net/policy-text.ts';
import type { NetRule } from '../../../runtime/spec.ts';

type Reply = HttpReplyMessage & { id: number };

export interface Response {
  status: number;
  headers: readonly HeaderField[];
  body: string;
  trailers: readonly HeaderField[] | null;
}

export interface GuestOptions {
  allow?: readonly string[];
  hosts?: Readonly<Record<string, readonly (readonly number[])[]>>;
  tlsCa?: string;
  maxTrafficBytes?: number;
}

/** One request, as far as it has come. */
export class GuestRequest {
  readonly id: number;
  readonly #http: HttpHandler;
  readonly #replies: Reply[] = [];
  #wake: () => void = () => {};
  stream: Socket | null = null;

  constructor(http: HttpHandler, id: number) {
    this.#http = http;
    this.id = id;
  }

  receive(reply: Reply, fd: number): void {
    this.#replies.push(reply);
    if (fd >= 0) {
      this.stream = new Socket({ fd, allowHalfOpen: true });
      // Nothing flows before somebody reads.
      this.stream.pause();
    }
    this.#wake();
  }

  tell(message: object): void {
    this.#http.handle({ ...message, id: this.id } as BrokerRequest & { kind: `http-${string}` });
  }

  /** The first reply of these kinds, waited for. */
  async reply<Kind extends Reply['kind']>(...kinds: Kind[]): Promise<Extract<Reply, { kind: Kind }>> {
    for (;;) {
      const found = this.#replies.find((reply) => kinds.some((kind) => kind === reply.kind));
      if (found !== undefined) return found as Extract<Reply, { kind: Kind }>;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Of a request that fails. */
  async failure(): Promise<HttpError> {
    return (await this.reply('http-failed')).failure as HttpError;
  }

  async response(): Promise<Response> {
    const head = await this.reply('http-head', 'http-whole', 'http-failed');
    if (head.kind === 'http-failed') throw new Error(JSON.stringify(head.failure));
    if (head.kind === 'http-whole') return { ...head, body: Buffer.from(head.body, 'latin1').toString() };
    const body = head.hasBody && this.stream !== null ? await text(this.stream) : '';
    const end = await this.reply('http-end', 'http-failed');
    if (end.kind === 'http-failed') throw new Error(JSON.stringify(end.failure));
    return { status: head.status, headers: head.headers, body, trailers: end.trailers };
  }

  /** Writes the body and finishes it. */
  async send(body: string | Buffer, trailers: readonly HeaderField[] = []): Promise<void> {
    await this.reply('http-opened');
    this.stream?.write(body);
    this.tell({ kind: 'http-finish', bodyBytes: Buffer.byteLength(body), trailers });
  }
}

export class HttpGuest {
  readonly #http: HttpHandler;
  readonly #account: Account;
  readonly #requests: Map<number, GuestRequest> = new Map();
  #nextId = 1;

  constructor({ allow = ['loopback'], hosts = {}, tlsCa, maxTrafficBytes }: GuestOptions = {}) {
    const rules = allow.map((rule): NetRule => {
      const parsed = parseNetRule(rule);
      if (!('value' in parsed)) throw new Error(`no rule: ${rule}`);
      return parsed.value;
    });
    const net = {
      mode: 'none' as const,
      allow: rules,
      publish: [],
      maxConnections: null,
      maxTrafficBytes: maxTrafficBytes ?? null,
      tlsCa: null,
    };
    this.#account = new Account(net);
    const names = new Names({
      servers: ['127.0.0.1:1'],
      search: [],
      ndots: 1,
      hosts: new Map(Object.entries(hosts)),
    });
    const context = new BrokerContext({
      native: loadNative(),
      config: { net, channelFd: -1, published: [], maxSockets: 64, tlsCa: tlsCa ?? null },
      account: this.#account,
      names,
      send: (message, fd = -1) => {
        const reply = JSON.parse(JSON.stringify(message)) as Reply;
        this.#requests.get(reply.id)?.receive(reply, fd);
      },
    });
    this.#http = createHttp(context, tls);
  }

  start(url: string, fields: Partial<HttpStart> = {}): GuestRequest {
    const { protocol, host, pathname, search } = new URL(url);
    const request = new GuestRequest(this.#http, this.#nextId++);
    this.#requests.set(request.id, request);
    request.tell({
      kind: 'http-start',
      method: 'GET',
      scheme: protocol === 'https:' ? 'https' : 'http',
      authority: host,
      path: `${pathname}${search}`,
      headers: [],
      hasBody: false,
      connectTimeoutMs: 10_000,
      firstByteTimeoutMs: 10_000,
      betweenBytesTimeoutMs: 10_000,
      ...fields,
    });
    return request;
  }

  usage(): NetUsage {
    return this.#account.usage();
  }
}
