/** Rules of `--allow-net` and ports of `--publish` as text: read, and written back for --print-plan. */

import { formatIp, parseIp, unmapped } from '../../host/kernel/ip.ts';
import { canonicalV4, canonicalV6 } from '../options-listen.ts';
import type { Parsed } from '../options-types.ts';
import type { NetRule, NetTarget, PublishSpec } from '../spec.ts';
import { formatCidr, parseCidr } from './address.ts';

const expectedRule = {
  expected:
    '[tcp:|udp:|listen:|dns:] and a name, address, network, loopback, private or public, and [:PORT[-PORT]], ' +
    'as in example.com:443, tcp:10.0.0.0/8:5432, [::1]:80 or listen:loopback:8080',
};
const protocols = ['tcp', 'udp', 'listen', 'dns'] as const;
const presets = ['loopback', 'private', 'public'] as const;

export function parseNetRule(raw: unknown): Parsed<NetRule> {
  if (typeof raw !== 'string' || raw.length > maxRuleLength) return expectedRule;
  const protocol = protocols.find((known) => raw.startsWith(`${known}:`)) ?? null;
  const rest = protocol === null ? raw : raw.slice(protocol.length + 1);
  const [target = '', portText] = splitPort(rest);
  const ports = portText === undefined ? null : parsePorts(portText);
  if (ports === undefined) return { expected: 'a port from 1 to 65535, or two with a dash' };
  const to = parseTarget(target);
  if (to === null) return expectedRule;
  if (protocol === 'dns' && (to.kind !== 'name' || ports !== null))
    return { expected: 'a name after dns:, without port' };
  if (protocol === 'listen' && to.kind === 'name') return { expected: 'an address, network or preset after listen:' };
  if (to.kind === 'name' && to.name === '*' && protocol !== 'dns')
    return { expected: 'public, or names; * is for dns:' };
  return { value: { protocol, to: protocol === 'listen' ? everywhere(to) : to, ports } };
}

/** A name has 253 characters, a label 63 (RFC 1035). */
const maxRuleLength = 300;

/** What stands before the last colon is the target; an IPv6 address without brackets has no port. */
function splitPort(text: string): [target: string, ports?: string] {
  const bracketed = /^\[([^\]]*:[^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed !== null)
    return [bracketed[1] ?? '', ...(bracketed[2] === undefined ? [] : [bracketed[2]])] as [string];
  const colons = text.split(':');
  return colons.length > 2 ? [text] : (colons as [string, string?] as [string]);
}

/** undefined: no ports. */
function parsePorts(text: string): NetRule['ports'] | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first >= 1 && first <= last && last <= 65_535 ? { first, last } : undefined;
}

function parseTarget(text: string): NetTarget | null {
  const cidr = parseCidr(text);
  if (cidr !== null) return { kind: 'cidr', cidr };
  const name = canonicalName(text);
  const preset = presets.find((known) => known === name);
  if (preset !== undefined) return { kind: 'preset', preset };
  // RFC 6761: it is loopback whatever a resolver says.
  if (name === 'localhost') return { kind: 'preset', preset: 'loopback' };
  return name === null ? null : { kind: 'name', name };
}

/** Lower case, without the root's dot; other alphabets as their ASCII form. null: no name, or an address in disguise. */
export function canonicalName(text: string): string | null {
  if (text === '*') return text;
  const [wildcard, rest] = text.startsWith('*.') ? ['*.', text.slice(2)] : ['', text];
  const url = `http://${rest}`;
  if (/[/?#@:\\\s]/.test(rest) || !URL.canParse(url)) return null;
  // An underscore is no letter of a host name, but of many a name in DNS.
  const name = new URL(url).hostname.replace(/\.$/, '');
  const labels = name.split('.');
  if (name.length > 253 || parseIp(name) !== null) return null;
  return labels.every((label) => /^[a-z\d_]([a-z\d_-]{0,61}[a-z\d_])?$/.test(label)) ? `${wildcard}${name}` : null;
}

/** To listen on 0.0.0.0 is to listen on every address. */
function everywhere(to: NetTarget): NetTarget {
  if (to.kind !== 'cidr' || to.cidr.ip.some((byte) => byte !== 0)) return to;
  return { kind: 'cidr', cidr: { ip: to.cidr.ip, bits: 0 } };
}

export function formatNetRule({ protocol, to, ports }: NetRule): string {
  const range = ports === null ? '' : `:${ports.first}${ports.last === ports.first ? '' : `-${ports.last}`}`;
  return `${protocol === null ? '' : `${protocol}:`}${formatTarget(to)}${range}`;
}

function formatTarget(to: NetTarget): string {
  if (to.kind === 'name') return to.name;
  if (to.kind === 'preset') return to.preset;
  return to.cidr.ip.length === 4 ? formatCidr(to.cidr) : `[${formatCidr(to.cidr)}]`;
}

const expectedPublish = { expected: '[ADDRESS:]HOSTPORT:GUESTPORT[/tcp|udp], as in 8080:80 or 0.0.0.0:5353:53/udp' };

export function parsePublish(raw: unknown): Parsed<PublishSpec> {
  const match = typeof raw === 'string' ? publishPattern.exec(raw) : null;
  if (match === null) return expectedPublish;
  const [, v6, v4, hostText, guestText, protocol] = match;
  const [hostPort, guestPort] = [Number(hostText), Number(guestText)];
  if (![hostPort, guestPort].every((port) => port >= 1 && port <= 65_535)) return { expected: 'ports from 1 to 65535' };
  // Not 0.0.0.0 as Docker has it: who publishes for others says so.
  const ip = parseIp((v6 === undefined ? canonicalV4(v4 ?? '127.0.0.1') : canonicalV6(v6)) ?? '');
  if (ip === null) return expectedPublish;
  // An IPv6 socket, which speaks IPv6 alone, is bound to no mapped address.
  const host = formatIp(unmapped(ip));
  return { value: { host, hostPort, guestPort, protocol: protocol === 'udp' ? 'udp' : 'tcp' } };
}

const publishPattern = /^(?:\[([\da-fA-F:.]+)\]:|([\da-z.]+):)?(\d{1,5}):(\d{1,5})(?:\/(tcp|udp))?$/;

export function formatPublish({ host, hostPort, guestPort, protocol }: PublishSpec): string {
  const address = host.includes(':') ? `[${host}]` : host;
  return `${address}:${hostPort}:${guestPort}/${protocol}`;
}

/** For messages: `10.0.0.1:80`, `[::1]:80`. */
export function formatEndpoint(ip: readonly number[], port: number): string {
  return ip.length === 4 ? `${formatIp(ip)}:${port}` : `[${formatIp(ip)}]:${port}`;
}
