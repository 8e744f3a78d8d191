/**
 * Net plane of the seam: sockets as the network broker makes them. No container's filter has these calls. Every call
 * returns a count, a descriptor or 0, or −errno, and never throws.
 *
 * A name is struct sockaddr_in or sockaddr_in6 as it stands, in a buffer of `socketNameBytes`.
 */
import type { Fd } from './native.ts';

/** sizeof(struct sockaddr_in6) */
export const socketNameBytes = 28;

export interface NetPlane {
  /** A non-blocking socket; `family` AF_*, `type` SOCK_*. */
  openSocket(family: number, type: number): number;
  /** Another descriptor of the same socket. */
  duplicate(fd: Fd): number;
  /** Two connected unix sockets, non-blocking, as i32 at `out`. */
  socketPair(type: number, out: ArrayBuffer): number;
  bindSocket(fd: Fd, name: ArrayBuffer): number;
  /** −EINPROGRESS until the socket is writable; then SO_ERROR tells. */
  connectSocket(fd: Fd, name: ArrayBuffer): number;
  listenSocket(fd: Fd, backlog: number): number;
  /** A connection, and its peer's name. */
  acceptSocket(fd: Fd, name: ArrayBuffer): number;
  /** `peer` 0: its own name, 1: the other end's. */
  socketName(fd: Fd, name: ArrayBuffer, peer: 0 | 1): number;
  /** Options that are an int. */
  setSocketOption(fd: Fd, level: number, option: number, value: number): number;
  getSocketOption(fd: Fd, level: number, option: number): number;
  /** Bytes sent, repeated ones too, and bytes received, as u64 at `out` (TCP_INFO). */
  tcpTraffic(fd: Fd, out: ArrayBuffer): number;
  /** One datagram; `name` null: to the socket's peer. */
  sendTo(fd: Fd, buffer: ArrayBuffer, at: number, length: number, name: ArrayBuffer | null): number;
  /** One datagram, and its sender's name. */
  receiveFrom(fd: Fd, buffer: ArrayBuffer, at: number, length: number, name: ArrayBuffer): number;
  /** One message of `length` bytes that carries a descriptor (SCM_RIGHTS); the caller keeps its own copy. */
  sendDescriptor(channel: Fd, message: ArrayBuffer, length: number, fd: Fd): number;
}
