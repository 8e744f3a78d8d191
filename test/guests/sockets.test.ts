/** `--listen`: servers of WASI 0.1, whose listeners are inherited as descriptors 3, 4, … */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest, startGuest } from '../helpers/wasmctr.ts';

afterAll(() => expectNothingLeft());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  await once(socket, 'connect');
  return socket;
}

async function answer(socket: Socket): Promise<string> {
  const [text] = (await once(socket, 'data')) as [string];
  return text;
}

it('an accepted connection is echoed to its end', async () => {
  const port = await freePort();
  const run = startGuest('c/tcp-echo', [], { flags: ['--listen', `127.0.0.1:${port}`] });
  await run.saw('listening');
  const socket = await dial(port);
  const data = 'x'.repeat(300_000);
  let back = '';
  socket.on('data', (chunk: string) => {
    back += chunk;
  });
  socket.end(data);
  await once(socket, 'end');
  expect(back.length).toBe(data.length);
  expect(await run.result).toMatchObject({ stdout: 'listening\n300000 bytes\n', stderr: '', code: 0 });
});

it('many connections at once, by poll', async () => {
  const port = await freePort();
  const run = startGuest('c/tcp-serve', [], { flags: ['--listen', `127.0.0.1:${port}`] });
  await run.saw('listening');
  const sockets = await Promise.all(Array.from({ length: 20 }, () => dial(port)));
  for (const [index, socket] of sockets.entries()) {
    socket.write(`hello ${index}`);
    expect(await answer(socket)).toBe(`hello ${index}`);
  }
  for (const socket of sockets.slice(1)) socket.destroy();
  sockets[0]?.write('quit');
  expect(await run.result).toMatchObject({ stdout: 'listening\nstopped\n', stderr: '', code: 0 });
});

it('the listener comes before the preopens, and IPv6 works', async () => {
  const port = await freePort();
  const flags = ['--dir', '/tmp::/d', '--listen', `[::1]:${port}`, '--listen', `127.0.0.1:${port}`];
  const { stdout } = await runGuest('c/list-fds', [], { flags });
  // 6 is a stream socket, 3 a directory.
  expect(stdout).toMatch(/^0 \d\n1 \d\n2 \d\n3 6\n4 6\n5 3\n$/);
});

it('without --listen there is no socket', async () => {
  expect(await runGuest('c/tcp-echo')).toMatchObject({ stderr: 'accept: EBADF\n', code: 1 });
});

it('accept on what is no socket is an error', async () => {
  const { stderr, code } = await runGuest('c/tcp-echo', [], { flags: ['--dir', '/tmp::/d'] });
  expect(stderr).toMatch(/^accept: (ENOTSOCK|ENOTCAPABLE|EINVAL|EBADF)\n$/);
  expect(code).toBe(1);
});
