import { describe, expect, test } from 'vitest';
import { httpErrorCodes } from '../../../host/p2/http-error-code.ts';
import { pathAt, result } from './guest.ts';
import { HttpGuest } from './http.ts';

const failed = (name: string): string => `error ${httpErrorCodes.indexOf(name as (typeof httpErrorCodes)[number])}`;

describe('outgoing-request', () => {
  test('says what it was told', () => {
    const guest = new HttpGuest();
    const request = guest.newRequest();
    const option = (name: string): string | null => {
      guest.http(`[method]outgoing-request.${name}`, request, result);
      return guest.u8(result) === 0 ? null : guest.text(result + 4);
    };
    expect([option('path-with-query'), option('authority')]).toEqual([null, null]);
    expect(guest.setOption('set-path-with-query', request, '/a?b=c')).toBe(0);
    expect(guest.setOption('set-authority', request, '[::1]:80')).toBe(0);
    expect([option('path-with-query'), option('authority')]).toEqual(['/a?b=c', '[::1]:80']);
    expect(guest.setOption('set-path-with-query', request, null)).toBe(0);
    expect(option('path-with-query')).toBeNull();
    guest.http('[method]outgoing-request.method', request, result);
    expect(guest.u8(result)).toBe(0);
    expect(guest.http('[method]outgoing-request.set-method', request, 9, ...guest.put(pathAt, 'PURGE'))).toBe(0);
    guest.http('[method]outgoing-request.method', request, result);
    expect([guest.u8(result), guest.text(result + 4)]).toEqual([9, 'PURGE']);
    guest.http('[method]outgoing-request.scheme', request, result);
    expect(guest.u8(result)).toBe(0);
    expect(guest.http('[method]outgoing-request.set-scheme', request, 1, 2, ...guest.put(pathAt, 'coap+tcp'))).toBe(0);
    guest.http('[method]outgoing-request.scheme', request, result);
    expect([guest.u8(result), guest.u8(result + 4), guest.text(result + 8)]).toEqual([1, 2, 'coap+tcp']);
  });

  test.each([
    ['set-path-with-query', ['a', 'http://a/', '/ ', '/\r\n', '/é', '/#f', '/\0'], ['', '/', '?a', '/a%20"{}|']],
    ['set-authority', ['', 'a b', 'a/b', 'a:b', '[::1', 'a\n', 'a?'], ['a', 'a:1', 'a:', 'u:p@a', '[::1]:1', 'a_b']],
  ])('%s knows its syntax', (method, bad, good) => {
    const guest = new HttpGuest();
    const request = guest.newRequest();
    for (const text of bad) expect([text, guest.setOption(method, request, text)]).toEqual([text, 1]);
    for (const text of good) expect([text, guest.setOption(method, request, text)]).toEqual([text, 0]);
  });

  test('method and scheme know theirs', () => {
    const guest = new HttpGuest();
    const request = guest.newRequest();
    for (const text of ['', 'GET /', 'é']) {
      expect(guest.http('[method]outgoing-request.set-method', request, 9, ...guest.put(pathAt, text))).toBe(1);
      expect(guest.http('[method]outgoing-request.set-scheme', request, 1, 2, ...guest.put(pathAt, text))).toBe(1);
    }
    expect(() => guest.http('[method]outgoing-request.set-method', request, 10, 0, 0)).toThrow(/discriminant/);
  });
});

describe('request-options', () => {
  test.each(['connect-timeout', 'first-byte-timeout', 'between-bytes-timeout'])('%s', (name) => {
    const guest = new HttpGuest();
    const options = guest.http('[constructor]request-options') as number;
    const get = (): bigint | null => {
      guest.http(`[method]request-options.${name}`, options, result);
      return guest.u8(result) === 0 ? null : guest.u64(result + 8);
    };
    expect(get()).toBeNull();
    expect(guest.http(`[method]request-options.set-${name}`, options, 1, -1n)).toBe(0);
    expect(get()).toBe(2n ** 64n - 1n);
    expect(guest.http(`[method]request-options.set-${name}`, options, 0, 0n)).toBe(0);
    expect(get()).toBeNull();
  });
});

