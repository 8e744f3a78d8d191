import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIp } from '../../../host/kernel/ip.ts';
import { classOf } from '../../../runtime/net/address-class.ts';
import { denyListen, denyLookup, denyPeer, mayLearn, nameMatches, Pins } from '../../../runtime/net/policy.ts';
import { parseNetRule } from '../../../runtime/net/policy-text.ts';
import type { NetSpec } from '../../../runtime/spec.ts';

function net(rules: readonly string[], mode: NetSpec['mode'] = 'none'): NetSpec {
  const allow = rules.map((text) => {
    const parsed = parseNetRule(text);
    if ('expected' in parsed) throw new Error(`${text}: expected ${parsed.expected}`);
    return parsed.value;
  });
  return { mode, allow, publish: [], maxConnections: null, maxTrafficBytes: null, tlsCa: null };
}

function ip(text: string): readonly number[] {
  return parseIp(text) ?? [];
}

/** `10.0.0.1 80`, each with whether it is allowed. */
function reaches(spec: NetSpec, protocol: 'tcp' | 'udp', target: string, pins: Pins = new Pins()): boolean {
  const [address = '', port = ''] = target.split(' ');
  return denyPeer(spec, pins, protocol, { ip: ip(address), port: Number(port) }) === null;
}

test('nothing is allowed where nothing was', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV4(), fc.ipV6()),
      fc.integer({ min: 1, max: 65_535 }),
      fc.constantFrom('tcp', 'udp'),
      (address, port, protocol) => {
        const target = { ip: ip(address), port };
        if (target.ip.length === 0) return;
        expect(denyPeer(net([]), new Pins(), protocol, target)).not.toBeNull();
        expect(denyListen(net([]), target)).not.toBeNull();
      },
    ),
  );
});

