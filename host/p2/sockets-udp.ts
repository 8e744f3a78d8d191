/** wasi:sockets/udp's socket, and udp-create-socket */
import type { SocketsUdp, SocketsUdpCreateSocket } from './abi.generated.ts';
import type { Context } from './context.ts';
import { IncomingDatagramStream, OutgoingDatagramStream } from './datagrams.ts';
import { type Lower, trap } from './lower.ts';
import { Pollable } from './pollable.ts';
import { addressArgument, type FlatAddress, familyOf, familyValue } from './sockets-address.ts';
import { Network } from './sockets-network.ts';
import { bigOf, readOption, writeOption } from './sockets-options.ts';
import { type Outcome, storeOutcome, storeU8, storeU64, storeUnit } from './sockets-results.ts';
import { storeAddress } from './sockets-tcp.ts';
import { datagramFunctions } from './sockets-udp-datagrams.ts';
import { UdpSocket } from './udp-socket.ts';

export function socketsUdp(context: Context): SocketsUdp {
  return { ...socketFunctions(context), ...optionFunctions(context), ...datagramFunctions(context) };
}

type SocketFunctions = Pick<
  SocketsUdp,
  | `[method]udp-socket.${'start-bind' | 'finish-bind' | 'stream' | 'local-address' | 'remote-address'}`
  | `[method]udp-socket.${'address-family' | 'subscribe'}`
  | '[resource-drop]udp-socket'
>;

function socketFunctions(context: Context): SocketFunctions {
  const { resources } = context;
  const socketOf = socketsOf(context);
  return {
    '[method]udp-socket.start-bind':
      (lower) =>
      (self, network, ...rest) => {
        const flat = rest.slice(0, -1) as unknown as FlatAddress;
        resources.get(lower.tables.network, network, Network);
        const socket = socketOf(lower.tables, self);
        storeUnit(lower, rest.at(-1) ?? 0, socket.startBind(addressArgument(flat)));
      },

    '[method]udp-socket.finish-bind': (lower) => (self, result) =>
      storeUnit(lower, result, socketOf(lower.tables, self).finishBind()),

    '[method]udp-socket.stream':
      (lower) =>
      (self, isSome, ...rest) => {
        if (isSome !== 0 && isSome !== 1) trap(`no option ${isSome >>> 0}`);
        const remote = isSome === 0 ? null : addressArgument(rest.slice(0, -1) as unknown as FlatAddress);
        const socket = socketOf(lower.tables, self);
        const { memory, tables } = lower;
        storeOutcome(lower, rest.at(-1) ?? 0, { bytes: 12, align: 4 }, socket.stream(remote), (channel, at) => {
          const incoming = new IncomingDatagramStream(context, socket, channel);
          const outgoing = new OutgoingDatagramStream(context, socket, channel);
          memory.setU32(at, resources.add(tables['incoming-datagram-stream'], incoming));
          memory.setU32(at + 4, resources.add(tables['outgoing-datagram-stream'], outgoing));
        });
      },

    '[method]udp-socket.local-address': (lower) => (self, result) =>
      storeAddress(lower, result, socketOf(lower.tables, self).localAddress()),

    '[method]udp-socket.remote-address': (lower) => (self, result) =>
      storeAddress(lower, result, socketOf(lower.tables, self).remoteAddress()),

    '[method]udp-socket.address-family':
      ({ tables }) =>
      (self) =>
        familyValue(socketOf(tables, self).family),

    '[method]udp-socket.subscribe':
      ({ tables }) =>
      (self) => {
        const socket = socketOf(tables, self);
        return resources.add(tables.pollable, new Pollable(socket, () => socket.awaited()));
      },

    '[resource-drop]udp-socket': (representation) => resources.drop(representation),
  };
}

type OptionFunctions = Pick<
  SocketsUdp,
  | `[method]udp-socket.${'' | 'set-'}unicast-hop-limit`
  | `[method]udp-socket.${'' | 'set-'}${'receive' | 'send'}-buffer-size`
>;

function optionFunctions(context: Context): OptionFunctions {
  const socketOf = socketsOf(context);
  return {
    '[method]udp-socket.unicast-hop-limit': (lower) => (self, result) =>
      storeU8(lower, result, readOption(socketOf(lower.tables, self), 'hop-limit')),
    '[method]udp-socket.set-unicast-hop-limit': (lower) => (self, value, result) =>
      storeUnit(lower, result, writeOption(socketOf(lower.tables, self), 'hop-limit', value & 0xff)),
    '[method]udp-socket.receive-buffer-size': (lower) => (self, result) =>
      storeU64(lower, result, bigOf(readOption(socketOf(lower.tables, self), 'receive-buffer-size'))),
    '[method]udp-socket.set-receive-buffer-size': (lower) => (self, value, result) =>
      storeUnit(lower, result, writeOption(socketOf(lower.tables, self), 'receive-buffer-size', unsigned(value))),
    '[method]udp-socket.send-buffer-size': (lower) => (self, result) =>
      storeU64(lower, result, bigOf(readOption(socketOf(lower.tables, self), 'send-buffer-size'))),
    '[method]udp-socket.set-send-buffer-size': (lower) => (self, value, result) =>
      storeUnit(lower, result, writeOption(socketOf(lower.tables, self), 'send-buffer-size', unsigned(value))),
  };
}

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);

const socketsOf =
  ({ resources }: Context) =>
  (tables: Lower<'udp-socket'>['tables'], self: number): UdpSocket =>
    resources.get(tables['udp-socket'], self, UdpSocket);

export function socketsUdpCreateSocket(context: Context): SocketsUdpCreateSocket {
  return {
    'create-udp-socket': (lower) => (family, result) => {
      const socket = new UdpSocket(context, familyOf(family));
      const error = socket.open();
      const outcome: Outcome<UdpSocket> = error === null ? { value: socket } : { error };
      storeOutcome(lower, result, { bytes: 8, align: 4 }, outcome, (made, at) =>
        lower.memory.setU32(at, context.resources.add(lower.tables['udp-socket'], made)),
      );
    },
  };
}
