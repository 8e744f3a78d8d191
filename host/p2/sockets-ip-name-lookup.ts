/** wasi:sockets/ip-name-lookup */
import type { BrokerReply } from '../kernel/broker.ts';
import type { IpBytes } from '../kernel/broker-messages.ts';
import { parseIp, unmapped } from '../kernel/ip.ts';
import type { SocketsIpNameLookup } from './abi.generated.ts';
import { stringArgument } from './canonical.ts';
import type { Context } from './context.ts';
import { type Awaited, Pollable } from './pollable.ts';
import { Resource } from './resource.ts';
import { storeIpAddress } from './sockets-address.ts';
import { Network } from './sockets-network.ts';
import { type Outcome, storeOutcome } from './sockets-results.ts';

/** Longest name that is asked for; the broker knows what a name is. */
const maxNameLength = 1024;

class ResolveAddressStream extends Resource {
  readonly #context: Context;
  #addresses: IpBytes[] | null = null;
  #reply: BrokerReply | null = null;

  constructor(context: Context, name: string) {
    super();
    this.#context = context;
    const literal = parseIp(name);
    if (literal !== null) this.#addresses = [unmapped(literal)];
    else if (context.broker === null) this.#reply = { id: 0, error: 'access-denied' };
    else {
      context.broker.call({ kind: 'resolve', name }, (reply) => {
        this.#reply = reply;
        if (reply.error === undefined) this.#addresses = [...(reply.addresses ?? [])];
      });
    }
  }

  next(): Outcome<IpBytes | null> {
    if (this.#addresses === null) this.#context.broker?.receive();
    if (this.#addresses !== null) return { value: this.#addresses.shift() ?? null };
    return { error: this.#reply?.error ?? 'would-block' };
  }

  awaited(): Awaited {
    const { broker } = this.#context;
    const isDone = (): boolean => this.#addresses !== null || this.#reply !== null;
    if (broker === null || isDone()) return { kind: 'ready' };
    return { kind: 'reply', channel: broker.channel, receive: () => broker.receive(), isDone };
  }
}

export function socketsIpNameLookup(context: Context): SocketsIpNameLookup {
  const { resources } = context;
  return {
    'resolve-addresses': (lower) => (network, pointer, length, result) => {
      resources.get(lower.tables.network, network, Network);
      const name = stringArgument(lower, pointer, length);
      const isName = name !== '' && name.length <= maxNameLength && !/[\s\0]/.test(name);
      const outcome: Outcome<ResolveAddressStream> = isName
        ? { value: new ResolveAddressStream(context, name) }
        : { error: 'invalid-argument' };
      storeOutcome(lower, result, { bytes: 8, align: 4 }, outcome, (stream, at) =>
        lower.memory.setU32(at, resources.add(lower.tables['resolve-address-stream'], stream)),
      );
    },

    '[method]resolve-address-stream.resolve-next-address': (lower) => (self, result) => {
      const next = resources.get(lower.tables['resolve-address-stream'], self, ResolveAddressStream).next();
      storeOutcome(lower, result, { bytes: 22, align: 2 }, next, (ip, at) => {
        lower.memory.setU8(at, ip === null ? 0 : 1);
        if (ip !== null) storeIpAddress(lower.memory, at + 2, ip);
      });
    },

    '[method]resolve-address-stream.subscribe':
      ({ tables }) =>
      (self) => {
        const stream = resources.get(tables['resolve-address-stream'], self, ResolveAddressStream);
        return resources.add(tables.pollable, new Pollable(stream, () => stream.awaited()));
      },

    '[resource-drop]resolve-address-stream': (representation) => resources.drop(representation),
  };
}
