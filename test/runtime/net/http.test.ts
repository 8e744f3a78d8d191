/** HTTP in the broker, against real servers. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpGuest } from './http-guest.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return listening(server);
}

/** A server that says what it is told to, whatever it is asked. */
async function saying(answer: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  });
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listening(server);
}

const echo: RequestListener = async (request, response) => {
  const body = await text(request).catch(() => '');
  response.setHeader('x-method', request.method ?? '');
  response.end(JSON.stringify({ url: request.url, headers: request.rawHeaders, body, trailers: request.rawTrailers }));
};

const headersOf = (raw: readonly string[]): Record<string, string> =>
  Object.fromEntries(raw.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), raw[i + 1] ?? '']] : [])));

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

describe('a response', () => {
  it('has trailers', async () => {
    const url = await serving((_, response) => {
      response.writeHead(200, { trailer: 'x-sum' });
      response.write('content');
      response.addTrailers({ 'X-Sum': '42' });
      response.end();
    });
    expect(await new HttpGuest().start(url).response()).toMatchObject({ body: 'content', trailers: [['X-Sum', '42']] });
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('has no body: %s, %d', async (method, status) => {
    const url = await serving((_, response) => response.writeHead(status).end());
    const request = new HttpGuest().start(url, { method });
    expect(await request.response()).toMatchObject({ status, body: '', trailers: null });
    expect(await request.reply('http-head')).toMatchObject({ hasBody: false });
  });

  it('comes after informational ones', async () => {
    const url = await serving((_, response) => {
      response.writeContinue();
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.end('final');
    });
    const guest = new HttpGuest();
    for (let i = 0; i < 3; i++) expect(await guest.start(url).response()).toMatchObject({ status: 200, body: 'final' });
  });

  it('comes after a 100 in pieces', async () => {
    const url = await saying(async (socket) => {
      for (const byte of 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok') {
        socket.write(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    expect(await new HttpGuest().start(url).response()).toMatchObject({ status: 200, body: 'ok' });
  });

  it('is big, and waits for a slow reader', async () => {
    const size = 20_000_000;
    let sent = 0;
    const url = await serving(async (_, response) => {
      for (; sent < size && !response.destroyed; sent += 100_000) {
        if (!response.write(Buffer.alloc(100_000, 'y'))) await once(response, 'drain');
      }
      response.end();
    });
    const request = new HttpGuest().start(url);
    await request.reply('http-head');
    await new Promise((resolve) => setTimeout(resolve, 300));
    // What the sockets hold between server and guest, far from all of it.
    expect(sent).toBeLessThan(size / 2);
    expect((await request.response()).body.length).toBe(size);
  });

  it('is drained for its trailers', async () => {
    const url = await serving((_, response) => {
      response.writeHead(200, { trailer: 'x-sum' });
      response.write('y'.repeat(5_000_000));
      response.addTrailers({ 'x-sum': '42' });
      response.end();
    });
    const request = new HttpGuest().start(url);
    await request.reply('http-head');
    request.stream?.destroy();
    request.tell({ kind: 'http-drain' });
    expect(await request.reply('http-end')).toMatchObject({ trailers: [['x-sum', '42']] });
  });

  it('may come before the body of the request is over', async () => {
    const url = await serving((request, response) => {
      request.resume();
      response.writeHead(413).end('too much');
    });
    const request = new HttpGuest().start(url, { method: 'POST', hasBody: true });
    await request.reply('http-opened');
    request.stream?.on('error', () => {});
    request.stream?.write('a beginning');
    expect(await request.response()).toMatchObject({ status: 413, body: 'too much' });
  });

  it('flows while the request does', async () => {
    const url = await serving((request, response) => request.pipe(response));
    const request = new HttpGuest().start(url, { method: 'POST', hasBody: true });
    await request.reply('http-opened');
    for (const word of ['one', 'two', 'three']) {
      request.stream?.write(word);
      await request.reply('http-head');
      const [chunk] = await once(request.stream?.resume() ?? process, 'data');
      request.stream?.pause();
      expect(String(chunk)).toBe(word);
    }
    request.tell({ kind: 'http-finish', bodyBytes: 11, trailers: [] });
    expect(await request.reply('http-end', 'http-failed')).toMatchObject({ kind: 'http-end' });
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

describe('what goes wrong', () => {
  it('nobody listens', async () => {
    const server = createTcpServer();
    const url = await listening(server);
    server.close();
    expect(await new HttpGuest().start(url).failure()).toEqual({ code: 'connection-refused' });
  });

  it.each<[string, string, object]>([
    ['the server hangs up', '', { code: 'connection-terminated' }],
    ['the answer is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', { code: 'HTTP-protocol-error' }],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      { code: 'HTTP-protocol-error' },
    ],
    [
      'length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      { code: 'HTTP-protocol-error' },
    ],
    [
      'headers without end',
      `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(10_000)}`,
      { code: 'HTTP-response-header-section-size', number: 16_384 },
    ],
    [
      'an upgrade',
      'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      { code: 'HTTP-upgrade-failed' },
    ],
  ])('%s', async (_, answer, error) => {
    const url = await saying((socket) => socket.end(answer));
    expect(await new HttpGuest().start(url).failure()).toEqual(error);
  });

  it.each([
    ['with a length', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'],
    ['in chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('the body ends in the middle: %s', async (_, answer) => {
    const url = await saying((socket) => socket.end(answer));
    const request = new HttpGuest().start(url);
    await request.reply('http-head');
    expect(await request.failure()).toEqual({ code: 'HTTP-response-incomplete' });
    expect(await text(request.stream ?? new (await import('node:stream')).PassThrough())).toBe('half');
  });

  it('no answer, and none any more', async () => {
    const silent = await serving(() => {});
    const first = new HttpGuest().start(silent, { firstByteTimeoutMs: 50 });
    expect(await first.failure()).toEqual({ code: 'connection-read-timeout' });
    const stopping = await serving((_, response) => void response.write('begin'));
    const between = new HttpGuest().start(stopping, { betweenBytesTimeoutMs: 50 });
    await between.reply('http-head');
    expect(await between.failure()).toEqual({ code: 'connection-read-timeout' });
  });

  it('a slow guest is not a slow server', async () => {
    const url = await serving((_, response) => response.end('y'.repeat(3_000_000)));
    const request = new HttpGuest().start(url, { betweenBytesTimeoutMs: 100 });
    await request.reply('http-head');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await request.response()).body.length).toBe(3_000_000);
  });
});

describe('the policy', () => {
  it('holds for addresses, and for what names lead to', async () => {
    const guest = new HttpGuest({
      allow: ['*.example.test'],
      hosts: { 'metadata.example.test': [[169, 254, 169, 254]], 'inner.example.test': [[127, 0, 0, 1]] },
    });
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', 'localhost', '169.254.169.254', 'other.test'])
      expect(await guest.start(`http://${host}/`).failure()).toEqual({ code: 'destination-IP-prohibited' });
    for (const name of ['metadata', 'inner'])
      expect((await guest.start(`http://${name}.example.test/`).failure()).code).toBe('destination-IP-prohibited');
    expect(guest.usage()).toMatchObject({ connections: 0, denied: 9 });
  });

  it('lets a redirect be followed where it leads only if that is allowed', async () => {
    const url = await serving((_, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    });
    const guest = new HttpGuest({ allow: ['loopback', 'public', 'private'] });
    const { status, headers } = await guest.start(url).response();
    expect({ status, headers }).toMatchObject({ status: 302 });
    const location = headers.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? '';
    expect(await guest.start(location).failure()).toEqual({ code: 'destination-IP-prohibited' });
  });

  it('knows localhost without asking', async () => {
    const url = await serving((_, response) => response.end('here'));
    const { port } = new URL(url);
    expect(await new HttpGuest().start(`http://localhost:${port}/`).response()).toMatchObject({ body: 'here' });
  });

  it('names that lead nowhere', async () => {
    const guest = new HttpGuest({ allow: ['name.test'] });
    expect((await guest.start('http://name.test/').failure()).code).toBe('DNS-timeout');
  });
});

describe('a hostile container', () => {
  it.each<[string, object]>([
    ['a header with a line break', { headers: [['x', 'a\r\nhost: b']] }],
    ['a header of the connection', { headers: [['Transfer-Encoding', 'chunked']] }],
    ['a name with a colon', { headers: [['x: y', '']] }],
    ['a path with a line break', { path: '/\r\n' }],
    ['an absolute target', { path: 'http://other/' }],
    ['a tunnel', { method: 'CONNECT' }],
    ['a method with a space', { method: 'GET /' }],
    ['another scheme', { scheme: 'ftp' }],
    ['headers without number', { headers: Array.from({ length: 3000 }, () => ['name', 'value']) }],
    ['no headers', { headers: null }],
    ['a timeout of days', { firstByteTimeoutMs: 10 ** 9 }],
  ])('gets nothing for %s', async (_, fields) => {
    const url = await serving(() => expect.unreachable());
    const request = new HttpGuest().start(url, fields);
    await new Promise((resolve) => setTimeout(resolve, 30));
    request.tell({ kind: 'http-cancel' });
  });

  it('may not send more of a body than it says', async () => {
    const url = await serving(echo);
    const request = new HttpGuest().start(url, { method: 'POST', hasBody: true });
    await request.reply('http-opened');
    request.stream?.write('12345678');
    await new Promise((resolve) => setTimeout(resolve, 30));
    request.tell({ kind: 'http-finish', bodyBytes: 4, trailers: [] });
    request.stream?.end();
    expect((await request.failure()).code).toBe('HTTP-protocol-error');
  });
});
