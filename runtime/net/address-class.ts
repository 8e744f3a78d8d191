/** What kind of place an address is (IANA's special-purpose registries), for presets and for what is never public. */
import type { IpBytes } from '../../host/kernel/broker-messages.ts';
import { unmapped } from '../../host/kernel/ip.ts';
import { type Cidr, contains, embeddedV4, parseCidr } from './address.ts';

/**
 * never: no place of its own (multicast, broadcast, unspecified, which Linux takes for loopback).
 * guarded: link-local and the metadata services of clouds, which hand out credentials to whoever asks.
 * reserved: in no preset.
 */
export type AddressClass = 'never' | 'guarded' | 'loopback' | 'private' | 'reserved' | 'public';

/** The first that contains an address counts. */
const ranges: readonly (readonly [AddressClass, readonly string[]])[] = [
  ['never', ['0.0.0.0/8', '224.0.0.0/4', '255.255.255.255', '::', 'ff00::/8']],
  [
    'guarded',
    [
      '169.254.0.0/16', // link-local; most clouds, ECS, EKS
      'fe80::/10',
      '100.100.100.200', // Alibaba
      '192.0.0.192', // Oracle
      '168.63.129.16', // Azure
      'fd00:ec2::/32', // AWS
      'fd20:ce::254', // Google
    ],
  ],
  ['loopback', ['127.0.0.0/8', '::1']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']],
  [
    'reserved',
    [
      '192.0.0.0/24',
      '192.0.2.0/24',
      '192.88.99.0/24',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '240.0.0.0/4',
      '64:ff9b:1::/48',
      '2001:2::/48',
      '2001:10::/28',
      '2001:db8::/32',
      '3fff::/20',
    ],
  ],
  ['public', ['0.0.0.0/0', '2000::/3', '64:ff9b::/96', '::/96', '::ffff:0:0:0/96']],
  ['reserved', ['::/0']],
];

/** From the strictest on: what an address leads to may be two places. */
const strictness: readonly AddressClass[] = ['never', 'guarded', 'reserved', 'loopback', 'private', 'public'];

export function classOf(given: IpBytes): AddressClass {
  const ip = unmapped(given);
  const embedded = embeddedV4(ip).map(ownClass);
  // Through a translator, even one's own network is somewhere else: no preset means that.
  const through = embedded.map((kind) => (kind === 'loopback' || kind === 'private' ? 'reserved' : kind));
  const kinds = [ownClass(ip), ...through];
  return strictness.find((kind) => kinds.includes(kind)) ?? 'reserved';
}

function ownClass(ip: IpBytes): AddressClass {
  for (const [kind, texts] of ranges) if (texts.some((text) => contains(cidrOf(text), ip))) return kind;
  return 'reserved';
}

/** Whether all of a network is guarded: only who names such a place means it. */
export function isGuarded({ ip, bits }: Cidr): boolean {
  const guarded = ranges.find(([kind]) => kind === 'guarded')?.[1] ?? [];
  return guarded.map(cidrOf).some((guard) => guard.bits <= bits && contains(guard, ip));
}

function cidrOf(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === null) throw new RangeError(`no network: ${text}`);
  return cidr;
}
