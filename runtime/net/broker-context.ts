/** What the parts of a broker share. This is also all that runtime/net/http.ts gets to work with. */
import type { BrokerRequest, IpBytes, NetError, SocketAddress } from '../../host/kernel/broker-messages.ts';
import { unmapped } from '../../host/kernel/ip.ts';
import type { Fd, Native } from '../../native/native.ts';
import type { NetSpec } from '../spec.ts';
import type { Account } from './account.ts';
import type { Names } from './names.ts';
import { denyLookup, denyPeer, mayLearn, Pins } from './policy.ts';
import { canonicalName, formatEndpoint } from './policy-text.ts';
import { linuxSockets } from './socket-name.ts';

/** What a supervisor tells its broker beside the plan. Descriptors are positions in the list sent with it. */
export interface BrokerConfig {
  net: NetSpec;
  /** To the container. */
  channelFd: number;
  /** Bound by the supervisor, who may bind ports below 1024; not listening yet. */
  published: readonly { fd: number; guestPort: number; protocol: 'tcp' | 'udp' }[];
  /** Sockets at once. */
  maxSockets: number;
  /** Certificate authorities beside the well-known ones, as PEM; null: none. */
  tlsCa: string | null;
}

/** Answers the requests of a kind that starts with `http-`; all of what it makes ends with the process. */
export interface HttpHandler {
  handle(request: BrokerRequest & { kind: `http-${string}` }): void;
}

export interface BrokerContextParts {
  native: Native;
  config: BrokerConfig;
  account: Account;
  names: Names;
  send: (message: object, fd?: Fd) => void;
}

export class BrokerContext {
  readonly native: Native;
  readonly config: BrokerConfig;
  readonly account: Account;
  readonly pins: Pins = new Pins();
  readonly #names: Names;
  readonly #send: BrokerContextParts['send'];

  constructor({ native, config, account, names, send }: BrokerContextParts) {
    this.native = native;
    this.config = config;
    this.account = account;
    this.#names = names;
    this.#send = send;
  }

  /** One message to the container, for the request with this id. `fd` goes along and is closed here. */
  reply(id: number, fields: object, fd?: Fd): void {
    this.#send({ ...fields, id }, fd);
  }

  /**
   * A stream between broker and container: `ours` to read and write here, `theirs` to send with `reply`. Both are
   * non-blocking unix sockets. −errno: there are too many descriptors.
   */
  streamPair(): { ours: Fd; theirs: Fd } | number {
    const fds = new Int32Array(2);
    const result = this.native.socketPair(linuxSockets.SOCK_STREAM, fds.buffer);
    return result < 0 ? result : { ours: fds[0] ?? -1, theirs: fds[1] ?? -1 };
  }

  /** The addresses that a guest may learn of for a name; those that the policy hides are noted as denials. */
  async lookup(text: string): Promise<readonly IpBytes[] | NetError> {
    const name = canonicalName(text);
    if (name === null || name.startsWith('*')) return 'invalid-argument';
    const { net } = this.config;
    const denial = denyLookup(net, name);
    if (denial !== null) return this.#deny(`dns ${name}`, denial);
    const found = await this.#names.resolve(name);
    if (typeof found === 'string') return found;
    for (const ip of found) this.pins.add(name, ip);
    const allowed = found.filter((ip) => mayLearn(net, this.pins, name, ip));
    if (allowed.length > 0) return allowed.map(unmapped);
    const [first] = found;
    const reason = first === undefined ? null : denyPeer(net, this.pins, 'tcp', { ip: first, port: 0 });
    return this.#deny(`dns ${name}`, reason ?? 'all of its addresses are denied');
  }

  /** Whether a peer may be reached, and one more be counted: what stands before every connect. */
  admit(protocol: 'tcp' | 'udp', peer: SocketAddress, countedAs: 'tcp' | 'udp' | 'http' = protocol): NetError | null {
    const { ip, port } = peer;
    const denial = denyPeer(this.config.net, this.pins, protocol, peer);
    const address = formatEndpoint(unmapped(ip), port);
    if (denial !== null) return this.#deny(`${protocol} ${address}`, denial);
    return this.account.admit({ protocol: countedAs, direction: 'out', address }) ? null : 'access-denied';
  }

  #deny(what: string, reason: string): NetError {
    this.account.deny(what, reason);
    return 'access-denied';
  }
}
