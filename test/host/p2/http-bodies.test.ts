import { describe, expect, test } from 'vitest';
import { type HttpErrorCode, httpErrorCodes } from '../../../host/p2/http-error-code.ts';
import { type Header, HttpGuest } from './http.ts';

const failed = (name: HttpErrorCode): string => `error ${httpErrorCodes.indexOf(name)}`;
const outgoing = '[method]outgoing-request.body';
const EAGAIN = 'errno 11';

/** A request with a body, and its id. */
function posting(headers: readonly Header[] = []): { guest: HttpGuest; body: number; future: number; id: number } {
  const guest = new HttpGuest();
  const request = guest.requestTo('/', headers);
  const body = guest.take(outgoing, request) ?? 0;
  const future = guest.handle(request) as number;
  const said = guest.said();
  expect(said).toMatchObject({ kind: 'http-start', hasBody: true });
  return { guest, body, future, id: said?.id ?? 0 };
}

describe('outgoing-body', () => {
  test('is had once, and so is its stream', () => {
    const guest = new HttpGuest();
    const request = guest.newRequest();
    const body = guest.take(outgoing, request) ?? 0;
    expect(guest.take(outgoing, request)).toBeNull();
    expect(guest.take('[method]outgoing-body.write', body)).toEqual(expect.any(Number));
    expect(guest.take('[method]outgoing-body.write', body)).toBeNull();
    expect(() => guest.finish(body)).toThrow(/dropped before/);
    expect(() => guest.dropHttp('outgoing-body', body)).toThrow(/dropped before/);
  });

  test('goes into the stream, also what was written before there was one', () => {
    const guest = new HttpGuest();
    const request = guest.requestTo('/');
    const body = guest.take(outgoing, request) ?? 0;
    const stream = guest.take('[method]outgoing-body.write', body) ?? 0;
    expect(guest.writeAndFlush(stream, 'before ')).toBe('ok');
    const future = guest.handle(request) as number;
    expect(guest.writeAndFlush(stream, 'handle, ')).toBe('ok');
    const { id } = guest.said() ?? { id: 0 };
    const ours = guest.answer(id, { kind: 'http-opened' }, { stream: true });
    expect(guest.getResponse(future)).toBeNull();
    expect(guest.poured(ours)).toBe('before handle, ');
    expect(guest.writeAndFlush(stream, 'after')).toBe('ok');
    guest.dropStream('output', stream);
    expect(guest.finish(body)).toBe('ok');
    expect(guest.poured(ours)).toBe('after');
    expect(guest.said()).toEqual({ id, kind: 'http-finish', bodyBytes: 20, trailers: [] });
  });

  test('finished before the stream is there, it follows all the same', () => {
    const { guest, body, future, id } = posting();
    const stream = guest.take('[method]outgoing-body.write', body) ?? 0;
    expect(guest.checkWrite(stream)).toBe(65_536n);
    expect(guest.writeStream(stream, 'x'.repeat(60_000))).toBe('ok');
    guest.dropStream('output', stream);
    const trailers = guest.fromList([['X-Sum', '1']]) as number;
    expect(guest.finish(body, trailers)).toBe('ok');
    expect(guest.said()).toEqual({ id, kind: 'http-finish', bodyBytes: 60_000, trailers: [['X-Sum', '1']] });
    const ours = guest.answer(id, { kind: 'http-opened' }, { stream: true });
    expect(guest.getResponse(future)).toBeNull();
    expect(guest.poured(ours).length).toBe(60_000);
    expect(() => guest.entries(trailers)).toThrow(/unknown handle/);
  });

  test('finished and empty, it is none', () => {
    const guest = new HttpGuest();
    const request = guest.requestTo('/');
    expect(guest.finish(guest.take(outgoing, request) ?? 0)).toBe('ok');
    guest.handle(request);
    expect(guest.said()).toMatchObject({ kind: 'http-start', hasBody: false });
  });

  test('waits while nobody reads, and takes crumbs without end of what was allowed', () => {
    const { guest, body, id } = posting();
    const stream = guest.take('[method]outgoing-body.write', body) ?? 0;
    const ours = guest.answer(id, { kind: 'http-opened' }, { stream: true });
    const pollable = guest.subscribe('output', stream);
    let written = 0;
    while (guest.checkWrite(stream) === 65_536n) {
      guest.writeStream(stream, 'x'.repeat(65_536));
      written += 65_536;
      expect(written).toBeLessThan(2_000_000);
    }
    expect([guest.checkWrite(stream), guest.isReady(pollable)]).toEqual([0n, false]);
    let read = 0;
    for (let text = guest.poured(ours); text !== EAGAIN; text = guest.poured(ours)) read += text.length;
    expect([read, guest.isReady(pollable), guest.checkWrite(stream)]).toEqual([written, true, 65_536n]);
    for (let i = 0; i < 5000; i++) expect(guest.writeStream(stream, 'y')).toBe('ok');
    expect(guest.flush(stream)).toBe('ok');
    for (let text = guest.poured(ours); text !== EAGAIN; text = guest.poured(ours)) read += text.length;
    expect(read).toBe(written + 5000);
  });

  test.each([
    ['too little', '1234', 'ok', failed('HTTP-request-body-size')],
    ['enough', '12345', 'ok', 'ok'],
    ['too much', '123456', 'HTTP-request-body-size', failed('HTTP-request-body-size')],
  ])('is as long as Content-Length says: %s', (_, text, written, finished) => {
    const { guest, body, future, id } = posting([['Content-Length', '5']]);
    const stream = guest.take('[method]outgoing-body.write', body) ?? 0;
    guest.answer(id, { kind: 'http-opened' }, { stream: true });
    expect(guest.writeAndFlush(stream, text)).toBe(written);
    guest.dropStream('output', stream);
    expect(guest.finish(body)).toBe(finished);
    const isWhole = finished === 'ok';
    expect(guest.said()).toMatchObject({ kind: isWhole ? 'http-finish' : 'http-cancel' });
    expect(guest.getResponse(future)).toBe(isWhole ? null : failed('HTTP-protocol-error'));
  });

  test('dropped without an end ends the request', () => {
    const { guest, body, future, id } = posting();
    guest.dropHttp('outgoing-body', body);
    expect(guest.said()).toEqual({ id, kind: 'http-cancel' });
    expect(guest.getResponse(future)).toBe(failed('HTTP-protocol-error'));
  });

  test('of a message that is never sent is closed', () => {
    const guest = new HttpGuest();
    for (const kind of ['request', 'response'] as const) {
      const message =
        kind === 'request'
          ? guest.newRequest()
          : (guest.http('[constructor]outgoing-response', guest.newFields()) as number);
      const body = guest.take(`[method]outgoing-${kind}.body`, message) ?? 0;
      const stream = guest.take('[method]outgoing-body.write', body) ?? 0;
      expect(guest.checkWrite(stream)).toBe(65_536n);
      guest.dropHttp(`outgoing-${kind}`, message);
      expect(guest.checkWrite(stream)).toBe('closed');
    }
  });

  test('is closed when the request has failed', () => {
    const { guest, body, id } = posting();
    const stream = guest.take('[method]outgoing-body.write', body) ?? 0;
    guest.answer(id, { kind: 'http-failed', failure: { code: 'connection-refused' } });
    expect(guest.writeAndFlush(stream, 'x')).toBe('closed');
    guest.dropStream('output', stream);
    expect(guest.finish(body)).toBe('ok');
  });

  test('has a ceiling', () => {
    const guest = new HttpGuest();
    expect(() => {
      for (;;) {
        const stream = guest.take('[method]outgoing-body.write', guest.take(outgoing, guest.newRequest()) ?? 0) ?? 0;
        guest.writeAndFlush(stream, 'x');
      }
    }).toThrow(/more than 256 HTTP bodies/);
  });
});
