import { describe, expect, test } from 'vitest';
import { type HttpErrorCode, httpErrorCodes } from '../../../host/p2/http-error-code.ts';
import type { HttpReplyMessage } from '../../../host/p2/http-messages.ts';
import { result } from './guest.ts';
import { HttpGuest } from './http.ts';

const failed = (name: HttpErrorCode): string => `error ${httpErrorCodes.indexOf(name)}`;

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
    expect(guest.getFuture('[method]future-trailers.get', future)).toEqual(expect.any(Number));
    expect(guest.u8(result + 24)).toBe(1);
    const fields = guest.u32(result + 28);
    expect(guest.entries(fields)).toEqual([['X-Sum', '1']]);
    expect(guest.getFuture('[method]future-trailers.get', future)).toBe('taken');
    expect(() => guest.dropHttp('future-trailers', future)).toThrow(/dropped before/);
    expect(guest.said()).toBeNull();
  });

  test('may come whole, in one message', () => {
    const guest = new HttpGuest();
    const future = guest.handle(guest.requestTo('/')) as number;
    const { id } = guest.said() ?? { id: 0 };
    const body = 'caf\xc3\xa9';
    guest.answer(id, { kind: 'http-whole', status: 200, headers: [], body, trailers: [['a', 'b']] });
    const response = guest.getResponse(future) as number;
    const incoming = guest.take('[method]incoming-response.consume', response) ?? 0;
    const input = guest.take('[method]incoming-body.stream', incoming) ?? 0;
    const pollable = guest.subscribe('input', input);
    expect([guest.isReady(pollable), guest.readStream(input, 3), guest.readStream(input, 100)]).toEqual([
      true,
      'read caf',
      'read é',
    ]);
    expect([guest.isReady(pollable), guest.readStream(input, 1)]).toEqual([true, 'closed']);
    guest.dropPollable(pollable);
    guest.dropStream('input', input);
    const trailers = guest.http('[static]incoming-body.finish', incoming) as number;
    expect(guest.getFuture('[method]future-trailers.get', trailers)).toEqual(expect.any(Number));
    expect(guest.entries(guest.u32(result + 28))).toEqual([['a', 'b']]);
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
    expect(guest.getFuture('[method]future-trailers.get', future)).toEqual(expect.any(Number));
    expect(guest.u8(result + 24)).toBe(0);
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

  test.each(['headers', 'a pollable'])('dropped before %s of it is a trap', (child) => {
    const guest = new HttpGuest();
    const future = guest.handle(guest.requestTo('/')) as number;
    guest.answer(guest.said()?.id ?? 0, head(false));
    const response = guest.getResponse(future) as number;
    const isHeaders = child === 'headers';
    if (isHeaders) guest.http('[method]incoming-response.headers', response);
    else guest.http('[method]future-incoming-response.subscribe', future);
    const drop = (): void =>
      isHeaders ? guest.dropHttp('incoming-response', response) : guest.dropHttp('future-incoming-response', future);
    expect(drop).toThrow(/dropped before/);
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

  test('whose stream did not arrive is an error, not an empty body', () => {
    const guest = new HttpGuest();
    const future = guest.handle(guest.requestTo('/')) as number;
    const { id } = guest.said() ?? { id: 0 };
    guest.answer(id, head());
    expect(guest.getResponse(future)).toBe(failed('connection-limit-reached'));
    expect(guest.said()).toEqual({ id, kind: 'http-cancel' });
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
