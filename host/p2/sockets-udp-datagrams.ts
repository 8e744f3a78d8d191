/** wasi:sockets/udp's streams of datagrams. */
import { datagramHeaderBytes, type SocketAddress } from '../kernel/broker-messages.ts';
import { datagramAddress } from '../kernel/datagram-address.ts';
import type { GuestMemory } from '../kernel/memory.ts';
import type { SocketsUdp } from './abi.generated.ts';
import { checkRange, returnPointer, storeBytes, storeList } from './canonical.ts';
import type { Context } from './context.ts';
import { datagramBuffer, IncomingDatagramStream, OutgoingDatagramStream } from './datagrams.ts';
import { trap } from './lower.ts';
import { Pollable } from './pollable.ts';
import { loadSocketAddress, storeSocketAddress } from './sockets-address.ts';
import { type Outcome, storeOutcome, storeU64 } from './sockets-results.ts';

type DatagramFunctions = Pick<
  SocketsUdp,
  | `[method]incoming-datagram-stream.${'receive' | 'subscribe'}`
  | `[method]outgoing-datagram-stream.${'check-send' | 'send' | 'subscribe'}`
  | `[resource-drop]${'incoming' | 'outgoing'}-datagram-stream`
>;

/** Of one call. Attack: 2^64 results, received into host memory before the guest gets the first. */
const maxReceived = 16;

interface Received {
  data: Uint8Array;
  remote: SocketAddress;
}

/** incoming-datagram and outgoing-datagram in memory. */
const incomingBytes = 40;
const outgoingBytes = 44;

export function datagramFunctions(context: Context): DatagramFunctions {
  const { resources } = context;
  let buffer: ArrayBuffer | null = null;

  function receive(stream: IncomingDatagramStream, maxResults: bigint): Received[] {
    buffer ??= datagramBuffer();
    const received: Received[] = [];
    while (received.length < maxReceived && received.length < maxResults) {
      const size = stream.receive(buffer);
      if (size < 0) break;
      const remote = datagramAddress(buffer);
      if (remote !== null)
        received.push({ data: new Uint8Array(buffer.slice(datagramHeaderBytes, datagramHeaderBytes + size)), remote });
    }
    return received;
  }

  return {
    '[method]incoming-datagram-stream.receive': (lower) => (self, maxResults, result) => {
      const stream = resources.get(lower.tables['incoming-datagram-stream'], self, IncomingDatagramStream);
      // Before anything is taken from the channel: what can't be stored would be lost.
      returnPointer(lower, result, 12, 4);
      const received: Outcome<Received[]> = { value: receive(stream, BigInt.asUintN(64, maxResults)) };
      storeOutcome(lower, result, { bytes: 12, align: 4 }, received, (datagrams, at) =>
        storeList(lower, at, datagrams, {
          stride: incomingBytes,
          align: 4,
          store: ({ data, remote }, to) => {
            storeBytes(lower, to, data);
            storeSocketAddress(lower.memory, to + 8, remote);
          },
        }),
      );
    },

    '[method]incoming-datagram-stream.subscribe':
      ({ tables }) =>
      (self) => {
        const stream = resources.get(tables['incoming-datagram-stream'], self, IncomingDatagramStream);
        return resources.add(tables.pollable, new Pollable(stream, () => stream.awaited()));
      },

    '[method]outgoing-datagram-stream.check-send': (lower) => (self, result) => {
      const stream = resources.get(lower.tables['outgoing-datagram-stream'], self, OutgoingDatagramStream);
      storeU64(lower, result, { value: BigInt(stream.checkSend()) });
    },

    '[method]outgoing-datagram-stream.send': (lower) => (self, list, count, result) => {
      const stream = resources.get(lower.tables['outgoing-datagram-stream'], self, OutgoingDatagramStream);
      const [from, length] = [list >>> 0, count >>> 0];
      if (length > stream.permit) trap('more datagrams than check-send permitted');
      stream.permit = 0;
      checkRange(lower.memory, from, length * outgoingBytes, 4);
      storeU64(lower, result, sendAll(stream, lower.memory, { from, length }));
    },

    '[method]outgoing-datagram-stream.subscribe':
      ({ tables }) =>
      (self) => {
        const stream = resources.get(tables['outgoing-datagram-stream'], self, OutgoingDatagramStream);
        return resources.add(tables.pollable, new Pollable(stream, () => stream.awaited()));
      },

    '[resource-drop]incoming-datagram-stream': (representation) => resources.drop(representation),
    '[resource-drop]outgoing-datagram-stream': (representation) => resources.drop(representation),
  };
}

/** How many were sent, until the first that was not; its error where it is the first of all. */
function sendAll(
  stream: OutgoingDatagramStream,
  memory: GuestMemory,
  { from, length }: { from: number; length: number },
): Outcome<bigint> {
  for (let i = 0; i < length; i++) {
    const at = from + i * outgoingBytes;
    const data = { memory: memory.buffer, at: memory.u32(at), length: memory.u32(at + 4) };
    checkRange(memory, data.at, data.length, 1);
    const tag = memory.u8(at + 8);
    if (tag > 1) trap(`no option ${tag}`);
    const outcome = stream.send(data, tag === 0 ? null : loadSocketAddress(memory, at + 12));
    if ('error' in outcome) return i === 0 ? outcome : { value: BigInt(i) };
    if (outcome.value === 0) return { value: BigInt(i) };
  }
  return { value: BigInt(length) };
}
