import { describe, expect, test } from 'vitest';
import { type HttpErrorCode, httpErrorCodes } from '../../../host/p2/http-error-code.ts';
import type { HttpReplyMessage } from '../../../host/p2/http-messages.ts';
import { result } from './guest.ts';
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

const head = (hasBody = true): HttpReplyMessage => ({ kind: 'http-head', status: 200, headers: [], hasBody });

/** A response with a body: the handle of the body, and the broker's end of its stream. */
function responding(): { guest: HttpGuest; id: number; body: number; stream: number } {
  const guest = new HttpGuest();
  const future = guest.handle(guest.requestTo('/')) as number;
  const { id } = guest.said() ?? { id: 0 };
  const stream = guest.answer(id, head(), { stream: true });
  const response = guest.getResponse(future) as number;
  const body = guest.take('[method]incoming-response.consume', response) ?? 0;
  return { guest, id, body, stream };
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

describe('a response', () => {
  test('is told once, when it is there', () => {
    const guest = new HttpGuest();
    const future = guest.handle(guest.requestTo('/')) as number;
    const pollable = guest.http('[method]future-incoming-response.subscribe', future) as number;
    expect([guest.getResponse(future), guest.isReady(pollable)]).toEqual([null, false]);
    const { id } = guest.said() ?? { id: 0 };
    guest.answer(id, {
      kind: 'http-head',
      status: 404,
      headers: [
        ['A', 'b'],
        ['Connection', 'x'],
      ],
      hasBody: false,
    });
    guest.block(pollable);
    const response = guest.getResponse(future) as number;
    expect(guest.getResponse(future)).toBe('taken');
    expect(guest.http('[method]incoming-response.status', response)).toBe(404);
    const headers = guest.http('[method]incoming-response.headers', response) as number;
    expect(guest.entries(headers)).toEqual([['A', 'b']]);
    expect(guest.append(headers, 'c', 'd')).toBe('immutable');
    expect(() => guest.dropHttp('incoming-response', response)).toThrow(/dropped before/);
    expect(() => guest.dropHttp('future-incoming-response', future)).toThrow(/dropped before/);
    guest.dropPollable(pollable);
    guest.dropHttp('future-incoming-response', future);
    guest.dropHttp('fields', headers);
    guest.dropHttp('incoming-response', response);
    expect(guest.said()).toEqual({ id, kind: 'http-cancel' });
  });

  test('has a body, which ends with its trailers', () => {
    const { guest, id, body, stream } = responding();
    const input = guest.take('[method]incoming-body.stream', body) ?? 0;
    expect(guest.take('[method]incoming-body.stream', body)).toBeNull();
    const pollable = guest.subscribe('input', input);
    expect([guest.readStream(input, 10, { wait: false }), guest.isReady(pollable)]).toEqual(['read ', false]);
    guest.pour(stream, 'content');
    expect([guest.isReady(pollable), guest.readStream(input, 100)]).toEqual([true, 'read content']);
    guest.answer(id, { kind: 'http-end', trailers: [['X-Sum', '1']] });
    guest.closeFd(stream);
    expect([guest.isReady(pollable), guest.readError(input), guest.readError(input)]).toEqual([
      true,
      'closed',
      'closed',
    ]);
    expect(() => guest.http('[static]incoming-body.finish', body)).toThrow(/dropped before/);
    guest.dropPollable(pollable);
    guest.dropStream('input', input);
    const future = guest.http('[static]incoming-body.finish', body) as number;
    const trailers = guest.getFuture('[method]future-trailers.get', future);
    expect(trailers).toBe(1);
    const fields = guest.u32(result + 28);
    expect(guest.entries(fields)).toEqual([['X-Sum', '1']]);
    expect(guest.getFuture('[method]future-trailers.get', future)).toBe('taken');
    expect(() => guest.dropHttp('future-trailers', future)).toThrow(/dropped before/);
    expect(guest.said()).toBeNull();
  });

  test('is drained for its trailers when it is finished before its end', () => {
    const { guest, id, body } = responding();
    const future = guest.http('[static]incoming-body.finish', body) as number;
    expect(guest.said()).toEqual({ id, kind: 'http-drain' });
    const pollable = guest.http('[method]future-trailers.subscribe', future) as number;
    expect([guest.isReady(pollable), guest.getFuture('[method]future-trailers.get', future)]).toEqual([false, null]);
    guest.answer(id, { kind: 'http-end', trailers: null });
    expect(guest.isReady(pollable)).toBe(true);
    expect(guest.getFuture('[method]future-trailers.get', future)).toBe(0);
  });

  test('breaks off: what came is read, then the error', () => {
    const { guest, id, body, stream } = responding();
    const input = guest.take('[method]incoming-body.stream', body) ?? 0;
    guest.pour(stream, 'half');
    guest.answer(id, { kind: 'http-failed', failure: { code: 'HTTP-response-incomplete' } });
    guest.closeFd(stream);
    expect(guest.readError(input)).toBe('read half');
    expect(guest.readError(input)).toBe(failed('HTTP-response-incomplete'));
    expect(guest.readError(input)).toBe('closed');
    guest.dropStream('input', input);
    const future = guest.http('[static]incoming-body.finish', body) as number;
    expect(guest.getFuture('[method]future-trailers.get', future)).toBe(failed('HTTP-response-incomplete'));
  });

  test.each<[string, (guest: HttpGuest, body: number) => void]>([
    ['body', (guest, body) => guest.dropHttp('incoming-body', body)],
    [
      'trailers',
      (guest, body) => guest.dropHttp('future-trailers', guest.http('[static]incoming-body.finish', body) as number),
    ],
  ])('dropped with its %s is cancelled', (_, drop) => {
    const { guest, id, body } = responding();
    drop(guest, body);
    const said = [guest.said(), guest.said()].filter((message) => message?.kind === 'http-cancel');
    expect(said).toEqual([{ id, kind: 'http-cancel' }]);
  });

  test('nobody waits for is cancelled', () => {
    const guest = new HttpGuest();
    const future = guest.handle(guest.requestTo('/')) as number;
    const { id } = guest.said() ?? { id: 0 };
    guest.dropHttp('future-incoming-response', future);
    expect(guest.said()).toEqual({ id, kind: 'http-cancel' });
    // What was on its way belongs to nobody.
    guest.answer(id, head(), { stream: true });
    expect(guest.handle(guest.requestTo('/'))).toEqual(expect.any(Number));
  });

  test('without a broker any more is an error', () => {
    const { guest, body } = responding();
    const input = guest.take('[method]incoming-body.stream', body) ?? 0;
    const waiting = guest.handle(guest.requestTo('/')) as number;
    guest.closeFd(guest.broker);
    expect(guest.getResponse(waiting)).toBe(failed('internal-error'));
    expect(guest.handle(guest.requestTo('/'))).toEqual(expect.any(Number));
    guest.dropStream('input', input);
  });
});

describe('outgoing-response', () => {
  test('has a status, headers and a body', () => {
    const guest = new HttpGuest();
    const response = guest.http('[constructor]outgoing-response', guest.fromList([['a', 'b']]) as number) as number;
    const status = (): unknown => guest.http('[method]outgoing-response.status-code', response);
    expect(status()).toBe(200);
    expect(guest.http('[method]outgoing-response.set-status-code', response, 99)).toBe(1);
    expect(guest.http('[method]outgoing-response.set-status-code', response, 1000)).toBe(1);
    expect(guest.http('[method]outgoing-response.set-status-code', response, 418)).toBe(0);
    expect(status()).toBe(418);
    const headers = guest.http('[method]outgoing-response.headers', response) as number;
    expect([guest.entries(headers), guest.append(headers, 'c', 'd')]).toEqual([[['a', 'b']], 'immutable']);
    expect(guest.take('[method]outgoing-response.body', response)).toEqual(expect.any(Number));
    expect(guest.take('[method]outgoing-response.body', response)).toBeNull();
  });
});

test('what only a server is given traps', () => {
  const guest = new HttpGuest();
  for (const name of ['method', 'path-with-query', 'scheme', 'authority', 'headers', 'consume']) {
    expect(() => guest.http(`[method]incoming-request.${name}`, 1, result)).toThrow(/unknown handle/);
  }
  expect(() => guest.http('[static]response-outparam.set', 1, 0, 1, 0, 0n, 0, 0, 0, 0)).toThrow(/unknown handle/);
  expect(() => guest.http('[method]response-outparam.send-informational', 1, 103, 1, result)).toThrow(/unknown handle/);
});
