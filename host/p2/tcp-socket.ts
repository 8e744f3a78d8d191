/** wasi:sockets/tcp's resource: its states (TcpSocketOperationalSemantics.md), and what is asked of the broker in each. */
import type { Fd } from '../../native/native.ts';
import type { BrokerClient, BrokerReply } from '../kernel/broker.ts';
import type { NetError, NetRequest, SocketAddress, SocketId } from '../kernel/broker-messages.ts';
import type { Context } from './context.ts';
import type { Awaited } from './pollable.ts';
import { Resource } from './resource.ts';
import { type Family, isBindable, isReachable } from './sockets-address.ts';
import { done, type Outcome } from './sockets-results.ts';
import { TcpConnection } from './tcp-connection.ts';

type State = 'unbound' | 'bound' | 'listening' | 'connected' | 'closed';
type Operation = 'bind' | 'connect' | 'listen';

interface Answer {
  reply: BrokerReply;
  fd: Fd | null;
}

/** What was started and not finished; its answer when there is one. */
interface Pending {
  operation: Operation;
  answer: Answer | null;
}

/** A listener's next connection. */
interface Next {
  as: SocketId;
  answer: Answer | null;
}

/** Connections that wait in the kernel for the guest: what most systems take when they are not told. */
const defaultBacklog = 128;

export class TcpSocket extends Resource {
  readonly family: Family;
  readonly id: SocketId;
  readonly broker: BrokerClient | null;
  local: SocketAddress | null = null;
  remote: SocketAddress | null = null;
  backlog: number = defaultBacklog;
  /** Once it is connected. */
  connection: TcpConnection | null = null;
  #state: State = 'unbound';
  #pending: Pending | null = null;
  #next: Next | null = null;
  #local: SocketAddress | null = null;
  #remote: SocketAddress | null = null;
  readonly #context: Context;

  constructor(context: Context, family: Family, id?: SocketId) {
    super();
    this.#context = context;
    this.family = family;
    this.broker = context.broker;
    this.id = id ?? this.broker?.newSocket() ?? 0;
  }

