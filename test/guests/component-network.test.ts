/** Programs on wasi:sockets and wasi:http, from Rust's standard library and from JavaScript, against servers here. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest, startGuest } from '../helpers/wasmctr.ts';

beforeAll(() => build('rust-p2'));
afterAll(() => expectNothingLeft());

const loopback = { flags: ['--allow-net', 'loopback'] };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listening(server: Server | HttpServer, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  closing.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
};

describe('TCP', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '[::1]'],
  ])('a client sends, half-closes and reads: %s', async (host, written) => {
    const port = await listening(
      createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)),
      host,
    );
    const stdin = 'to and fro\n'.repeat(50_000);
    const run = await runGuest('rust-p2/tcp-client', [`${written}:${port}`], { ...loopback, stdin });
    expect({ ...run, stdout: run.stdout === stdin, bytes: null }).toMatchObject({
      stdout: true,
      stderr: `peer ${written}:${port}\n`,
      code: 0,
    });
  });

  it('nobody there is an error', async () => {
    const { stderr, code } = await runGuest('rust-p2/tcp-client', [`127.0.0.1:${await freePort()}`], loopback);
    expect({ stderr, code }).toEqual({ stderr: expect.stringContaining('ConnectionRefused'), code: 1 });
  });

  it('without a flag nothing can be reached', async () => {
    const port = await listening(createServer(() => expect.unreachable()));
    const { stderr, code } = await runGuest('rust-p2/tcp-client', [`127.0.0.1:${port}`]);
    expect({ stderr, code }).toEqual({ stderr: expect.stringContaining('PermissionDenied'), code: 1 });
  });

  it('a server is published', async () => {
    const port = await freePort();
    const run = startGuest('rust-p2/tcp-server', ['0.0.0.0:8080'], { flags: ['--publish', `127.0.0.1:${port}:8080`] });
    await run.saw('port');
    for (const size of [10, 300_000]) {
      const socket = connect(port, '127.0.0.1');
      let received = 0;
      socket.on('data', (chunk) => {
        received += chunk.length;
      });
      socket.end(Buffer.alloc(size, 'x'));
      await once(socket, 'end');
      expect(received).toBe(size);
    }
    expect(await run.result).toMatchObject({
      stdout: expect.stringMatching(/^port \d+\n10 bytes\n300000 bytes\n$/),
      stderr: '',
      code: 0,
    });
  });
});

it('UDP: a datagram goes out and one comes back', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closing.push(() => socket.close());
  socket.on('message', (message, from) => socket.send(`got ${message}`, from.port, from.address));
  const { port } = socket.address();
  const run = await runGuest('rust-p2/udp-client', [`127.0.0.1:${port}`, 'hello'], loopback);
  expect(run).toMatchObject({ stdout: `got hello from 127.0.0.1:${port}\n`, stderr: '', code: 0 });
});

it('UDP: an IPv6 server behind a published IPv4 port answers', async () => {
  const port = await freePort();
  const flags = ['--publish', `127.0.0.1:${port}:8080/udp`];
  const run = startGuest('rust-p2/udp-server', ['[::]:8080'], { flags });
  await run.saw('bound');
  const socket = createSocket('udp4');
  closing.push(() => socket.close());
  socket.send('hello', port, '127.0.0.1');
  const [answer] = (await once(socket, 'message')) as [Buffer];
  expect(answer.toString()).toBe('hello');
  expect(await run.result).toMatchObject({ stdout: 'bound\nhello from ::ffff:127.0.0.1\n', stderr: '', code: 0 });
});

it('UDP: what is sent just before the end arrives', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closing.push(() => socket.close());
  let received = 0;
  socket.on('message', () => received++);
  for (let i = 0; i < 5; i++) await runGuest('rust-p2/udp-burst', [`127.0.0.1:${socket.address().port}`], loopback);
  await expect.poll(() => received).toBe(50);
});

describe('names', () => {
  it('are looked up where that is allowed', async () => {
    const { stdout } = await runGuest('rust-p2/lookup', ['localhost', '127.0.0.1', 'name.invalid'], {
      flags: ['--net', 'host'],
    });
    const [localhost, address, invalid] = stdout.split('\n');
    expect(localhost).toMatch(/^localhost (127\.0\.0\.1|::1|127\.0\.0\.1 ::1)$/);
    expect(address).toBe('127.0.0.1 127.0.0.1');
    expect(invalid).toMatch(/^name\.invalid .*(resolve|lookup)/i);
  });

  it('are not looked up without a flag', async () => {
    const { stdout } = await runGuest('rust-p2/lookup', ['localhost']);
    expect(stdout).not.toContain('127.0.0.1');
  });
});

describe('HTTP', () => {
  const server = createHttpServer((request, response) => {
    response.setHeader('x-answer', 'because');
    if (request.url === '/echo') return request.pipe(response);
    request.setEncoding('utf8').on('data', (chunk) => response.write(chunk));
    request.on('end', () => response.end(`${request.method} ${request.url} ${request.headers['x-question']}\n`));
    return undefined;
  });
  let port: number;
  beforeAll(async () => {
    port = await listening(server);
    closing.length = 0;
  });
  afterAll(() => server.close());

  it('GET with a header, from Rust', async () => {
    const run = await runGuest('rust-p2/http-get', [`http://127.0.0.1:${port}/a?b=c`], loopback);
    expect(run).toMatchObject({ stdout: '200 because\nGET /a?b=c why\n', stderr: '', code: 0 });
  });

  it('POST streams both ways, from Rust', async () => {
    const stdin = Buffer.alloc(5 << 20, 'body ');
    const run = await runGuest('rust-p2/http-post', [`127.0.0.1:${port}`], { ...loopback, stdin });
    expect({ code: run.code, stderr: run.stderr, same: run.bytes.equals(stdin) }).toEqual({
      code: 0,
      stderr: '',
      same: true,
    });
  });

  it('errors have a name', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    const { stderr, code } = await runGuest('rust-p2/http-get', [url], loopback);
    expect({ stderr, code }).toEqual({ stderr: expect.stringContaining('ConnectionRefused'), code: 1 });
    const denied = await runGuest('rust-p2/http-get', [`http://127.0.0.1:${port}/`]);
    expect(denied).toMatchObject({ stderr: expect.stringMatching(/Denied|Prohibited/), code: 1 });
  });

  it('fetch from JavaScript', { timeout: 120_000 }, async () => {
    build('js');
    const url = `http://127.0.0.1:${port}/x`;
    const run = await runGuest('js/fetch', [url], { ...loopback, timeoutMs: 60_000 });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/^200 200 \{"text":"GET \/x why\\n"\}POST/) });
  });
});
