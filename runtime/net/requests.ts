/** Reads what a container asks of its broker. It may be anything: the process behind it is assumed hostile. */
import {
  type BrokerRequest,
  type IpBytes,
  type NetRequest,
  type SocketAddress,
  socketOptions,
} from '../../host/kernel/broker-messages.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Attack: a name of 64 KiB, for each of which a server is asked. */
const maxNameLength = 1024;

/** null: no request that a container sends. */
export function readRequest(from: Fields): BrokerRequest | null {
  try {
    const id = integer(from.id, 0, Number.MAX_SAFE_INTEGER);
    const { kind } = from;
    if (typeof kind !== 'string') return null;
    // What else is in it is for the HTTP part to read.
    if (kind.startsWith('http-')) return { ...from, kind: kind as `http-${string}`, id };
    return { id, ...readNetRequest(kind, from) };
  } catch {
    return null;
  }
}

function readNetRequest(kind: string, from: Fields): NetRequest {
  if (kind === 'resolve') {
    if (typeof from.name !== 'string' || from.name.length > maxNameLength) throw new TypeError('expected a name');
    return { kind, name: from.name };
  }
  const socket = integer(from.socket, 0, Number.MAX_SAFE_INTEGER);
  switch (kind) {
    case 'open':
      return { kind, socket, protocol: word(from.protocol, ['tcp', 'udp']), family: from.family === 6 ? 6 : 4 };
    case 'bind':
      return { kind, socket, local: address(from.local) };
    case 'connect':
    case 'check':
      return { kind, socket, remote: address(from.remote) };
    case 'listen':
      return { kind, socket, backlog: integer(from.backlog, 0, 2 ** 31 - 1) };
    case 'accept':
      return { kind, socket, as: integer(from.as, 0, Number.MAX_SAFE_INTEGER) };
    case 'stream':
      return { kind, socket, remote: from.remote === null ? null : address(from.remote) };
    case 'get-option':
      return { kind, socket, option: word(from.option, socketOptions) };
    case 'set-option':
      return { kind, socket, option: word(from.option, socketOptions), value: integer(from.value, 0, 2 ** 31 - 1) };
    case 'close':
      return { kind, socket };
    default:
      throw new TypeError('unknown request');
  }
}

function address(value: unknown): SocketAddress {
  if (typeof value !== 'object' || value === null) throw new TypeError('expected an address');
  const { ip, port, flow = 0, scope = 0 } = value as Fields;
  const u32 = 2 ** 32 - 1;
  return {
    ip: ipBytes(ip),
    port: integer(port, 0, 65_535),
    flow: integer(flow, 0, u32),
    scope: integer(scope, 0, u32),
  };
}

function ipBytes(value: unknown): IpBytes {
  if (!Array.isArray(value) || (value.length !== 4 && value.length !== 16)) throw new TypeError('expected an IP');
  return value.map((byte: unknown) => integer(byte, 0, 255));
}

function integer(value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw new TypeError('expected an integer');
  }
  return value;
}

function word<Word extends string>(value: unknown, known: readonly Word[]): Word {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw new TypeError('unknown word');
  return found;
}
