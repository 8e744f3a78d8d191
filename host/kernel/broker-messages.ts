/** What a container and its network broker say to each other: one JSON object a message, both ways (64 KiB at most). */

/** 4 or 16 bytes, in network order. */
export type IpBytes = readonly number[];

export interface SocketAddress {
  ip: IpBytes;
  port: number;
  /** IPv6 only. */
  flow?: number;
  scope?: number;
}

/** Chosen by the container, each once. */
export type SocketId = number;

/** The order of the numbers is wasi:sockets/network.error-code's. */
export const netErrors = [
  'unknown',
  'access-denied',
  'not-supported',
  'invalid-argument',
  'out-of-memory',
  'timeout',
  'concurrency-conflict',
  'not-in-progress',
  'would-block',
  'invalid-state',
  'new-socket-limit',
  'address-not-bindable',
  'address-in-use',
  'remote-unreachable',
  'connection-refused',
  'connection-reset',
  'connection-aborted',
  'datagram-too-large',
  'name-unresolvable',
  'temporary-resolver-failure',
  'permanent-resolver-failure',
] as const;
export type NetError = (typeof netErrors)[number];

export const socketOptions = [
  'keep-alive-enabled',
  'keep-alive-idle-time',
  'keep-alive-interval',
  'keep-alive-count',
  'hop-limit',
  'receive-buffer-size',
  'send-buffer-size',
] as const;
/** Times in seconds, sizes in bytes, switches 0 or 1. */
export type SocketOption = (typeof socketOptions)[number];

/** Each is answered once, but `close`, which is not, and those of HTTP, which say themselves when they end. */
export type NetRequest =
  | { kind: 'open'; socket: SocketId; protocol: 'tcp' | 'udp'; family: 4 | 6 }
  | { kind: 'bind'; socket: SocketId; local: SocketAddress }
  | { kind: 'connect'; socket: SocketId; remote: SocketAddress }
  | { kind: 'listen'; socket: SocketId; backlog: number }
  /** Answered when a connection is there; it becomes `as`. */
  | { kind: 'accept'; socket: SocketId; as: SocketId }
  /** UDP: its datagrams, from now on with this peer or (null) with any. Each call ends the stream before. */
  | { kind: 'stream'; socket: SocketId; remote: SocketAddress | null }
  /** UDP: whether datagrams to this peer would be sent. What is not is dropped without a word. */
  | { kind: 'check'; socket: SocketId; remote: SocketAddress }
  | { kind: 'get-option'; socket: SocketId; option: SocketOption }
  | { kind: 'set-option'; socket: SocketId; option: SocketOption; value: number }
  | { kind: 'close'; socket: SocketId }
  | { kind: 'resolve'; name: string };

/** `fd`: a descriptor came with it. */
export interface NetReply {
  error?: NetError;
  local?: SocketAddress;
  remote?: SocketAddress;
  value?: number;
  addresses?: readonly IpBytes[];
}

/** Of wasi:http: what stands in them is between host/p2/http-*.ts and runtime/net/http.ts. */
export interface HttpMessage {
  kind: `http-${string}`;
  [field: string]: unknown;
}

export type BrokerRequest = { id: number } & (NetRequest | HttpMessage);

/** Datagrams over a stream's descriptor: the peer's address, then the payload. */
export const datagramHeaderBytes = 28;
export const maxDatagramBytes = 65_507;
