/** A guest with a network: its calls of wasi:sockets, and a broker in a process beside it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { netErrors } from '../../../host/kernel/broker-messages.ts';
import { parseIp } from '../../../host/kernel/ip.ts';
import { loadSocketAddress } from '../../../host/p2/sockets-address.ts';
import { formatEndpoint, parseNetRule } from '../../../runtime/net/policy-text.ts';
import { Guest, native, result } from './guest.ts';

export const TCP = 'wasi:sockets/tcp';
export const UDP = 'wasi:sockets/udp';
const brokers: ChildProcess[] = [];

/** `rules` of --allow-net; null: `--net host`. */
export function networkGuest(rules: readonly string[] | null): SocketsGuest {
  const allow = (rules ?? []).map((rule) => {
    const parsed = parseNetRule(rule);
    if ('expected' in parsed) throw new Error(`no rule: ${rule}`);
    return parsed.value;
  });
  const net = {
    mode: rules === null ? 'host' : 'none',
    allow,
    publish: [],
    maxConnections: null,
    maxTrafficBytes: null,
  };
  const [ours, theirs] = native.controlPair();
  const script = join(import.meta.dirname, 'broker-process.ts');
  const stdio = ['ignore', 'inherit', 'inherit', theirs] as const;
  brokers.push(spawn(process.execPath, [script, JSON.stringify(net)], { stdio: [...stdio] }));
  native.close(theirs);
  return new SocketsGuest({ brokerFd: ours });
}

/** Each ends with its channel. */
export async function endBrokers(guests: readonly SocketsGuest[]): Promise<void> {
  for (const guest of guests) native.close(guest.brokerFd);
  await Promise.all(brokers.splice(0).map((broker) => broker.exitCode ?? once(broker, 'exit')));
}

export class SocketsGuest extends Guest {
  readonly brokerFd: number;
  readonly network: number;

  constructor(options: { brokerFd: number | null }) {
    super(options);
    this.brokerFd = options.brokerFd ?? -1;
    this.network = this.call('wasi:sockets/instance-network', 'instance-network') as number;
  }

  /** A new socket's handle, or the error. */
  create(protocol: 'tcp' | 'udp', family: 4 | 6 = 4): number | string {
    this.call(`wasi:sockets/${protocol}-create-socket`, `create-${protocol}-socket`, family === 4 ? 0 : 1, result);
    return this.#outcome(4, () => this.u32(result + 4));
  }

  /** A method without a value: 'ok' or the error. */
  unit(protocol: 'tcp' | 'udp', method: string, ...args: (number | bigint)[]): string {
    this.call(`wasi:sockets/${protocol}`, `[method]${protocol}-socket.${method}`, ...args, result);
    return this.#outcome(1, () => 'ok') as string;
  }

  /** A method with an address: `127.0.0.1:80`. */
  withAddress(protocol: 'tcp' | 'udp', method: string, socket: number, address: string): string {
    return this.unit(protocol, method, socket, this.network, ...flatAddress(address));
  }

  /** start-NAME, then finish-NAME until it is over. */
  finish(protocol: 'tcp' | 'udp', method: string, socket: number): string {
    for (;;) {
      const outcome = this.unit(protocol, `finish-${method}`, socket);
      if (outcome !== 'would-block') return outcome;
      this.wait(`wasi:sockets/${protocol}`, `[method]${protocol}-socket.subscribe`, socket);
    }
  }

  bind(protocol: 'tcp' | 'udp', socket: number, address: string): string {
    const started = this.withAddress(protocol, 'start-bind', socket, address);
    return started === 'ok' ? this.finish(protocol, 'bind', socket) : started;
  }

  /** The streams of a connection, or the error. */
  connect(socket: number, address: string): [input: number, output: number] | string {
    const started = this.withAddress('tcp', 'start-connect', socket, address);
    if (started !== 'ok') return started;
    for (;;) {
      this.call(TCP, '[method]tcp-socket.finish-connect', socket, result);
      const outcome = this.#outcome(4, () => [this.u32(result + 4), this.u32(result + 8)]);
      if (outcome !== 'would-block') return outcome as [number, number] | string;
      this.wait(TCP, '[method]tcp-socket.subscribe', socket);
    }
  }

  /** socket, input, output; or the error. */
  accept(socket: number): [number, number, number] | string {
    this.call(TCP, '[method]tcp-socket.accept', socket, result);
    return this.#outcome(4, () => [4, 8, 12].map((at) => this.u32(result + at))) as [number, number, number] | string;
  }

  /** local-address or remote-address as text. */
  address(protocol: 'tcp' | 'udp', method: string, socket: number): string {
    this.call(`wasi:sockets/${protocol}`, `[method]${protocol}-socket.${method}`, socket, result);
    return this.#outcome(4, () => this.socketAddress(result + 4)) as string;
  }

  socketAddress(at: number): string {
    const memory = {
      u8: (place: number) => this.u8(place),
      u16: (place: number) => this.view().getUint16(place, true),
      u32: (place: number) => this.u32(place),
      bytes: (place: number, length: number) => this.bytes(place, length),
    };
    const { ip, port } = loadSocketAddress(memory as never, at);
    return formatEndpoint(ip, port);
  }

  /** An option's value; `payloadAt`: where it stands behind the tag. */
  option(protocol: 'tcp' | 'udp', name: string, socket: number, payloadAt: 1 | 4 | 8): number | bigint | string {
    this.call(`wasi:sockets/${protocol}`, `[method]${protocol}-socket.${name}`, socket, result);
    return this.#outcome<number | bigint>(payloadAt, () => {
      if (payloadAt === 8) return this.u64(result + 8);
      return payloadAt === 4 ? this.u32(result + 4) : this.u8(result + 1);
    });
  }

  /** Blocks on what `subscribe` gives. */
  wait(interfaceName: string, subscribe: string, self: number): void {
    const pollable = this.call(interfaceName, subscribe, self) as number;
    this.call('wasi:io/poll', '[method]pollable.block', pollable);
    this.drop('wasi:io/poll', 'pollable', pollable);
  }

  isReady(interfaceName: string, subscribe: string, self: number): boolean {
    const pollable = this.call(interfaceName, subscribe, self) as number;
    const ready = this.call('wasi:io/poll', '[method]pollable.ready', pollable) === 1;
    this.drop('wasi:io/poll', 'pollable', pollable);
    return ready;
  }

  errorAt(at: number): string {
    return netErrors[this.u8(at)] ?? `code ${this.u8(at)}`;
  }

  #outcome<Value>(errorAt: number, value: () => Value): Value | string {
    return this.u8(result) === 0 ? value() : this.errorAt(result + errorAt);
  }
}

/** The twelve core arguments. */
export function flatAddress(text: string): number[] {
  const at = text.lastIndexOf(':');
  const ip = parseIp(text.slice(0, at).replace(/[[\]]/g, ''));
  if (ip === null) throw new Error(`no address: ${text}`);
  const port = Number(text.slice(at + 1));
  if (ip.length === 4) return [0, port, ...ip, 0, 0, 0, 0, 0, 0];
  const groups = Array.from({ length: 8 }, (_, i) => ((ip[2 * i] ?? 0) << 8) | (ip[2 * i + 1] ?? 0));
  return [1, port, 0, ...groups, 0];
}