describe('peers', () => {
  const cases: [rules: string[], allowed: string[], denied: string[]][] = [
    [['10.0.0.0/8:5432'], ['10.1.2.3 5432'], ['10.1.2.3 5433', '11.0.0.1 5432', '::ffff:11.0.0.1 5432']],
    [['10.0.0.0/8'], ['10.1.2.3 1', '::ffff:10.1.2.3 65535'], ['192.168.0.1 1', '64:ff9b::10.1.2.3 1']],
    [['[fd12::/16]:80-90'], ['fd12::1 85'], ['fd12::1 91', 'fd13::1 85', '10.0.0.1 85']],
    [
      ['loopback:8080'],
      ['127.0.0.1 8080', '127.8.8.8 8080', '::1 8080'],
      ['127.0.0.1 80', '10.0.0.1 8080', '0.0.0.0 8080'],
    ],
    [['localhost:8080'], ['127.0.0.1 8080', '::1 8080'], ['10.0.0.1 8080']],
    [
      ['private'],
      ['10.0.0.1 1', '192.168.1.1 1', '100.64.0.1 1', 'fd00::1 1'],
      ['100.100.100.200 1', 'fd00:ec2::254 80', '8.8.8.8 1'],
    ],
    [
      ['public'],
      ['8.8.8.8 443', '2606:4700::1 443', '64:ff9b::8.8.8.8 443'],
      [
        '127.0.0.1 443',
        '10.0.0.1 443',
        '169.254.169.254 80',
        '::ffff:169.254.169.254 80',
        '64:ff9b::169.254.169.254 80',
        '2002:a9fe:a9fe::1 80',
        '100.100.100.200 80',
        '192.0.0.192 80',
        '168.63.129.16 80',
        'fd00:ec2::254 80',
        'fe80::1 80',
        '224.0.0.1 80',
        '255.255.255.255 80',
        '0.0.0.0 80',
        ':: 80',
        '64:ff9b::10.0.0.1 80',
        '2002:7f00:1:: 80',
      ],
    ],
    [
      ['0.0.0.0/0', '[::/0]'],
      ['10.0.0.1 1', '127.0.0.1 1', 'fd00::1 1'],
      ['169.254.169.254 80', 'fe80::1 80', '224.0.0.1 1', '0.0.0.0 1'],
    ],
    [
      ['169.254.169.254:80'],
      ['169.254.169.254 80', '::ffff:169.254.169.254 80'],
      ['169.254.169.254 81', '169.254.170.2 80'],
    ],
    [['169.254.0.0/16'], ['169.254.169.254 80'], ['64:ff9b::169.254.169.254 80', 'fe80::1 80']],
    [['168.0.0.0/6'], ['170.0.0.1 80'], ['169.254.169.254 80', '168.63.129.16 80']],
    [['[::ffff:10.0.0.1]:80'], ['10.0.0.1 80'], ['10.0.0.2 80']],
  ];
  test.each(cases)('%j', (rules, allowed, denied) => {
    for (const target of allowed) expect(`${target} ${reaches(net(rules), 'tcp', target)}`).toBe(`${target} true`);
    for (const target of denied) expect(`${target} ${reaches(net(rules), 'tcp', target)}`).toBe(`${target} false`);
  });

  test('a rule of one protocol is none of the other', () => {
    expect(reaches(net(['tcp:10.0.0.1']), 'tcp', '10.0.0.1 1')).toBe(true);
    expect(reaches(net(['tcp:10.0.0.1']), 'udp', '10.0.0.1 1')).toBe(false);
    expect(reaches(net(['udp:10.0.0.1']), 'tcp', '10.0.0.1 1')).toBe(false);
    expect(reaches(net(['listen:10.0.0.1']), 'tcp', '10.0.0.1 1')).toBe(false);
    expect(reaches(net(['10.0.0.1']), 'udp', '10.0.0.1 1')).toBe(true);
  });

  test('host allows all but what only a rule allows, and what is no place', () => {
    const host = net([], 'host');
    for (const target of ['127.0.0.1 1', '10.0.0.1 1', '8.8.8.8 1', '192.0.2.1 1'])
      expect(reaches(host, 'tcp', target)).toBe(true);
    for (const target of [
      '169.254.169.254 80',
      'fe80::1 1',
      '224.0.0.1 1',
      '0.0.0.0 1',
      '64:ff9b::169.254.169.254 1',
    ]) {
      expect(`${target} ${reaches(host, 'tcp', target)}`).toBe(`${target} false`);
    }
    expect(reaches(net(['169.254.169.254'], 'host'), 'tcp', '169.254.169.254 80')).toBe(true);
  });

  test('whatever the presets are, no guarded address and no multicast is reached', () => {
    const presets = fc.subarray(['loopback', 'private', 'public', 'tcp:public:80', '0.0.0.0/0', '[::/0]']);
    const address = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4().map((v4) => `64:ff9b::${v4}`),
      fc.ipV4().map((v4) => `::ffff:${v4}`),
      fc.nat(65_535).map((low) => `169.254.${low >> 8}.${low & 255}`),
    );
    fc.assert(
      fc.property(presets, fc.constantFrom('none', 'host'), address, (rules, mode, text) => {
        const target = ip(text);
        if (target.length === 0) return;
        const kind = classOf(target);
        if (kind !== 'guarded' && kind !== 'never') return;
        expect(denyPeer(net(rules, mode), new Pins(), 'tcp', { ip: target, port: 80 })).not.toBeNull();
      }),
      { numRuns: 2000 },
    );
  });
});

