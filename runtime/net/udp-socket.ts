/**
 * UDP: every datagram passes here. A descriptor of a UDP socket would let whoever owns the container's process send
 * anywhere (sendto(2) with an address); so the container gets a channel of datagrams, each with its peer's address.
 */
import {
  datagramHeaderBytes,
  maxDatagramBytes,
  type NetError,
  type NetReply,
  type SocketAddress,
} from '../../host/kernel/broker-messages.ts';
import { datagramAddress } from '../../host/kernel/datagram-address.ts';
import { unmapped } from '../../host/kernel/ip.ts';
import { BrokerSocket } from './broker-socket.ts';
import { netErrorOf } from './net-errors.ts';
import { denyPeer } from './policy.ts';
import { formatEndpoint } from './policy-text.ts';
import { emptyName, linuxSockets, socketName } from './socket-name.ts';

interface Peer {
  /** A rule allows it: it may be sent as much as the guest likes. */
  isAllowed: boolean;
  sentBytes: number;
  receivedBytes: number;
}

/** Attack: datagrams from everywhere, each peer remembered. The one that was heard of first is forgotten first. */
const maxPeers = 1024;
/** Passed on before others have their turn. */
const maxDatagramsAtOnce = 64;
/**
 * Attack: a container that sends on while the broker takes what waits before it closes. More than the kernel's buffer
 * holds of the smallest.
 */
const maxDatagramsAtEnd = 1024;

/**
 * Attack (amplification): a stranger asks a published port in the name of a victim, and the guest answers that with
 * much more. Whom no rule allows gets at most so many times what came from it, as QUIC has it (RFC 9000, 8.1), and one
 * datagram of common size.
 */
const amplification = 3;
const freeBytes = 1200;

export class UdpSocket extends BrokerSocket {
  protected readonly protocol = 'udp';
  /** By the kernel's addresses: what is checked is where it goes. */
  readonly #peers: Map<string, Peer> = new Map();
  readonly #buffer: ArrayBuffer = new ArrayBuffer(datagramHeaderBytes + maxDatagramBytes);
  /** Our end of the container's channel; −1: none is open. */
  #stream = -1;
  #remote: string | null = null;
  #mayHearStrangers = false;
  #stops: (() => void)[] = [];

  override bind(local: SocketAddress): NetReply {
    const answer = super.bind(local);
    // Its port was chosen by rule: strangers are meant to find it.
    this.#mayHearStrangers = this.isPublished || (answer.error === undefined && local.port !== 0);
    return answer;
  }