describe('handle', () => {
  test('sends the request, with its timeouts', () => {
    const guest = new HttpGuest();
    const request = guest.requestTo('?q', [['X-A', 'b']]);
    const options = guest.http('[constructor]request-options') as number;
    guest.http('[method]request-options.set-connect-timeout', options, 1, 1n);
    guest.http('[method]request-options.set-first-byte-timeout', options, 1, 2n ** 63n);
    expect(guest.handle(request, options)).toEqual(expect.any(Number));
    expect(guest.said()).toEqual({
      id: expect.any(Number),
      kind: 'http-start',
      method: 'GET',
      scheme: 'http',
      authority: 'host',
      path: '/?q',
      headers: [['X-A', 'b']],
      hasBody: false,
      connectTimeoutMs: 1,
      firstByteTimeoutMs: 3_600_000,
      betweenBytesTimeoutMs: 600_000,
    });
    expect(() => guest.http('[method]outgoing-request.method', request, result)).toThrow(/unknown handle/);
    expect(() => guest.dropHttp('request-options', options)).toThrow(/unknown handle/);
  });

  test.each<[string, (guest: HttpGuest, request: number) => void, string]>([
    ['no authority', (guest, request) => guest.setOption('set-authority', request, null), 'HTTP-request-URI-invalid'],
    ['userinfo', (guest, request) => guest.setOption('set-authority', request, 'a@b'), 'HTTP-request-URI-invalid'],
    ['no port', (guest, request) => guest.setOption('set-authority', request, 'a:70000'), 'HTTP-request-URI-invalid'],
    [
      'another scheme',
      (guest, request) => guest.http('[method]outgoing-request.set-scheme', request, 1, 2, ...guest.put(pathAt, 'ftp')),
      'HTTP-protocol-error',
    ],
    [
      'a tunnel',
      (guest, request) => guest.http('[method]outgoing-request.set-method', request, 5, 0, 0),
      'HTTP-request-method-invalid',
    ],
    [
      'a long path',
      (guest, request) => guest.setOption('set-path-with-query', request, `/${'a'.repeat(8192)}`),
      'HTTP-request-URI-too-long',
    ],
  ])('refuses %s', (_, spoil, error) => {
    const guest = new HttpGuest();
    const request = guest.requestTo('/');
    spoil(guest, request);
    expect(guest.handle(request)).toBe(failed(error));
    expect(guest.said()).toBeNull();
  });

  test('refuses headers that are too many, a length without a body, and an expectation', () => {
    const guest = new HttpGuest();
    const many = guest.requestTo('/', [['a', 'b'.repeat(20_000)]]);
    expect(guest.handle(many)).toBe(failed('HTTP-request-header-section-size'));
    expect(guest.handle(guest.requestTo('/', [['content-length', '5']]))).toBe(failed('HTTP-request-body-size'));
    expect(guest.handle(guest.requestTo('/', [['Expect', '100-continue']]))).toBe(failed('internal-error'));
    expect(guest.handle(guest.requestTo('/', [['content-length', '0']]))).toEqual(expect.any(Number));
  });

  test('traps while headers of the request are held', () => {
    const guest = new HttpGuest();
    const request = guest.requestTo('/');
    guest.http('[method]outgoing-request.headers', request);
    expect(() => guest.handle(request)).toThrow(/dropped before/);
  });

  test('has a ceiling, which those that are over do not count for', () => {
    const guest = new HttpGuest();
    const futures = Array.from({ length: 128 }, () => guest.handle(guest.requestTo('/')) as number);
    expect(guest.handle(guest.requestTo('/'))).toBe(failed('connection-limit-reached'));
    const { id } = guest.said() ?? { id: 0 };
    guest.answer(id, { kind: 'http-failed', failure: { code: 'DNS-timeout' } });
    const next = guest.handle(guest.requestTo('/'));
    expect(next).toEqual(expect.any(Number));
    expect(guest.getResponse(futures[0] ?? 0)).toBe(failed('DNS-timeout'));
    guest.dropHttp('future-incoming-response', futures[1] ?? 0);
    expect(guest.handle(guest.requestTo('/'))).toEqual(expect.any(Number));
  });
});