describe('names', () => {
  test('an address counts once a name led to it, for the ports of the name', () => {
    const spec = net(['example.com:443', '*.api.example.com']);
    const pins = new Pins();
    expect(reaches(spec, 'tcp', '8.8.8.8 443', pins)).toBe(false);
    pins.add('example.com', ip('8.8.8.8'));
    pins.add('a.api.example.com', ip('9.9.9.9'));
    pins.add('other.org', ip('1.1.1.1'));
    expect(reaches(spec, 'tcp', '8.8.8.8 443', pins)).toBe(true);
    expect(reaches(spec, 'tcp', '::ffff:8.8.8.8 443', pins)).toBe(true);
    expect(reaches(spec, 'tcp', '8.8.8.8 80', pins)).toBe(false);
    expect(reaches(spec, 'tcp', '9.9.9.9 80', pins)).toBe(true);
    expect(reaches(spec, 'tcp', '1.1.1.1 443', pins)).toBe(false);
  });

  test.each([
    '127.0.0.1',
    '10.0.0.1',
    'fd00::1',
    '169.254.169.254',
    '64:ff9b::169.254.169.254',
    '192.0.2.1',
    '0.0.0.0',
  ])('a name that leads to %s opens nothing', (address) => {
    const spec = net(['example.com']);
    const pins = new Pins();
    pins.add('example.com', ip(address));
    expect(reaches(spec, 'tcp', `${address} 443`, pins)).toBe(false);
    expect(mayLearn(spec, pins, 'example.com', ip(address))).toBe(false);
  });

  test('a private address is reached by name where a rule has it too, and the denial says so otherwise', () => {
    const pins = new Pins();
    pins.add('db.internal', ip('10.0.0.5'));
    const endpoint = { ip: ip('10.0.0.5'), port: 5432 };
    expect(denyPeer(net(['db.internal:5432']), pins, 'tcp', endpoint)).toBe(
      'db.internal led to a private address, which only a rule for it allows',
    );
    expect(denyPeer(net(['db.internal:5432', '10.0.0.0/24:5432']), pins, 'tcp', endpoint)).toBeNull();
    expect(mayLearn(net(['db.internal:5432', '10.0.0.0/24:5432']), pins, 'db.internal', endpoint.ip)).toBe(true);
  });

  test.each<[rules: string[], allowed: string[], denied: string[]]>([
    [[], [], ['example.com', 'localhost']],
    [['example.com:443'], ['example.com'], ['www.example.com', 'example.org']],
    [['*.example.com'], ['a.example.com', 'a.b.example.com'], ['example.com', 'aexample.com', '.example.com']],
    [['dns:*'], ['anything.at.all'], []],
    [['dns:example.com'], ['example.com'], ['example.org']],
    [['public'], ['anything.at.all'], []],
    [['private', 'loopback', '10.0.0.0/8', 'listen:loopback'], [], ['example.com']],
  ])('%j', (rules, allowed, denied) => {
    for (const name of allowed) expect(denyLookup(net(rules), name)).toBeNull();
    for (const name of denied) expect(denyLookup(net(rules), name)).not.toBeNull();
  });

  test('host looks up all names', () => {
    expect(denyLookup(net([], 'host'), 'example.com')).toBeNull();
  });

  test('dns: tells addresses that nothing may be sent to', () => {
    const pins = new Pins();
    pins.add('example.com', ip('10.0.0.1'));
    expect(mayLearn(net(['dns:example.com']), pins, 'example.com', ip('10.0.0.1'))).toBe(true);
    expect(reaches(net(['dns:example.com']), 'tcp', '10.0.0.1 80', pins)).toBe(false);
  });

  test('what a pattern matches ends in it, and is longer', () => {
    const label = fc.stringMatching(/^[a-z]{1,5}$/);
    fc.assert(
      fc.property(
        fc.array(label, { minLength: 1, maxLength: 4 }),
        fc.array(label, { minLength: 1, maxLength: 3 }),
        (a, b) => {
          const [name, domain] = [a.join('.'), b.join('.')];
          expect(nameMatches(`*.${domain}`, `${name}.${domain}`)).toBe(true);
          expect(nameMatches(`*.${domain}`, domain)).toBe(false);
          expect(nameMatches(domain, `${name}.${domain}`)).toBe(false);
        },
      ),
    );
  });

  test('pins are bounded: the oldest goes', () => {
    const pins = new Pins();
    for (let i = 0; i < 5000; i++) pins.add('a', [8, 8, i >> 8, i & 255]);
    expect(pins.namesOf([8, 8, 0, 0])).toEqual([]);
    expect(pins.namesOf([8, 8, 4999 >> 8, 4999 & 255])).toEqual(['a']);
  });
});

describe('listening', () => {
  test.each<[rules: string[], allowed: string[], denied: string[]]>([
    [['127.0.0.1:80', 'loopback'], [], ['127.0.0.1 80']],
    [['listen:loopback:8080'], ['127.0.0.1 8080', '::1 8080'], ['127.0.0.1 80', '0.0.0.0 8080', '10.0.0.1 8080']],
    [['listen:0.0.0.0:8080'], ['0.0.0.0 8080', '10.0.0.1 8080'], [':: 8080', '0.0.0.0 80']],
    [['listen:[::]:8080'], [':: 8080', '::1 8080'], ['0.0.0.0 8080']],
    [['listen:10.0.0.0/8'], ['10.0.0.1 1'], ['0.0.0.0 1']],
    [['listen:private'], ['10.0.0.1 1', 'fd00::1 1'], ['127.0.0.1 1', '8.8.8.8 1']],
  ])('%j', (rules, allowed, denied) => {
    const may = (target: string): boolean => {
      const [address = '', port = ''] = target.split(' ');
      return denyListen(net(rules), { ip: ip(address), port: Number(port) }) === null;
    };
    for (const target of allowed) expect(`${target} ${may(target)}`).toBe(`${target} true`);
    for (const target of denied) expect(`${target} ${may(target)}`).toBe(`${target} false`);
  });

  test('host may everywhere', () => {
    expect(denyListen(net([], 'host'), { ip: ip('0.0.0.0'), port: 80 })).toBeNull();
  });
});
