/** HTTP in the broker where servers, policies and containers are against it. */
import { createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { HttpGuest } from './http-guest.ts';
import { echo, listening, saying, serving } from './http-server.ts';

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

it('an upload is cut at --max-traffic, before the server has said anything', async () => {
  let received = 0;
  const url = await saying((socket) => {
    socket.on('data', ({ length }) => {
      received += length;
    });
  });
  const guest = new HttpGuest({ maxTrafficBytes: 1 << 20 });
  const request = guest.start(url, { method: 'POST', hasBody: true });
  await request.reply('http-opened');
  request.stream?.on('error', () => {}).write(Buffer.alloc(16 << 20));
  expect(await request.failure()).toEqual({ code: 'HTTP-request-denied' });
  expect(guest.usage().limit).toBe('max-traffic');
  // With one chunk that is on its way when the limit is reached.
  expect(received).toBeLessThan((1 << 20) + (128 << 10));
});

it('a server that only ever says 100 is cut at --max-traffic', async () => {
  const flood = 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000);
  const url = await saying((socket) => {
    const write = (): void => {
      socket.write(flood, (error) => (error == null && !socket.destroyed ? setTimeout(write, 1) : undefined));
    };
    write();
  });
  const guest = new HttpGuest({ maxTrafficBytes: 1 << 18 });
  expect(await guest.start(url).failure()).toEqual({ code: 'HTTP-request-denied' });
});
