/** What a guest did with the network: counted by the broker, out of the guest's reach; limits and the receipt. */
import type { NetSpec } from '../spec.ts';

/** Of the receipt. */
export interface NetUsage {
  /** Of the guest's own making, failed attempts included; and those that it accepted. */
  connections: number;
  accepted: number;
  sentBytes: number;
  receivedBytes: number;
  /** Where to or from, with the most recent attempts left out when there are too many. */
  peers: readonly NetPeer[];
  denials: readonly NetDenial[];
  /** Denials beyond those listed are counted too. */
  denied: number;
  /** The limit that was reached; null: none. */
  limit: 'max-connections' | 'max-traffic' | null;
}

export interface NetPeer {
  protocol: 'tcp' | 'udp' | 'http';
  direction: 'out' | 'in';
  /** `ADDRESS:PORT`; for what came in, the address alone. */
  address: string;
  connections: number;
}

export interface NetDenial {
  what: string;
  reason: string;
  count: number;
}

/** Attack: a port scan of the whole internet, each address kept for a receipt of gigabytes. */
const maxListed = 64;

export class Account {
  readonly #net: Pick<NetSpec, 'maxConnections' | 'maxTrafficBytes'>;
  readonly #peers: Map<string, NetPeer> = new Map();
  readonly #denials: Map<string, NetDenial> = new Map();
  #connections = 0;
  #accepted = 0;
  #sentBytes = 0;
  #receivedBytes = 0;
  #denied = 0;
  #limit: NetUsage['limit'] = null;
  /** Called once, when the traffic is used up. */
  onExhausted: () => void = () => {};

  constructor(net: Pick<NetSpec, 'maxConnections' | 'maxTrafficBytes'>) {
    this.#net = net;
  }

  /** Counts an attempt; false: there may be none any more, and the denial is noted. */
  admit(peer: Omit<NetPeer, 'connections'>): boolean {
    const { maxConnections } = this.#net;
    if (this.isExhausted) return this.#refuse(peer.address, 'the limit of --max-traffic is reached');
    if (maxConnections !== null && this.#connections + this.#accepted >= maxConnections) {
      this.#limit = 'max-connections';
      return this.#refuse(peer.address, 'the limit of --max-connections is reached');
    }
    if (peer.direction === 'out') this.#connections++;
    else this.#accepted++;
    const key = `${peer.protocol} ${peer.direction} ${peer.address}`;
    const known = this.#peers.get(key);
    if (known !== undefined) known.connections++;
    else if (this.#peers.size < maxListed) this.#peers.set(key, { ...peer, connections: 1 });
    return true;
  }

  addTraffic(sentBytes: number, receivedBytes: number): void {
    const wasExhausted = this.isExhausted;
    this.#sentBytes += sentBytes;
    this.#receivedBytes += receivedBytes;
    if (!this.isExhausted || wasExhausted) return;
    this.#limit = 'max-traffic';
    this.onExhausted();
  }

  get isExhausted(): boolean {
    const { maxTrafficBytes } = this.#net;
    return maxTrafficBytes !== null && this.#sentBytes + this.#receivedBytes > maxTrafficBytes;
  }

  deny(what: string, reason: string): void {
    this.#denied++;
    const key = `${what} ${reason}`;
    const known = this.#denials.get(key);
    if (known !== undefined) known.count++;
    else if (this.#denials.size < maxListed) this.#denials.set(key, { what, reason, count: 1 });
  }

  usage(): NetUsage {
    return {
      connections: this.#connections,
      accepted: this.#accepted,
      sentBytes: this.#sentBytes,
      receivedBytes: this.#receivedBytes,
      peers: [...this.#peers.values()],
      denials: [...this.#denials.values()],
      denied: this.#denied,
      limit: this.#limit,
    };
  }

  #refuse(what: string, reason: string): false {
    this.deny(what, reason);
    return false;
  }
}
