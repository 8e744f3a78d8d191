import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canonicalName,
  formatNetRule,
  formatPublish,
  parseNetRule,
  parsePublish,
} from '../../../runtime/net/policy-text.ts';

describe('--allow-net', () => {
  test.each([
    'example.com',
    'example.com:443',
    'tcp:example.com:8000-9000',
    '*.example.com:443',
    '10.0.0.0/8',
    'udp:10.0.0.1:53',
    '[::1]:80',
    '[fd00::/8]',
    'loopback:8080',
    'private',
    'public:443',
    'listen:loopback:8080',
    'listen:0.0.0.0/0:8080',
    'dns:*',
    'dns:example.com',
  ])('%s is written as it is', (text) => {
    const rule = parseNetRule(text);
    expect('value' in rule && formatNetRule(rule.value)).toBe(text);
  });

  test.each([
    ['EXAMPLE.com.', 'example.com'],
    ['bücher.example:80', 'xn--bcher-kva.example:80'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['fd00::/8', '[fd00::/8]'],
    ['::1', '[::1]'],
    ['localhost:80', 'loopback:80'],
    ['listen:0.0.0.0:80', 'listen:0.0.0.0/0:80'],
    ['listen:[::]', 'listen:[::/0]'],
    ['[::ffff:10.0.0.1]:1', '10.0.0.1:1'],
    ['tcp:private:1-1', 'tcp:private:1'],
  ])('%s is %s', (text, canonical) => {
    const rule = parseNetRule(text);
    expect('value' in rule && formatNetRule(rule.value)).toBe(canonical);
  });

  test.each([
    '',
    5,
    null,
    ':80',
    'example.com:0',
    'example.com:65536',
    'example.com:90-80',
    'example.com:http',
    'example.com:80:90',
    'http://example.com',
    'user@example.com',
    'example.com/path',
    'exa mple.com',
    '-example.com',
    '*',
    '*.*.com',
    'a.*.com',
    '1.2.3',
    '0x7f.1',
    '2130706433',
    '1.2.3.4/33',
    '[1.2.3.4',
    '[example.com]:80',
    'dns:10.0.0.1',
    'dns:public',
    'dns:example.com:53',
    'listen:example.com:80',
    'icmp:10.0.0.1',
    'tcp:',
    'x'.repeat(400),
  ])('%j is no rule', (text) => {
    expect(parseNetRule(text)).toHaveProperty('expected');
  });

  test('any text is a rule or is refused; what a rule is written as is the rule again', () => {
    const alphabet = fc.constantFrom(...'abc019.:-*/[]', 'tcp:', 'udp:', 'listen:', 'dns:', 'public', '::', 'fe80');
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 12 }), (text) => {
        const rule = parseNetRule(text);
        if ('expected' in rule) return;
        expect(parseNetRule(formatNetRule(rule.value))).toEqual(rule);
      }),
      { numRuns: 5000 },
    );
  });

  test.each(['127.1', '0177.0.0.1', '0x7f000001', '2130706433', '127.0.0.1', '[::1]', 'a..b', `${'a'.repeat(64)}.com`])(
    '%s is no name: resolvers would take some for addresses',
    (text) => {
      expect(canonicalName(text)).toBeNull();
    },
  );
});

describe('--publish', () => {
  test.each([
    ['8080:80', '127.0.0.1:8080:80/tcp'],
    ['0.0.0.0:8080:80', '0.0.0.0:8080:80/tcp'],
    ['localhost:53:5353/udp', '127.0.0.1:53:5353/udp'],
    ['[::1]:8080:80/tcp', '[::1]:8080:80/tcp'],
    ['[0:0::1]:1:2', '[::1]:1:2/tcp'],
    ['[::ffff:127.0.0.1]:5001:80', '127.0.0.1:5001:80/tcp'],
  ])('%s is %s', (text, canonical) => {
    const parsed = parsePublish(text);
    expect('value' in parsed && formatPublish(parsed.value)).toBe(canonical);
  });

  test.each([
    '8080',
    '8080:',
    ':80',
    '0:80',
    '80:0',
    '80:65536',
    'example.com:80:80',
    '8080:80/sctp',
    '1.2.3:80:80',
    5,
    '',
  ])('%j is none', (text) => {
    expect(parsePublish(text)).toHaveProperty('expected');
  });
});
