/** TCP: connects and accepts here; the bytes then go between container and kernel, uncopied. */
import type { NetReply, SocketAddress } from '../../host/kernel/broker-messages.ts';
import { datagramAddress } from '../../host/kernel/datagram-address.ts';
import { formatIp, unmapped } from '../../host/kernel/ip.ts';
import { BrokerSocket } from './broker-socket.ts';
import { netErrorOf } from './net-errors.ts';
import { emptyName, linuxSockets, socketName } from './socket-name.ts';
import { linuxOptions } from './socket-options.ts';

const EINPROGRESS = 115;
const EAGAIN = 11;
/** What listen(2) takes at most (net.core.somaxconn of kernels from 5.4 on). */
const maxBacklog = 4096;

type Reply = (answer: NetReply, fd?: number) => void;
type Accepted = (socket: TcpSocket | null, answer: NetReply) => void;

export class TcpSocket extends BrokerSocket {
  protected readonly protocol = 'tcp';
  /** Sent and received until now. */
  readonly #traffic: BigUint64Array<ArrayBuffer> = new BigUint64Array(2);
  #counted: [number, number] = [0, 0];
  #isConnected = false;
  #waiting: Accepted[] = [];
  #stopWatch: (() => void) | null = null;

  connect(remote: SocketAddress, reply: Reply): void {
    const denial = this.context.admit('tcp', remote);
    const result = denial === null ? this.native.connectSocket(this.fd, socketName(remote)) : 0;
    this.isInUse ||= denial === null;
    if (denial !== null) reply({ error: denial });
    else if (result === -EINPROGRESS) this.#awaitConnection(reply);
    else if (result < 0) reply({ error: netErrorOf(result) });
    else this.#connected(reply);
  }

  listen(backlog: number): NetReply {
    if (!this.mayListenHere()) return { error: 'access-denied' };
    const result = this.native.listenSocket(this.fd, Math.min(Math.max(backlog, 1), maxBacklog));
    return result < 0 ? { error: netErrorOf(result) } : {};
  }

  /** Answers when a connection is there. */
  accept(onAccepted: Accepted): void {
    this.#waiting.push(onAccepted);
    if (this.#waiting.length === 1) this.#acceptNext();
  }

  override cut(): void {
    this.native.shutdown(this.fd, linuxSockets.SHUT_RDWR);
  }

  override countTraffic(): void {
    if (!this.#isConnected || this.native.tcpTraffic(this.fd, this.#traffic.buffer) < 0) return;
    const [sent, received] = [Number(this.#traffic[0]), Number(this.#traffic[1])];
    const before = this.#counted;
    // Before the counters: reaching the limit cuts, which counts again.
    this.#counted = [sent, received];
    this.context.account.addTraffic(Math.max(0, sent - before[0]), Math.max(0, received - before[1]));
  }

  override close(): void {
    this.countTraffic();
    this.#stop();
    this.#waiting = [];
    // The supervisor's descriptor of a published port stays: without this it would go on listening. Attack: a container
    // that keeps its duplicate of a connection, which nobody counts or cuts any more.
    this.cut();
    this.native.close(this.fd);
  }

  #awaitConnection(reply: Reply): void {
    const onWritable = (): void => {
      this.#stop();
      const error = this.native.getSocketOption(this.fd, ...linuxOptions.error);
      if (error === 0) this.#connected(reply);
      else reply({ error: netErrorOf(-Math.abs(error)) });
    };
    this.#stopWatch = this.native.watch(this.fd, onWritable, true);
  }

  #connected(reply: Reply): void {
    this.#isConnected = true;
    const [local, remote] = [this.nameOf(0), this.nameOf(1)];
    const fd = this.duplicate();
    // The other end may be gone again already.
    if (local !== null && remote !== null && fd >= 0) {
      reply({ local, remote }, fd);
      return;
    }
    if (fd >= 0) this.native.close(fd);
    reply({ error: fd < 0 ? netErrorOf(fd) : 'connection-reset' });
  }

  #acceptNext(): void {
    while (this.#waiting.length > 0) {
      const name = emptyName();
      const fd = this.native.acceptSocket(this.fd, name);
      if (fd === -EAGAIN) {
        this.#stopWatch ??= this.native.watch(this.fd, () => this.#acceptNext());
        return;
      }
      const onAccepted = this.#waiting.shift();
      if (fd < 0) onAccepted?.(null, { error: netErrorOf(fd) });
      else onAccepted?.(...this.#accepted(fd, name));
    }
    // Until the guest asks for the next one, connections wait in the kernel's queue.
    this.#stop();
  }

  #accepted(fd: number, name: ArrayBuffer): [TcpSocket | null, NetReply] {
    const socket = new TcpSocket(this.context, this.guestFamily);
    Object.assign(socket, { fd, family: this.family });
    socket.#isConnected = true;
    socket.isInUse = true;
    const peer = datagramAddress(name);
    const remote = peer === null ? null : this.asGuest(peer);
    const local = socket.nameOf(0);
    const address = remote === null ? '' : formatIp(unmapped(remote.ip));
    const isAdmitted = this.context.account.admit({ protocol: 'tcp', direction: 'in', address });
    if (isAdmitted && remote !== null && local !== null) return [socket, { local, remote }];
    socket.close();
    return [null, { error: isAdmitted ? 'connection-aborted' : 'access-denied' }];
  }

  #stop(): void {
    this.#stopWatch?.();
    this.#stopWatch = null;
  }
}
