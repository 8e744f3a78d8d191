/** Requests of HTTP from the broker, and its connections, against real servers. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { HttpGuest } from './http-guest.ts';
import { echo, headersOf, saying, serving } from './http-server.ts';

describe('a request', () => {
  it('arrives as it was asked for, and its response comes back', async () => {
    const url = await serving(echo);
    const request = new HttpGuest().start(`${url}/path?query=1`, {
      headers: [
        ['X-Own', 'caf\xe9'],
        ['X-Own', '2'],
      ],
    });
    const { status, headers, body, trailers } = await request.response();
    expect({ status, trailers }).toEqual({ status: 200, trailers: null });
    expect(headers).toContainEqual(['x-method', 'GET']);
    const seen = JSON.parse(body);
    expect(seen).toMatchObject({ url: '/path?query=1', body: '' });
    expect(seen.headers.filter((_: string, i: number) => seen.headers[i - (i % 2)] === 'X-Own')).toEqual([
      'X-Own',
      'caf\xe9',
      'X-Own',
      '2',
    ]);
    expect(headersOf(seen.headers)).toMatchObject({ host: new URL(url).host });
  });

  it.each([
    ['chunked', [], { 'transfer-encoding': 'chunked' }],
    ['with a length', [['content-length', '200000']], { 'content-length': '200000' }],
  ] as const)('has a body: %s', async (_, headers, seen) => {
    const url = await serving(echo);
    const request = new HttpGuest().start(url, { method: 'POST', headers, hasBody: true });
    await request.send('x'.repeat(200_000));
    const received = JSON.parse((await request.response()).body);
    expect(received.body).toBe('x'.repeat(200_000));
    expect(headersOf(received.headers)).toMatchObject(seen);
  });

  it('has trailers', async () => {
    const url = await serving(echo);
    for (const body of ['content', '']) {
      const request = new HttpGuest().start(url, { method: 'POST', hasBody: true });
      await request.send(body, [['X-Sum', '42']]);
      expect(JSON.parse((await request.response()).body)).toMatchObject({ body, trailers: ['X-Sum', '42'] });
    }
  });

  it('may have an empty body', async () => {
    const url = await serving(echo);
    const request = new HttpGuest().start(url, { method: 'POST', hasBody: true });
    await request.send('');
    const received = JSON.parse((await request.response()).body);
    expect(headersOf(received.headers)).toMatchObject({ 'content-length': '0' });
  });

  it('is cancelled with its connection', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const url = await serving((request) => {
      closed = once(request.socket, 'close');
      asked();
    });
    let asked = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const request = new HttpGuest().start(url);
    await arrived;
    request.tell({ kind: 'http-cancel' });
    await closed;
  });

  it('stops in the middle of its body', async () => {
    const arrived: IncomingMessage[] = [];
    const url = await serving((request) => {
      arrived.push(request);
      request.on('error', () => {});
      request.resume();
    });
    const request = new HttpGuest().start(url, { method: 'POST', hasBody: true });
    await request.reply('http-opened');
    request.stream?.write('half');
    await expect.poll(() => arrived.length).toBe(1);
    request.tell({ kind: 'http-cancel' });
    await expect.poll(() => arrived[0]?.destroyed).toBe(true);
    expect(arrived[0]?.complete).toBe(false);
  });
});

describe('connections', () => {
  it('are kept', async () => {
    const ports = new Set<number | undefined>();
    const url = await serving((request, response) => {
      ports.add(request.socket.remotePort);
      request.pipe(response);
    });
    const guest = new HttpGuest();
    for (let i = 0; i < 20; i++) {
      const request = guest.start(url, { method: 'POST', hasBody: true });
      await request.send(`body ${i}`);
      expect(await request.response()).toMatchObject({ body: `body ${i}` });
    }
    expect(ports.size).toBe(1);
    expect(guest.usage().peers).toMatchObject([{ protocol: 'http', connections: 1 }]);
  });

  it('are made anew when the server closed them meanwhile, or just now', async () => {
    const url = await saying((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      // The next request is its end.
      socket.once('data', () => socket.destroy());
      setTimeout(() => socket.destroy(), 20);
    });
    const guest = new HttpGuest();
    for (const pauseMs of [0, 0, 18, 19, 20, 21, 40]) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      expect(await guest.start(url).response()).toMatchObject({ body: 'ok' });
    }
  });

  it('carry one request each, and many at once', async () => {
    let most = 0;
    let now = 0;
    const url = await serving((_, response) => {
      now++;
      most = Math.max(most, now);
      setTimeout(() => {
        now--;
        response.end('ok');
      }, 50);
    });
    const guest = new HttpGuest();
    const all = await Promise.all(Array.from({ length: 50 }, () => guest.start(url).response()));
    expect(all.every(({ body }) => body === 'ok')).toBe(true);
    expect(most).toBeGreaterThan(10);
  });

  it('are limited in number', async () => {
    const url = await serving(() => {});
    const guest = new HttpGuest();
    const requests = Array.from({ length: 129 }, () => guest.start(url));
    expect(await requests[128]?.failure()).toEqual({ code: 'connection-limit-reached' });
    for (const request of requests) request.tell({ kind: 'http-cancel' });
  });

  it('count their bytes', async () => {
    const url = await serving((_, response) => response.end('z'.repeat(100_000)));
    const guest = new HttpGuest({ maxTrafficBytes: 50_000 });
    expect((await guest.start(url).failure()).code).toBe('HTTP-request-denied');
    expect(guest.usage()).toMatchObject({ limit: 'max-traffic' });
    expect((await guest.start(url).failure()).code).toBe('destination-IP-prohibited');
  });
});
