/** struct sockaddr_in and sockaddr_in6 (ip(7), ipv6(7)) for the addon's calls, and Linux's numbers of sockets. */
import type { SocketAddress } from '../../host/kernel/broker-messages.ts';
import { storeDatagramAddress } from '../../host/kernel/datagram-address.ts';
import { socketNameBytes } from '../../native/net.ts';

/** The same on x64 and arm64. */
export const linuxSockets = {
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_SEQPACKET: 5,
  SHUT_RDWR: 2,
} as const;

export const emptyName = (): ArrayBuffer => new ArrayBuffer(socketNameBytes);

export function socketName(address: SocketAddress): ArrayBuffer {
  const name = emptyName();
  storeDatagramAddress(name, address);
  return name;
}
