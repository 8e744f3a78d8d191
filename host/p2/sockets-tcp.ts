/** wasi:sockets/tcp and tcp-create-socket */
import type { SocketsTcp, SocketsTcpCreateSocket } from './abi.generated.ts';
import type { Context } from './context.ts';
import { type HandleTable, type Lower, trap } from './lower.ts';
import { Pollable } from './pollable.ts';
import {
  addressArgument,
  type FlatAddress,
  familyOf,
  familyValue,
  socketAddressBytes,
  storeSocketAddress,
} from './sockets-address.ts';
import { Network } from './sockets-network.ts';
import { type Outcome, storeOutcome, storeUnit } from './sockets-results.ts';
import { tcpOptions } from './sockets-tcp-options.ts';
import { FileInput, FileOutput, HeldOutput } from './stream.ts';
import type { TcpConnection } from './tcp-connection.ts';
import { TcpSocket } from './tcp-socket.ts';

type SocketTables = Lower<'tcp-socket'>['tables'];

export function socketsTcp(context: Context): SocketsTcp {
  const { resources } = context;
  const socketOf = (tables: SocketTables, self: number): TcpSocket =>
    resources.get(tables['tcp-socket'], self, TcpSocket);
  /** There is one network, but the handle has to be good. */
  const checkNetwork = (table: HandleTable, network: number): void => void resources.get(table, network, Network);

  /** Two handles at `at`. Both are the socket's children: it can't go before them. */
  function storeStreams(
    { memory, tables }: Lower<'input-stream' | 'output-stream' | 'tcp-socket'>,
    at: number,
    [socket, connection]: readonly [TcpSocket, TcpConnection],
  ): void {
    memory.setU32(at, resources.add(tables['input-stream'], new FileInput(socket, connection)));
    memory.setU32(at + 4, resources.add(tables['output-stream'], new FileOutput(socket, new HeldOutput(connection))));
  }

  return {
    ...tcpOptions(socketOf),

    '[method]tcp-socket.start-bind':
      (lower) =>
      (self, network, ...rest) => {
        const flat = rest.slice(0, -1) as unknown as FlatAddress;
        checkNetwork(lower.tables.network, network);
        const socket = socketOf(lower.tables, self);
        storeUnit(lower, rest.at(-1) ?? 0, socket.startBind(addressArgument(flat)));
      },

    '[method]tcp-socket.finish-bind': (lower) => (self, result) =>
      storeUnit(lower, result, socketOf(lower.tables, self).finishBind()),

    '[method]tcp-socket.start-connect':
      (lower) =>
      (self, network, ...rest) => {
        const flat = rest.slice(0, -1) as unknown as FlatAddress;
        checkNetwork(lower.tables.network, network);
        const socket = socketOf(lower.tables, self);
        storeUnit(lower, rest.at(-1) ?? 0, socket.startConnect(addressArgument(flat)));
      },

    '[method]tcp-socket.finish-connect': (lower) => (self, result) => {
      const socket = socketOf(lower.tables, self);
      storeOutcome(lower, result, { bytes: 12, align: 4 }, socket.finishConnect(), (connection, at) =>
        storeStreams(lower, at, [socket, connection]),
      );
    },

    '[method]tcp-socket.start-listen': (lower) => (self, result) =>
      storeUnit(lower, result, socketOf(lower.tables, self).startListen()),

    '[method]tcp-socket.finish-listen': (lower) => (self, result) =>
      storeUnit(lower, result, socketOf(lower.tables, self).finishListen()),

    '[method]tcp-socket.accept': (lower) => (self, result) => {
      const accepted = socketOf(lower.tables, self).accept();
      storeOutcome(lower, result, { bytes: 16, align: 4 }, accepted, (socket, at) => {
        lower.memory.setU32(at, resources.add(lower.tables['tcp-socket'], socket));
        if (socket.connection !== null) storeStreams(lower, at + 4, [socket, socket.connection]);
      });
    },

    '[method]tcp-socket.local-address': (lower) => (self, result) =>
      storeAddress(lower, result, socketOf(lower.tables, self).localAddress()),

    '[method]tcp-socket.remote-address': (lower) => (self, result) =>
      storeAddress(lower, result, socketOf(lower.tables, self).remoteAddress()),

    '[method]tcp-socket.is-listening':
      ({ tables }) =>
      (self) =>
        socketOf(tables, self).isListening ? 1 : 0,

    '[method]tcp-socket.address-family':
      ({ tables }) =>
      (self) =>
        familyValue(socketOf(tables, self).family),

    '[method]tcp-socket.subscribe':
      ({ tables }) =>
      (self) => {
        const socket = socketOf(tables, self);
        return resources.add(tables.pollable, new Pollable(socket, () => socket.awaited()));
      },

    '[method]tcp-socket.shutdown': (lower) => (self, type, result) => {
      if (type < 0 || type > 2) trap(`no shutdown-type ${type >>> 0}`);
      const socket = socketOf(lower.tables, self);
      storeUnit(lower, result, socket.shutdown(type !== 1, type !== 0));
    },

    '[resource-drop]tcp-socket': (representation) => resources.drop(representation),
  };
}

export function storeAddress(
  lower: Pick<Lower, 'memory' | 'checkMayLeave'>,
  result: number,
  address: Outcome<Parameters<typeof storeSocketAddress>[2]>,
): void {
  const layout = { bytes: socketAddressBytes + 4, align: 4 };
  storeOutcome(lower, result, layout, address, (value, at) => storeSocketAddress(lower.memory, at, value));
}

export function socketsTcpCreateSocket(context: Context): SocketsTcpCreateSocket {
  return {
    'create-tcp-socket': (lower) => (family, result) => {
      const socket = new TcpSocket(context, familyOf(family));
      const error = socket.open();
      const outcome: Outcome<TcpSocket> = error === null ? { value: socket } : { error };
      storeOutcome(lower, result, { bytes: 8, align: 4 }, outcome, (made, at) =>
        lower.memory.setU32(at, context.resources.add(lower.tables['tcp-socket'], made)),
      );
    },
  };
}
