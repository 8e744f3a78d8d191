/** What TCP and UDP sockets of a guest have in common: a kernel's socket, its address, its port of the host's. */
import type { NetReply, SocketAddress } from '../../host/kernel/broker-messages.ts';
import { datagramAddress } from '../../host/kernel/datagram-address.ts';
import type { Native } from '../../native/native.ts';
import type { BrokerContext } from './broker-context.ts';
import { netErrorOf } from './net-errors.ts';
import { denyListen } from './policy.ts';
import { formatEndpoint } from './policy-text.ts';
import { emptyName, linuxSockets, socketName } from './socket-name.ts';
import { linuxOptions } from './socket-options.ts';

export abstract class BrokerSocket {
  fd = -1;
  /** Of the kernel's socket. */
  family: 4 | 6;
  /** It is reached at a published port, whatever the rules say. */
  isPublished = false;
  /** As the guest sees it. */
  readonly guestFamily: 4 | 6;
  /**
   * Bound, connected, or with a stream: its descriptor stays. Attack: bound to a published port when it is watched, or
   * when the container has a duplicate of it, which nobody would count or cut.
   */
  protected isInUse = false;
  protected readonly context: BrokerContext;
  protected readonly native: Native;
  protected abstract readonly protocol: 'tcp' | 'udp';

  constructor(context: BrokerContext, family: 4 | 6) {
    this.context = context;
    this.native = context.native;
    this.family = family;
    this.guestFamily = family;
  }

  /** 0 or −errno. */
  open(): number {
    const { AF_INET, AF_INET6, SOCK_STREAM, SOCK_DGRAM } = linuxSockets;
    const type = this.protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM;
    const fd = this.native.openSocket(this.family === 4 ? AF_INET : AF_INET6, type);
    if (fd < 0) return fd;
    this.fd = fd;
    // WASI's IPv6 sockets speak IPv6 alone, which also keeps IPv4 addresses from coming in disguise.
    return this.family === 6 ? this.native.setSocketOption(fd, ...linuxOptions.ipv6Only, 1) : 0;
  }

  bind(local: SocketAddress): NetReply {
    if (this.isInUse) return { error: 'invalid-state' };
    const { published } = this.context.config;
    const port = published.find(({ protocol, guestPort }) => protocol === this.protocol && guestPort === local.port);
    if (port !== undefined) return this.#takePublished(port.fd);
    // Without a port of its choice nobody can be waiting for it.
    if (local.port !== 0 && !this.#mayListen(local)) return { error: 'access-denied' };
    // As POSIX systems are told to in wasi:sockets: a server must be able to start again at once.
    if (this.protocol === 'tcp') this.native.setSocketOption(this.fd, ...linuxOptions.reuseAddress, 1);
    const result = this.native.bindSocket(this.fd, socketName(local));
    if (result < 0) return { error: netErrorOf(result) };
    this.isInUse = true;
    return this.localName();
  }

  localName(): NetReply {
    const local = this.nameOf(0);
    return local === null ? { error: 'invalid-state' } : { local };
  }

  /** For one message that takes it to the container; −errno. */
  duplicate(): number {
    return this.native.duplicate(this.fd);
  }

  /** Nothing passes any more. */
  abstract cut(): void;
  abstract countTraffic(): void;
  abstract close(): void;

  protected mayListenHere(): boolean {
    if (this.isPublished) return true;
    const local = this.nameOf(0);
    return local !== null && this.#mayListen(local);
  }

  protected nameOf(peer: 0 | 1): SocketAddress | null {
    const name = emptyName();
    const address = this.native.socketName(this.fd, name, peer) < 0 ? null : datagramAddress(name);
    return address === null ? null : this.asGuest(address);
  }

  /** A guest's IPv6 socket may stand for a published IPv4 port: it sees the mapped addresses. */
  protected asGuest(address: SocketAddress): SocketAddress {
    if (address.ip.length === 16 || this.guestFamily === 4) return address;
    return { ip: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...address.ip], port: address.port };
  }

  #takePublished(fd: number): NetReply {
    const name = emptyName();
    this.native.socketName(fd, name, 0);
    const family = datagramAddress(name)?.ip.length === 16 ? 6 : 4;
    // IPv4 has no names for the peers that come there.
    if (family > this.guestFamily) return { error: 'address-not-bindable' };
    const own = this.native.duplicate(fd);
    if (own < 0) return { error: netErrorOf(own) };
    this.native.close(this.fd);
    this.fd = own;
    this.family = family;
    this.isPublished = true;
    this.isInUse = true;
    return this.localName();
  }

  #mayListen(local: SocketAddress): boolean {
    const denial = denyListen(this.context.config.net, local);
    if (denial === null) return true;
    this.context.account.deny(`listen ${this.protocol} ${formatEndpoint(local.ip, local.port)}`, denial);
    return false;
  }
}
