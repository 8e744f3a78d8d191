/** The header of a datagram between container and broker: struct sockaddr_in or sockaddr_in6, as the kernel has it. */
import type { SocketAddress } from './broker-messages.ts';

/** The same on x64 and arm64. */
const AF_INET = 2;
const AF_INET6 = 10;

/** Into the first 28 bytes. */
export function storeDatagramAddress(buffer: ArrayBuffer, { ip, port, flow = 0, scope = 0 }: SocketAddress): void {
  const view = new DataView(buffer);
  const isV4 = ip.length === 4;
  view.setUint16(0, isV4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  new Uint8Array(buffer).set(ip, isV4 ? 4 : 8);
  if (isV4) return;
  view.setUint32(4, flow);
  view.setUint32(24, scope, true);
}

/** null: of another family. */
export function datagramAddress(buffer: ArrayBuffer): SocketAddress | null {
  const view = new DataView(buffer);
  const family = view.getUint16(0, true);
  const port = view.getUint16(2);
  if (family === AF_INET) return { ip: [...new Uint8Array(buffer, 4, 4)], port };
  if (family !== AF_INET6) return null;
  return { ip: [...new Uint8Array(buffer, 8, 16)], port, flow: view.getUint32(4), scope: view.getUint32(24, true) };
}
