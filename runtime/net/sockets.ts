/** A guest's sockets in its broker: by the numbers that the container gave them. */
import type { NetError, NetReply, NetRequest, SocketId } from '../../host/kernel/broker-messages.ts';
import type { BrokerContext } from './broker-context.ts';
import { netErrorOf } from './net-errors.ts';
import { getOption, setOption } from './socket-options.ts';
import { TcpSocket } from './tcp-socket.ts';
import { UdpSocket } from './udp-socket.ts';

export type SocketRequest = Exclude<NetRequest, { kind: 'resolve' }>;
/** Of a socket that is there. */
type UsingRequest = Exclude<SocketRequest, { kind: 'open' | 'close' }>;
type BrokerSocket = TcpSocket | UdpSocket;
type Reply = (answer: NetReply, fd?: number) => void;

/** How often traffic is looked at: by so much a limit may be exceeded. */
const trafficPeriodMs = 100;

export class Sockets {
  readonly #context: BrokerContext;
  readonly #sockets: Map<SocketId, BrokerSocket> = new Map();
  #timer: NodeJS.Timeout | null = null;

  constructor(context: BrokerContext) {
    this.#context = context;
    context.account.onExhausted = () => {
      for (const socket of this.#sockets.values()) socket.cut();
    };
  }

  handle(id: number, request: SocketRequest): void {
    const reply: Reply = (answer, fd) => this.#context.reply(id, answer, fd);
    if (request.kind === 'close') this.#close(request.socket);
    else if (request.kind === 'open') reply(errorOrNothing(this.#open(request)));
    else {
      const socket = this.#sockets.get(request.socket);
      if (socket === undefined) reply({ error: 'invalid-state' });
      else if (socket instanceof TcpSocket) this.#handleTcp(socket, request, reply);
      else this.#handleUdp(socket, request, reply);
    }
  }

  /** The container is gone: sends what still waits, and reads the traffic a last time. */
  finish(): void {
    for (const socket of this.#sockets.values()) if (socket instanceof UdpSocket) socket.flush();
    this.settle();
  }

  settle(): void {
    for (const socket of this.#sockets.values()) socket.countTraffic();
  }

  #handleTcp(socket: TcpSocket, request: UsingRequest, reply: Reply): void {
    if (request.kind === 'connect') socket.connect(request.remote, reply);
    else if (request.kind === 'listen') reply(socket.listen(request.backlog));
    else if (request.kind === 'accept') this.#accept(socket, request.as, reply);
    else reply(this.#handleAny(socket, request));
  }

  #handleUdp(socket: UdpSocket, request: UsingRequest, reply: Reply): void {
    if (request.kind === 'stream') socket.stream(request.remote, reply);
    else if (request.kind === 'check') reply(errorOrNothing(socket.admit(request.remote)));
    else reply(this.#handleAny(socket, request));
  }

  #handleAny(socket: BrokerSocket, request: UsingRequest): NetReply {
    const { native } = this.#context;
    if (request.kind === 'bind') return socket.bind(request.local);
    if (request.kind === 'get-option') return getOption(native, socket, request.option);
    if (request.kind === 'set-option') return setOption(native, socket, request.option, request.value);
    return { error: 'not-supported' };
  }

  #open({ socket: id, protocol, family }: Extract<SocketRequest, { kind: 'open' }>): NetError | null {
    const denial = this.#full(id);
    if (denial !== null) return denial;
    const socket = protocol === 'tcp' ? new TcpSocket(this.#context, family) : new UdpSocket(this.#context, family);
    const result = socket.open();
    if (result < 0) return netErrorOf(result);
    this.#add(id, socket);
    return null;
  }

  #accept(socket: TcpSocket, as: SocketId, reply: Reply): void {
    socket.accept((accepted, answer) => {
      const denial = accepted === null ? null : this.#full(as);
      if (accepted === null || denial !== null) {
        accepted?.close();
        reply(denial === null ? answer : { error: denial });
        return;
      }
      this.#add(as, accepted);
      const fd = accepted.duplicate();
      if (fd < 0) reply({ error: netErrorOf(fd) });
      else reply(answer, fd);
    });
  }

  #close(id: SocketId): void {
    this.#sockets.get(id)?.close();
    this.#sockets.delete(id);
  }

  /** Attack: sockets without end; each is kernel memory that is not the container's. */
  #full(id: SocketId): NetError | null {
    if (this.#sockets.has(id)) return 'invalid-argument';
    return this.#sockets.size >= this.#context.config.maxSockets ? 'new-socket-limit' : null;
  }

  #add(id: SocketId, socket: BrokerSocket): void {
    this.#sockets.set(id, socket);
    this.#timer ??= setInterval(() => this.settle(), trafficPeriodMs);
  }
}

const errorOrNothing = (error: NetError | null): NetReply => (error === null ? {} : { error });
