/** The options of wasi:sockets/tcp. */
import type { SocketsTcp } from './abi.generated.ts';
import type { Lower } from './lower.ts';
import { bigOf, durationOf, readOption, secondsOf, writeOption } from './sockets-options.ts';
import { done, storeU8, storeU32, storeU64, storeUnit } from './sockets-results.ts';
import type { TcpSocket } from './tcp-socket.ts';

type OptionFunctions = Pick<
  SocketsTcp,
  | '[method]tcp-socket.set-listen-backlog-size'
  | `[method]tcp-socket.${'' | 'set-'}keep-alive-${'enabled' | 'idle-time' | 'interval' | 'count'}`
  | `[method]tcp-socket.${'' | 'set-'}hop-limit`
  | `[method]tcp-socket.${'' | 'set-'}${'receive' | 'send'}-buffer-size`
>;

type SocketOf = (tables: Lower<'tcp-socket'>['tables'], self: number) => TcpSocket;

/** A backlog is the kernel's to round; it takes an int. */
const maxBacklog = 2 ** 31 - 1;

export function tcpOptions(socketOf: SocketOf): OptionFunctions {
  return {
    '[method]tcp-socket.set-listen-backlog-size': (lower) => (self, value, result) => {
      const socket = socketOf(lower.tables, self);
      const size = BigInt.asUintN(64, value);
      const outcome = backlogError(socket, size);
      if (outcome === null) socket.backlog = size > maxBacklog ? maxBacklog : Number(size);
      storeUnit(lower, result, outcome === null ? done : { error: outcome });
    },
    '[method]tcp-socket.keep-alive-enabled': (lower) => (self, result) =>
      storeU8(lower, result, readOption(socketOf(lower.tables, self), 'keep-alive-enabled')),
    '[method]tcp-socket.set-keep-alive-enabled': (lower) => (self, value, result) =>
      storeUnit(lower, result, writeOption(socketOf(lower.tables, self), 'keep-alive-enabled', value === 0 ? 0 : 1)),
    '[method]tcp-socket.keep-alive-idle-time': (lower) => (self, result) =>
      storeU64(lower, result, durationOf(readOption(socketOf(lower.tables, self), 'keep-alive-idle-time'))),
    '[method]tcp-socket.set-keep-alive-idle-time': (lower) => (self, value, result) =>
      storeUnit(lower, result, writeOption(socketOf(lower.tables, self), 'keep-alive-idle-time', seconds(value))),
    '[method]tcp-socket.keep-alive-interval': (lower) => (self, result) =>
      storeU64(lower, result, durationOf(readOption(socketOf(lower.tables, self), 'keep-alive-interval'))),
    '[method]tcp-socket.set-keep-alive-interval': (lower) => (self, value, result) =>
      storeUnit(lower, result, writeOption(socketOf(lower.tables, self), 'keep-alive-interval', seconds(value))),
    '[method]tcp-socket.keep-alive-count': (lower) => (self, result) =>
      storeU32(lower, result, readOption(socketOf(lower.tables, self), 'keep-alive-count')),
    '[method]tcp-socket.set-keep-alive-count': (lower) => (self, value, result) =>
      storeUnit(lower, result, writeOption(socketOf(lower.tables, self), 'keep-alive-count', value >>> 0)),
    '[method]tcp-socket.hop-limit': (lower) => (self, result) =>
      storeU8(lower, result, readOption(socketOf(lower.tables, self), 'hop-limit')),
    '[method]tcp-socket.set-hop-limit': (lower) => (self, value, result) =>
      storeUnit(lower, result, writeOption(socketOf(lower.tables, self), 'hop-limit', value & 0xff)),
    '[method]tcp-socket.receive-buffer-size': (lower) => (self, result) =>
      storeU64(lower, result, bigOf(readOption(socketOf(lower.tables, self), 'receive-buffer-size'))),
    '[method]tcp-socket.set-receive-buffer-size': (lower) => (self, value, result) =>
      storeUnit(lower, result, writeOption(socketOf(lower.tables, self), 'receive-buffer-size', unsigned(value))),
    '[method]tcp-socket.send-buffer-size': (lower) => (self, result) =>
      storeU64(lower, result, bigOf(readOption(socketOf(lower.tables, self), 'send-buffer-size'))),
    '[method]tcp-socket.set-send-buffer-size': (lower) => (self, value, result) =>
      storeUnit(lower, result, writeOption(socketOf(lower.tables, self), 'send-buffer-size', unsigned(value))),
  };
}

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);
const seconds = (value: bigint): bigint => secondsOf(unsigned(value));

function backlogError(socket: TcpSocket, size: bigint): 'invalid-argument' | 'invalid-state' | 'not-supported' | null {
  if (size === 0n) return 'invalid-argument';
  if (socket.isConnecting) return 'invalid-state';
  // listen(2) could be called again, by whom this socket belongs to: the broker, for a hint that may be ignored.
  return socket.isListening ? 'not-supported' : null;
}