  /** What the container sends and receives by, as a descriptor beside the answer. */
  stream(remote: SocketAddress | null, reply: (answer: NetReply, fd?: number) => void): void {
    this.flush();
    this.#closeStream();
    const denial = this.#denyStream(remote);
    const fds = new Int32Array(2);
    const result = denial === null ? this.native.socketPair(linuxSockets.SOCK_SEQPACKET, fds.buffer) : 0;
    if (denial !== null || result < 0) {
      reply({ error: denial ?? netErrorOf(result) });
      return;
    }
    const peer = remote === null ? null : this.#kernelAddress(remote);
    this.#remote = peer === null ? null : keyOf(peer);
    this.#stream = fds[0] ?? -1;
    this.isInUse = true;
    const fromContainer = this.native.watch(this.#stream, () => this.#sendAll(maxDatagramsAtOnce));
    const fromNetwork = this.native.watch(this.fd, () => this.#receiveAll());
    this.#stops = [fromContainer, fromNetwork];
    reply(this.localName(), fds[1]);
  }

  /** Whether datagrams may be sent there; the first time it counts as a connection. */
  admit(remote: SocketAddress): NetError | null {
    const address = this.#kernelAddress(remote);
    return address === null ? 'invalid-argument' : this.#admitKernel(address);
  }

  /** What the container sent and nobody took yet goes out: it may be gone before its last datagrams are. */
  flush(): void {
    this.#sendAll(maxDatagramsAtEnd);
  }

  #denyStream(remote: SocketAddress | null): NetError | null {
    // Attack: a new stream after the limit cut the one before.
    if (this.context.account.isExhausted) return 'access-denied';
    return remote === null ? null : this.admit(remote);
  }

  #admitKernel(address: SocketAddress): NetError | null {
    const key = keyOf(address);
    const known = this.#peers.get(key);
    if (known?.isAllowed || (known !== undefined && this.#mayHearStrangers)) return null;
    const denial = this.context.admit('udp', address);
    if (denial === null) this.#remember(key, { isAllowed: true, sentBytes: 0, receivedBytes: 0 });
    return denial;
  }

  override cut(): void {
    this.#closeStream();
  }

  /** Counted as it passes. */
  override countTraffic(): void {}

  override close(): void {
    this.flush();
    this.#closeStream();
    this.native.close(this.fd);
  }

  #sendAll(maxDatagrams: number): void {
    const name = emptyName();
    for (let i = 0; i < maxDatagrams && this.#stream >= 0; i++) {
      const size = this.native.receiveFrom(this.#stream, this.#buffer, 0, this.#buffer.byteLength, name);
      if (size === 0) this.#closeStream();
      if (size <= 0) return;
      if (size >= datagramHeaderBytes) this.#send(size - datagramHeaderBytes);
    }
  }

  #send(length: number): void {
    const given = datagramAddress(this.#buffer.slice(0, datagramHeaderBytes));
    const address = given === null ? null : this.#kernelAddress(given);
    if (address === null) return;
    const key = keyOf(address);
    if (this.#remote !== null && key !== this.#remote) return;
    if (this.#admitKernel(address) !== null) return;
    const peer = this.#peers.get(key);
    if (peer === undefined) return;
    const allowance = peer.isAllowed ? Number.POSITIVE_INFINITY : amplification * peer.receivedBytes + freeBytes;
    if (peer.sentBytes + length > allowance) {
      this.context.account.deny(`udp ${formatEndpoint(address.ip, address.port)}`, 'more would amplify what it sent');
      return;
    }
    // What the network has no room for is lost, as datagrams are.
    if (this.native.sendTo(this.fd, this.#buffer, datagramHeaderBytes, length, socketName(address)) < 0) return;
    peer.sentBytes += length;
    this.context.account.addTraffic(length, 0);
  }

  #receiveAll(): void {
    const name = emptyName();
    for (let i = 0; i < maxDatagramsAtOnce && this.#stream >= 0; i++) {
      const size = this.native.receiveFrom(this.fd, this.#buffer, datagramHeaderBytes, maxDatagramBytes, name);
      // An answer of ICMP to what was sent before is an error too: the next datagram may still be there.
      if (size < 0) return;
      const address = datagramAddress(name);
      if (address !== null && this.#isHeard(address, size)) this.#passOn(address, size);
    }
  }

  /** Whether the guest gets it: from its peer, from one that it may send to, or at a port that is open to all. */
  #isHeard(address: SocketAddress, size: number): boolean {
    const key = keyOf(address);
    if (this.#remote !== null && key !== this.#remote) return false;
    let peer = this.#peers.get(key);
    if (peer === undefined) {
      const isAllowed = denyPeer(this.context.config.net, this.context.pins, 'udp', address) === null;
      if (!isAllowed && !this.#mayHearStrangers) return false;
      if (!this.context.account.admit({ protocol: 'udp', direction: 'in', address: keyOf(address) })) return false;
      peer = { isAllowed, sentBytes: 0, receivedBytes: 0 };
      this.#remember(key, peer);
    }
    peer.receivedBytes += size;
    return true;
  }

  #passOn(address: SocketAddress, size: number): void {
    new Uint8Array(this.#buffer).set(new Uint8Array(socketName(this.asGuest(address))));
    // A guest that is slow to read loses datagrams, as from any socket whose buffer is full.
    this.native.sendTo(this.#stream, this.#buffer, 0, datagramHeaderBytes + size, null);
    this.context.account.addTraffic(0, size);
  }

  /**
   * Where a datagram for this address goes; null: nowhere. A published IPv4 socket behind an IPv6 guest takes mapped
   * addresses alone. Attack: any other IPv6 address that a rule allows, with an IPv4 one at its end that none does.
   */
  #kernelAddress(address: SocketAddress): SocketAddress | null {
    const ip = unmapped(address.ip);
    if (ip.length !== (this.family === 4 ? 4 : 16)) return null;
    return this.family === 4 ? { ip, port: address.port } : address;
  }

  #remember(key: string, peer: Peer): void {
    this.#peers.set(key, peer);
    const [oldest] = this.#peers.keys();
    if (this.#peers.size > maxPeers && oldest !== undefined) this.#peers.delete(oldest);
  }

  #closeStream(): void {
    for (const stop of this.#stops.splice(0)) stop();
    if (this.#stream >= 0) this.native.close(this.#stream);
    this.#stream = -1;
  }
}

const keyOf = ({ ip, port }: SocketAddress): string => formatEndpoint(ip, port);
