/** The connections of one run: each carries one request at a time, and is kept for the next to the same place. */
import type { Socket } from 'node:net';
import type { Client, Dispatcher } from 'undici';
import UndiciClient from 'undici/lib/dispatcher/client.js';
import { maxSectionBytes } from '../../host/p2/http-messages.ts';
import { type ConnectParts, type HttpTarget, openConnection } from './http-connect.ts';
import { HttpWire } from './http-wire.ts';

/** Attack: a guest asks a thousand servers once, and each connection stays. */
const maxIdle = 32;

export class HttpConnection {
  readonly wire: HttpWire;
  readonly key: string;
  readonly #client: Client;
  readonly #socket: Socket;
  #countedBytes = { sent: 0, received: 0 };

  constructor(key: string, origin: string, socket: Socket) {
    this.key = key;
    this.#socket = socket;
    this.wire = new HttpWire(socket);
    let isFresh = true;
    this.#client = new UndiciClient(origin, {
      pipelining: 1,
      maxHeaderSize: maxSectionBytes,
      // Ours are exact; undici's are rounded to half a second.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_, callback) => {
        const first = isFresh;
        isFresh = false;
        // Not at once: undici would not notice.
        queueMicrotask(() => (first ? callback(null, socket) : callback(new Error('closed'), null)));
      },
    });
    // Who waits for the connection is told by undici; what else it has to say would end this process.
    socket.on('error', () => {});
    socket.once('close', () => this.destroy(null));
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && !this.#client.destroyed;
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.wire.expectResponse();
    this.#client.dispatch(options, handler);
  }

  /** Bytes sent and received since the last time. */
  takeTraffic(): [sent: number, received: number] {
    const { bytesWritten: sent, bytesRead: received } = this.#socket;
    const before = this.#countedBytes;
    this.#countedBytes = { sent, received };
    return [sent - before.sent, received - before.received];
  }

  destroy(error: Error | null): void {
    this.#client.destroy(error, () => {});
    this.#socket.destroy();
  }
}

export class HttpPool {
  readonly #parts: ConnectParts;
  /** The one that was used last stands last. */
  #idle: HttpConnection[] = [];

  constructor(parts: ConnectParts) {
    this.#parts = parts;
  }

  /** A connection that is open, as far as anyone knows; null: there is none. */
  takeIdle(target: HttpTarget): HttpConnection | null {
    const key = keyOf(target);
    this.#idle = this.#idle.filter(({ isOpen }) => isOpen);
    const found = this.#idle.findLast((connection) => connection.key === key) ?? null;
    if (found !== null) this.#idle.splice(this.#idle.indexOf(found), 1);
    return found;
  }

  async open(target: HttpTarget, signal: AbortSignal): Promise<HttpConnection> {
    const socket = await openConnection(this.#parts, target, signal);
    const host = target.host.includes(':') ? `[${target.host}]` : target.host;
    return new HttpConnection(keyOf(target), `${target.scheme}://${host}:${target.port}`, socket);
  }

  /** Its request is over. */
  giveBack(connection: HttpConnection): void {
    if (!connection.isOpen) return;
    this.#idle.push(connection);
    if (this.#idle.length > maxIdle) this.#idle.shift()?.destroy(null);
  }
}

const keyOf = ({ scheme, host, port }: HttpTarget): string => `${scheme} ${host} ${port}`;
