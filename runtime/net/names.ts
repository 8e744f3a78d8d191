/**
 * Names to addresses, without threads or files: /etc/hosts and /etc/resolv.conf are read before the broker gives up its
 * file system, and c-ares asks the servers. What getaddrinfo(3) would load for it (nsswitch.conf) stays out.
 */
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import type { IpBytes, NetError } from '../../host/kernel/broker-messages.ts';
import { parseIp } from '../../host/kernel/ip.ts';
import { errnoName } from '../kernel-error.ts';

/** Resolv.conf(5), as far as it concerns us. */
export interface ResolverConfig {
  servers: readonly string[];
  search: readonly string[];
  /** With fewer dots the search list goes first. */
  ndots: number;
  /** hosts(5): name → addresses. */
  hosts: ReadonlyMap<string, readonly IpBytes[]>;
}

export function readResolverConfig(): ResolverConfig {
  return { ...parseResolvConf(textOf('/etc/resolv.conf')), hosts: parseHosts(textOf('/etc/hosts')) };
}

/** Neither file must be there. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** As many as the C library uses. */
const maxServers = 3;
const maxSearch = 6;

export function parseResolvConf(text: string): Omit<ResolverConfig, 'hosts'> {
  const servers: string[] = [];
  let search: string[] = [];
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [key, ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    // A zone is good here only: it names an interface of this machine.
    if (key === 'nameserver' && parseIp(values[0]?.split('%')[0] ?? '') !== null) servers.push(values[0] ?? '');
    if (key === 'search' || key === 'domain') search = values;
    if (key === 'options') ndots = Number(/(?:^| )ndots:(\d+)/.exec(values.join(' '))?.[1] ?? ndots);
  }
  const found = servers.length > 0 ? servers : ['127.0.0.1'];
  return { servers: found.slice(0, maxServers), search: search.slice(0, maxSearch), ndots };
}

export function parseHosts(text: string): Map<string, IpBytes[]> {
  const hosts = new Map<string, IpBytes[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const ip = parseIp(address);
    if (ip === null) continue;
    for (const name of names) hosts.set(name.toLowerCase(), [...(hosts.get(name.toLowerCase()) ?? []), ip]);
  }
  return hosts;
}

/** Questions at once. Attack: a guest that asks for a million names, and the servers drop us for it. */
const maxQuestions = 64;
const timeoutMs = 5000;
const tries = 2;

export class Names {
  readonly #config: ResolverConfig;
  readonly #resolver: Resolver;
  #questions = 0;

  constructor(config: ResolverConfig) {
    this.#config = config;
    this.#resolver = new Resolver({ timeout: timeoutMs, tries });
    this.#resolver.setServers(config.servers);
  }

  /** `name` in lower case, without a dot at its end. IPv6 first where there are both, as RFC 6724 would have it. */
  async resolve(name: string): Promise<readonly IpBytes[] | NetError> {
    // RFC 6761: never asked of others.
    if (name === 'localhost' || name.endsWith('.localhost')) return [loopbackV6, loopbackV4];
    const known = this.#config.hosts.get(name);
    if (known !== undefined) return known;
    if (this.#questions >= maxQuestions) return 'temporary-resolver-failure';
    this.#questions++;
    try {
      return await this.#ask(name);
    } finally {
      this.#questions--;
    }
  }

  async #ask(name: string): Promise<readonly IpBytes[] | NetError> {
    const { search, ndots } = this.#config;
    const longer = search.map((domain) => `${name}.${domain}`);
    const isLong = name.split('.').length > ndots;
    let failure: NetError = 'name-unresolvable';
    for (const candidate of isLong ? [name, ...longer] : [...longer, name]) {
      const answer = await this.#askBoth(candidate);
      if (typeof answer !== 'string') return answer;
      failure = answer;
      // A server that does not answer would not for the next name either.
      if (answer === 'temporary-resolver-failure') break;
    }
    return failure;
  }

  async #askBoth(name: string): Promise<readonly IpBytes[] | NetError> {
    const answers = await Promise.allSettled([this.#resolver.resolve6(name), this.#resolver.resolve4(name)]);
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const addresses = found.map(parseIp).filter((ip) => ip !== null);
    if (addresses.length > 0) return addresses;
    const failures = answers.map((answer) => (answer.status === 'rejected' ? errnoName(answer.reason) : undefined));
    if (failures.some((code) => code === 'ETIMEOUT' || code === 'ESERVFAIL' || code === 'ECONNREFUSED')) {
      return 'temporary-resolver-failure';
    }
    const isAbsent = failures.every((code) => code === 'ENOTFOUND' || code === 'ENODATA' || code === undefined);
    return isAbsent ? 'name-unresolvable' : 'permanent-resolver-failure';
  }
}

const loopbackV4: IpBytes = [127, 0, 0, 1];
const loopbackV6: IpBytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
