/** wasi:sockets/udp's resource. Its datagrams go over a channel of the broker's, each with its peer's address. */
import { type FileKind, fileKinds } from '../../native/data.ts';
import type { Fd } from '../../native/native.ts';
import type { BrokerClient, BrokerReply } from '../kernel/broker.ts';
import type { NetError, SocketAddress, SocketId } from '../kernel/broker-messages.ts';
import { File } from '../kernel/file.ts';
import { isMapped, unmapped } from '../kernel/ip.ts';
import type { Context } from './context.ts';
import type { Awaited } from './pollable.ts';
import { Resource } from './resource.ts';
import { type Family, isBindable, isReachable } from './sockets-address.ts';
import { done, type Outcome } from './sockets-results.ts';

/** The container's end. */
export class DatagramChannel extends File {
  readonly kind: FileKind = fileKinds.unknown;
  /** null: any peer that may be. */
  readonly remote: SocketAddress | null;
  #isOpen = true;

  constructor(context: Context, fd: Fd, remote: SocketAddress | null) {
    super(context, fd);
    this.remote = remote;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  override close(): number {
    if (!this.#isOpen) return 0;
    this.#isOpen = false;
    return super.close();
  }
}

export class UdpSocket extends Resource {
  readonly family: Family;
  readonly id: SocketId;
  readonly broker: BrokerClient | null;
  readonly #context: Context;
  #local: SocketAddress | null = null;
  #channel: DatagramChannel | null = null;
  #binding: { reply: BrokerReply | null } | null = null;

  constructor(context: Context, family: Family) {
    super();
    this.#context = context;
    this.family = family;
    this.broker = context.broker;
    this.id = this.broker?.newSocket() ?? 0;
  }

  /** Makes the kernel's socket; counted as one file, although there may be a channel too. */
  open(): NetError | null {
    const { files } = this.#context;
    if (!files.hasRoom()) return 'new-socket-limit';
    const { id: socket, family } = this;
    const error = this.broker?.ask({ kind: 'open', socket, protocol: 'udp', family }).reply.error ?? null;
    if (error === null) files.add();
    return error;
  }

  startBind(local: SocketAddress): Outcome<null> {
    if (this.#binding !== null) return { error: 'concurrency-conflict' };
    if (this.#local !== null) return { error: 'invalid-state' };
    if (!isBindable(local, this.family)) return { error: 'invalid-argument' };
    if (this.broker === null) return { error: 'access-denied' };
    const binding: { reply: BrokerReply | null } = { reply: null };
    this.#binding = binding;
    this.broker.call({ kind: 'bind', socket: this.id, local }, (reply) => {
      binding.reply = reply;
    });
    return done;
  }

  finishBind(): Outcome<null> {
    if (this.#binding === null) return { error: 'not-in-progress' };
    this.broker?.receive();
    const { reply } = this.#binding;
    if (reply === null) return { error: 'would-block' };
    this.#binding = null;
    if (reply.error !== undefined) return { error: reply.error };
    this.#local = reply.local ?? null;
    return done;
  }

  /** A new channel; the one before is closed, with the streams that were made for it. */
  stream(remote: SocketAddress | null): Outcome<DatagramChannel> {
    if (this.#local === null || this.broker === null) return { error: 'invalid-state' };
    if (remote !== null && !this.mayReach(remote)) return { error: 'invalid-argument' };
    this.#channel?.close();
    this.#channel = null;
    const { reply, fd } = this.broker.ask({ kind: 'stream', socket: this.id, remote });
    if (fd === null) return { error: reply.error ?? 'unknown' };
    this.#local = reply.local ?? this.#local;
    this.#channel = new DatagramChannel(this.#context, fd, remote);
    return { value: this.#channel };
  }

  /** Whether it can be a peer's: an IPv6 socket that stands for a published IPv4 port has mapped addresses alone. */
  mayReach(remote: SocketAddress): boolean {
    const local = this.#local?.ip ?? [];
    if (local.length !== 16 || !isMapped(local)) return isReachable(remote, this.family);
    return remote.ip.length === 16 && isReachable({ ...remote, ip: unmapped(remote.ip) }, 4);
  }

  /** Whether datagrams to this peer would go on: what is not allowed is dropped without a word. */
  checkPeer(remote: SocketAddress): NetError | null {
    return this.broker?.ask({ kind: 'check', socket: this.id, remote }).reply.error ?? null;
  }

  localAddress(): Outcome<SocketAddress> {
    if (this.#binding !== null) return { error: 'concurrency-conflict' };
    return this.#local === null ? { error: 'invalid-state' } : { value: this.#local };
  }

  remoteAddress(): Outcome<SocketAddress> {
    const remote = this.#channel?.remote ?? null;
    return remote === null ? { error: 'invalid-state' } : { value: remote };
  }

  awaited(): Awaited {
    const { broker } = this;
    const binding = this.#binding;
    if (broker === null || binding === null) return { kind: 'ready' };
    const isDone = (): boolean => binding.reply !== null;
    return { kind: 'reply', channel: broker.channel, receive: () => broker.receive(), isDone };
  }

  override dispose(): void {
    this.#channel?.close();
    if (this.broker === null) return;
    this.#context.files.remove();
    this.broker.tell({ kind: 'close', socket: this.id });
  }
}
