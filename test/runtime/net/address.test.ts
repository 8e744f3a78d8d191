import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIp, parseIp, unmapped } from '../../../host/kernel/ip.ts';
import { contains, embeddedV4, formatCidr, parseCidr } from '../../../runtime/net/address.ts';
import { classOf } from '../../../runtime/net/address-class.ts';

const bytes = (length: number) => fc.array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length });
const anyIp = fc.oneof(bytes(4), bytes(16));

function ip(text: string): readonly number[] {
  const parsed = parseIp(text);
  if (parsed === null) throw new Error(`no address: ${text}`);
  return parsed;
}

describe('text', () => {
  test.each([
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['64:ff9b::169.254.169.254', '64:ff9b::a9fe:a9fe'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['127.0.0.1', '127.0.0.1'],
  ])('%s is %s', (text, canonical) => {
    expect(formatIp(ip(text))).toBe(canonical);
  });

  test.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '0x7f.0.0.1',
    '1.2.3.4.5',
    '1::2::3',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    'fe80::1%eth0',
    '12345::',
    '::1.2.3',
    ' ::1',
  ])('%j is no address', (text) => {
    expect(parseIp(text)).toBeNull();
  });

  test('what is written is read again, and Node agrees that it is an address', () => {
    fc.assert(
      fc.property(anyIp, (address) => {
        const text = formatIp(address);
        expect(parseIp(text)).toEqual(address);
        expect(address.length === 4 ? isIPv4(text) : isIPv6(text)).toBe(true);
      }),
    );
  });

  test('text that is read is an address to Node, too', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abf:.'), maxLength: 20 }), (text) => {
        if (parseIp(text) !== null) expect(isIPv4(text) || isIPv6(text)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('networks', () => {
  test.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.0.0.1', '10.0.0.1'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['fe80::1/10', 'fe80::/10'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
  ])('%s is %s', (text, canonical) => {
    const cidr = parseCidr(text);
    expect(cidr && formatCidr(cidr)).toBe(canonical);
  });

  test.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', 'x/8'])('%s is none', (text) => {
    expect(parseCidr(text)).toBeNull();
  });

  test('an address is in its own network of any size, and out of it with a bit of the prefix turned over', () => {
    fc.assert(
      fc.property(anyIp, fc.nat(), (address, seed) => {
        const bits = seed % (address.length * 8 + 1);
        const cidr = parseCidr(`${formatIp(address)}/${bits}`);
        if (cidr === null || cidr.ip.length !== address.length) return;
        expect(contains(cidr, address)).toBe(true);
        if (bits === 0) return;
        const turned = address.map((byte, i) => (i === (bits - 1) >> 3 ? byte ^ (0x80 >> ((bits - 1) & 7)) : byte));
        expect(contains(cidr, turned)).toBe(false);
      }),
    );
  });

  test('an address of the other family is in none', () => {
    expect(contains({ ip: ip('::'), bits: 0 }, ip('1.2.3.4'))).toBe(false);
    expect(contains({ ip: ip('0.0.0.0'), bits: 0 }, ip('::1'))).toBe(false);
  });
});

describe('classes', () => {
  test.each([
    ['never', ['0.0.0.0', '0.1.2.3', '::', '224.0.0.1', '255.255.255.255', 'ff02::1', '::ffff:0.0.0.0']],
    [
      'guarded',
      [
        '169.254.169.254',
        '169.254.170.2',
        'fe80::1',
        'fd00:ec2::254',
        'fd00:ec2::23',
        '100.100.100.200',
        '192.0.0.192',
        '168.63.129.16',
        'fd20:ce::254',
        '::ffff:169.254.169.254',
        '64:ff9b::169.254.169.254',
        '2002:a9fe:a9fe::1',
        '::169.254.169.254',
        '::ffff:0:169.254.169.254',
        '2001:0:a9fe:a9fe::f7f7:f7f7',
        '2001:db8::5efe:169.254.169.254',
        '2600::200:5efe:169.254.169.254',
      ],
    ],
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1', 'fc00::1', 'fd12::1']],
    [
      'reserved',
      [
        '192.0.2.1',
        '198.18.0.1',
        '240.0.0.1',
        '2001:db8::1',
        '64:ff9b:1::808:808',
        '64:ff9b::10.0.0.1',
        '2002:7f00:1::1',
        '2002:a00:1::',
        '::10.0.0.1',
        'fec0::1',
        '5f00::1',
        '4000::1',
      ],
    ],
    ['public', ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1', '64:ff9b::8.8.8.8', '2002:808:808::1']],
  ])('%s', (kind, addresses) => {
    for (const address of addresses) expect(`${address} ${classOf(ip(address))}`).toBe(`${address} ${kind}`);
  });

  test('a Teredo address leads to its client, which stands in it turned over', () => {
    // 2001:0:SERVER:FLAGS:PORT:~CLIENT; the client is 169.254.169.254, the server 8.8.8.8.
    expect(embeddedV4(ip('2001:0:808:808:0:0:5601:5601'))).toEqual([ip('8.8.8.8'), ip('169.254.169.254')]);
    expect(classOf(ip('2001:0:808:808:0:0:5601:5601'))).toBe('guarded');
  });

  test('an IPv4 address in any IPv6 disguise is never more public than by itself', () => {
    const order = ['never', 'guarded', 'reserved', 'loopback', 'private', 'public'];
    const disguises: ((v4: readonly number[]) => readonly number[])[] = [
      (v4) => [...ip('64:ff9b::').slice(0, 12), ...v4],
      (v4) => [0x20, 0x02, ...v4, ...Array(10).fill(1)],
      (v4) => [0x20, 0x01, 0, 0, ...v4, 0, 0, 0, 0, 0xf7, 0xf7, 0xf7, 0xf7],
      (v4) => [...ip('::ffff:0:0:0').slice(0, 12), ...v4],
      (v4) => [...ip('2600::5efe:0:0').slice(0, 12), ...v4],
    ];
    fc.assert(
      fc.property(bytes(4), fc.nat(disguises.length - 1), (v4, i) => {
        const disguised = disguises[i]?.(v4) ?? v4;
        if (classOf(v4) === 'public') return;
        expect(classOf(disguised)).not.toBe('public');
        expect(order.indexOf(classOf(disguised))).toBeLessThanOrEqual(Math.max(order.indexOf(classOf(v4)), 2));
      }),
    );
  });

  test('a mapped address is the IPv4 address', () => {
    fc.assert(
      fc.property(bytes(4), (v4) => {
        const mapped = [...ip('::ffff:0:0').slice(0, 12), ...v4];
        expect(unmapped(mapped)).toEqual(v4);
        expect(classOf(mapped)).toBe(classOf(v4));
      }),
    );
  });
});