  /** Makes the kernel's socket. Without a network there is none, and each use says so. */
  open(): NetError | null {
    if (!this.#context.files.hasRoom()) return 'new-socket-limit';
    const { id: socket, family } = this;
    return this.broker?.ask({ kind: 'open', socket, protocol: 'tcp', family }).reply.error ?? null;
  }

  get isListening(): boolean {
    return this.#state === 'listening';
  }

  get isConnecting(): boolean {
    return this.#pending?.operation === 'connect' || this.#state === 'connected';
  }

  startBind(local: SocketAddress): Outcome<null> {
    if (this.#pending !== null) return { error: 'concurrency-conflict' };
    if (this.#state !== 'unbound') return { error: 'invalid-state' };
    if (!isBindable(local, this.family)) return { error: 'invalid-argument' };
    return this.#start('bind', { kind: 'bind', socket: this.id, local });
  }

  finishBind(): Outcome<null> {
    const answer = this.#finish('bind');
    if ('error' in answer) return answer;
    this.#local = answer.value.reply.local ?? null;
    this.#state = 'bound';
    return done;
  }

  startConnect(remote: SocketAddress): Outcome<null> {
    if (this.#pending !== null) return { error: 'concurrency-conflict' };
    if (this.#state !== 'unbound' && this.#state !== 'bound') return { error: 'invalid-state' };
    if (!isReachable(remote, this.family)) return { error: 'invalid-argument' };
    return this.#start('connect', { kind: 'connect', socket: this.id, remote });
  }

  finishConnect(): Outcome<TcpConnection> {
    const answer = this.#finish('connect');
    if ('error' in answer) {
      if (this.#pending === null && answer.error !== 'not-in-progress') this.#state = 'closed';
      return answer;
    }
    return this.#connect(answer.value);
  }

  startListen(): Outcome<null> {
    if (this.#pending !== null) return { error: 'concurrency-conflict' };
    if (this.#state !== 'bound') return { error: 'invalid-state' };
    return this.#start('listen', { kind: 'listen', socket: this.id, backlog: this.backlog });
  }

  finishListen(): Outcome<null> {
    const answer = this.#finish('listen');
    if ('error' in answer) {
      if (this.#pending === null && answer.error !== 'not-in-progress') this.#state = 'closed';
      return answer;
    }
    this.#state = 'listening';
    this.#askNext();
    return done;
  }

  accept(): Outcome<TcpSocket> {
    if (this.#state !== 'listening') return { error: 'invalid-state' };
    this.broker?.receive();
    const answer = this.#next?.answer ?? null;
    if (this.#next === null || answer === null) return { error: 'would-block' };
    // The connection waits: the guest may close something first.
    if (!this.#context.files.hasRoom()) return { error: 'new-socket-limit' };
    const socket = new TcpSocket(this.#context, this.family, this.#next.as);
    this.#askNext();
    const connected = socket.#connect(answer);
    return 'error' in connected ? connected : { value: socket };
  }

  localAddress(): Outcome<SocketAddress> {
    if (this.#pending?.operation === 'bind') return { error: 'concurrency-conflict' };
    return this.#local === null ? { error: 'invalid-state' } : { value: this.#local };
  }

  remoteAddress(): Outcome<SocketAddress> {
    if (this.#pending?.operation === 'connect') return { error: 'concurrency-conflict' };
    return this.#remote === null ? { error: 'invalid-state' } : { value: this.#remote };
  }

  /** An effect on all of the connection, as far as it is not there already. */
  shutdown(receive: boolean, send: boolean): Outcome<null> {
    if (this.#state !== 'connected' || this.connection === null) return { error: 'invalid-state' };
    this.connection.shut(receive, send);
    return done;
  }

  awaited(): Awaited {
    const waiting = this.#pending ?? (this.#state === 'listening' ? this.#next : null);
    if (waiting === null || this.broker === null) return { kind: 'ready' };
    const { broker } = this;
    const isDone = (): boolean => waiting.answer !== null;
    return { kind: 'reply', channel: broker.channel, receive: () => broker.receive(), isDone };
  }

  override dispose(): void {
    for (const waiting of [this.#pending, this.#next]) {
      // What comes now, comes for nobody.
      if (waiting?.answer?.fd != null) this.#context.native.closeFd(waiting.answer.fd);
    }
    if (this.#next?.answer) this.broker?.tell({ kind: 'close', socket: this.#next.as });
    this.#pending = null;
    this.#next = null;
    this.#state = 'closed';
    this.connection?.close();
    this.broker?.tell({ kind: 'close', socket: this.id });
  }

  #start(operation: Operation, request: NetRequest): Outcome<null> {
    if (this.broker === null) return { error: 'access-denied' };
    const pending: Pending = { operation, answer: null };
    this.#pending = pending;
    this.broker.call(request, (reply, fd) => {
      if (this.#pending === pending) pending.answer = { reply, fd };
      else if (fd !== null) this.#context.native.closeFd(fd);
    });
    return done;
  }

  #finish(operation: Operation): Outcome<Answer> {
    if (this.#pending?.operation !== operation) return { error: 'not-in-progress' };
    this.broker?.receive();
    const { answer } = this.#pending;
    if (answer === null) return { error: 'would-block' };
    this.#pending = null;
    return answer.reply.error === undefined ? { value: answer } : { error: answer.reply.error };
  }

  #connect({ reply, fd }: Answer): Outcome<TcpConnection> {
    if (fd === null) return { error: reply.error ?? 'unknown' };
    this.#local = reply.local ?? null;
    this.#remote = reply.remote ?? null;
    this.#state = 'connected';
    this.connection = new TcpConnection(this.#context, fd);
    return { value: this.connection };
  }

  #askNext(): void {
    const { broker } = this;
    if (broker === null) return;
    const next: Next = { as: broker.newSocket(), answer: null };
    this.#next = next;
    broker.call({ kind: 'accept', socket: this.id, as: next.as }, (reply, fd) => {
      if (this.#next === next) {
        next.answer = { reply, fd };
        return;
      }
      if (fd !== null) this.#context.native.closeFd(fd);
      broker.tell({ kind: 'close', socket: next.as });
    });
  }
}
