/** The container's end of its network broker: requests go out at once, replies come when they come. */
import type { MemoryBuffer } from '../../native/data.ts';
import type { Fd, Native } from '../../native/native.ts';
import type { HttpMessage, NetReply, NetRequest, SocketId } from './broker-messages.ts';
import { File, type Host } from './file.ts';
import { waitFor } from './poll.ts';

/** Every message of the broker's. */
export interface BrokerReply extends NetReply {
  id: number;
  [field: string]: unknown;
}

/** A reply, and the descriptor that came with it: the receiver's to close. */
export type OnReply = (reply: BrokerReply, fd: Fd | null) => void;

export type ChannelCalls = Pick<Native, 'sendMessage' | 'receiveDescriptor'>;

/** The channel as something that can be waited for. */
class ChannelFile extends File {
  readonly kind = 0;

  override readv(_memory: MemoryBuffer, _iovs: number, _count: number): number {
    return this.refuseContent();
  }
}

export class BrokerClient {
  /** Readable when there is something to receive. */
  readonly channel: File;
  readonly #calls: ChannelCalls;
  readonly #host: Host;
  readonly #waiting: Map<number, OnReply> = new Map();
  #nextId = 1;
  #nextSocket = 1;
  #isLost = false;

  constructor(host: Host, native: ChannelCalls, fd: Fd) {
    this.#host = host;
    this.#calls = native;
    this.channel = new ChannelFile(host, fd);
  }

  /** A number for a socket that is to be made. */
  newSocket(): SocketId {
    return this.#nextSocket++;
  }

  /** Sends a request that is answered once. */
  call(request: NetRequest | HttpMessage, onReply: OnReply): number {
    return this.open(request, (reply, fd) => {
      this.end(reply.id);
      onReply(reply, fd);
    });
  }

  /** Sends a request that may be answered more than once: until `end`. */
  open(request: NetRequest | HttpMessage, onReply: OnReply): number {
    const id = this.#nextId++;
    this.#waiting.set(id, onReply);
    this.#send({ id, ...request });
    return id;
  }

  /** Sends what is not answered; `id` names what it belongs to. */
  tell(request: NetRequest | HttpMessage, id = 0): void {
    this.#send({ id, ...request });
  }

  /** No further reply is wanted. */
  end(id: number): void {
    this.#waiting.delete(id);
  }

  /** The reply to a request that the broker answers at once. */
  ask(request: NetRequest | HttpMessage): { reply: BrokerReply; fd: Fd | null } {
    let answer: { reply: BrokerReply; fd: Fd | null } | null = null;
    this.call(request, (reply, fd) => {
      answer = { reply, fd };
    });
    this.waitUntil(() => answer !== null);
    return answer ?? { reply: lost(0), fd: null };
  }

  /** Waits until it is true, or the broker is gone. */
  waitUntil(isDone: () => boolean): void {
    for (this.receive(); !isDone() && !this.#isLost; this.receive()) {
      waitFor(this.#host.native, [{ file: this.channel, event: 'read' }], -1);
    }
  }

  /** Takes in all that has come, without waiting. */
  receive(): void {
    while (!this.#isLost) {
      const message = this.#calls.receiveDescriptor(this.channel.fd);
      if (message === undefined) return;
      if (message === null) {
        this.#lose();
        return;
      }
      const reply = JSON.parse(decoder.decode(message.bytes)) as BrokerReply;
      const onReply = this.#waiting.get(reply.id);
      const fd = message.fd < 0 ? null : message.fd;
      if (onReply !== undefined) onReply(reply, fd);
      else if (fd !== null) this.#host.native.closeFd(fd);
    }
  }

  #send(message: object): void {
    if (this.#isLost || !this.#calls.sendMessage(this.channel.fd, encoder.encode(JSON.stringify(message)))) {
      this.#lose();
    }
  }

  /** The supervisor ends the container then; until it does, every answer is a failure. */
  #lose(): void {
    this.#isLost = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [id, onReply] of waiting) onReply(lost(id), null);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const lost = (id: number): BrokerReply => ({ id, error: 'unknown' });
