/** Pure: whether a guest may reach an address, listen on one, or look up a name. Deny by default. */
import type { IpBytes } from '../../host/kernel/broker-messages.ts';
import { formatIp, unmapped } from '../../host/kernel/ip.ts';
import type { NetProtocol, NetRule, NetSpec } from '../spec.ts';
import { contains } from './address.ts';
import { classOf, isGuarded } from './address-class.ts';

/** Why not, in words for the receipt. */
export type Denial = string;

export interface Endpoint {
  ip: IpBytes;
  port: number;
}

/**
 * The addresses that names led to in this run. Attack (DNS rebinding): a name that is allowed answers with an address
 * of the inner network. So a name opens public addresses only; what is private must be allowed as an address.
 */
export class Pins {
  /** Address → names. */
  readonly #names: Map<string, Set<string>> = new Map();

  add(name: string, ip: IpBytes): void {
    const key = formatIp(unmapped(ip));
    const names = this.#names.get(key) ?? new Set();
    names.add(name);
    // The newest last; the oldest is forgotten first.
    this.#names.delete(key);
    this.#names.set(key, names);
    const [oldest] = this.#names.keys();
    if (this.#names.size > maxPins && oldest !== undefined) this.#names.delete(oldest);
  }

  namesOf(ip: IpBytes): readonly string[] {
    return [...(this.#names.get(formatIp(unmapped(ip))) ?? [])];
  }
}

/** Attack: a server that answers each time with other addresses, until the broker's memory is full. */
const maxPins = 4096;

/** null: allowed. */
export function denyPeer(net: NetSpec, pins: Pins, protocol: 'tcp' | 'udp', { ip, port }: Endpoint): Denial | null {
  const target = unmapped(ip);
  const kind = classOf(target);
  if (kind === 'never') return 'not a unicast address';
  const rules = net.allow.filter((rule) => covers(rule, protocol, port));
  if (kind === 'guarded') {
    const isNamed = rules.some(({ to }) => to.kind === 'cidr' && isGuarded(to.cidr) && contains(to.cidr, target));
    return isNamed ? null : 'a link-local or metadata address, which only a rule for it allows';
  }
  if (net.mode === 'host') return null;
  if (rules.some(({ to }) => to.kind === 'cidr' && contains(to.cidr, target))) return null;
  if (rules.some(({ to }) => to.kind === 'preset' && to.preset === kind)) return null;
  const names = pins.namesOf(target);
  const isNamed = rules.some(({ to }) => to.kind === 'name' && names.some((name) => nameMatches(to.name, name)));
  if (!isNamed) return 'no rule allows it';
  return kind === 'public' ? null : `${names.join(' ')} led to a ${kind} address, which only a rule for it allows`;
}

/** Whether a guest may be reached here: TCP listeners, and UDP sockets with a port of their own choice. null: yes. */
export function denyListen(net: NetSpec, { ip, port }: Endpoint): Denial | null {
  if (net.mode === 'host') return null;
  const target = unmapped(ip);
  const kind = classOf(target);
  const isAny = target.every((byte) => byte === 0);
  const rules = net.allow.filter((rule) => covers(rule, 'listen', port));
  const allows = ({ to }: NetRule): boolean => {
    if (to.kind === 'cidr')
      return isAny ? to.cidr.bits === 0 && sameFamily(to.cidr.ip, target) : contains(to.cidr, target);
    return to.kind === 'preset' && to.preset === kind;
  };
  return rules.some(allows) ? null : 'no listen: rule allows it';
}

const sameFamily = (a: IpBytes, b: IpBytes): boolean => a.length === b.length;

/** `name` in lower case, without a dot at its end. null: it may be looked up. */
export function denyLookup(net: NetSpec, name: string): Denial | null {
  if (net.mode === 'host') return null;
  const isAllowed = net.allow.some(({ protocol, to }) => {
    if (protocol === 'listen') return false;
    // Public addresses are found by name. A lookup tells the name to strangers, so no narrower rule brings it along.
    if (to.kind === 'preset') return to.preset === 'public';
    return to.kind === 'name' && nameMatches(to.name, name);
  });
  return isAllowed ? null : 'no rule allows the name';
}

/** Which of a name's addresses the guest learns: those that some rule lets it use, or all of them with a `dns:` rule. */
export function mayLearn(net: NetSpec, pins: Pins, name: string, ip: IpBytes): boolean {
  const isTold = net.allow.some(
    ({ protocol, to }) => protocol === 'dns' && to.kind === 'name' && nameMatches(to.name, name),
  );
  if (isTold || net.mode === 'host') return true;
  const ports = [...new Set(net.allow.map(({ ports }) => ports?.first ?? 1))];
  return ports.some((port) => {
    const endpoint = { ip, port };
    return denyPeer(net, pins, 'tcp', endpoint) === null || denyPeer(net, pins, 'udp', endpoint) === null;
  });
}

function covers(rule: NetRule, protocol: NetProtocol, port: number): boolean {
  if (rule.protocol !== protocol && !(rule.protocol === null && protocol !== 'listen')) return false;
  return rule.ports === null || (rule.ports.first <= port && port <= rule.ports.last);
}

/** `example.com`, `*.example.com` (not example.com itself), or `*`. */
export function nameMatches(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) && name.length >= pattern.length : pattern === name;
}
