/** struct sockaddr_in and sockaddr_in6 (ip(7), ipv6(7)) from and to what messages hold. */
import type { SocketAddress } from '../../host/kernel/broker-messages.ts';
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

export function socketName({ ip, port, flow = 0, scope = 0 }: SocketAddress): ArrayBuffer {
  const name = emptyName();
  const view = new DataView(name);
  const isV4 = ip.length === 4;
  view.setUint16(0, isV4 ? linuxSockets.AF_INET : linuxSockets.AF_INET6, true);
  view.setUint16(2, port);
  new Uint8Array(name).set(ip, isV4 ? 4 : 8);
  if (isV4) return name;
  view.setUint32(4, flow);
  view.setUint32(24, scope, true);
  return name;
}

/** null: of another family. */
export function addressOf(name: ArrayBuffer): SocketAddress | null {
  const view = new DataView(name);
  const family = view.getUint16(0, true);
  const port = view.getUint16(2);
  if (family === linuxSockets.AF_INET) return { ip: [...new Uint8Array(name, 4, 4)], port };
  if (family !== linuxSockets.AF_INET6) return null;
  const ip = [...new Uint8Array(name, 8, 16)];
  return { ip, port, flow: view.getUint32(4), scope: view.getUint32(24, true) };
}
