/** --max-traffic, by a guest that owns its container's process and keeps what the broker is told to close. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { attack, type Kit } from '../helpers/attack.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';

afterAll(() => expectNothingLeft());

test.each([false, true])('TCP is cut, with the connection closed for the broker: %s', async (isClosed) => {
  const upload = (kit: Kit, { port, isClosed }: { port: number; isClosed: boolean }): unknown => {
    kit.ask({ kind: 'open', socket: 1, protocol: 'tcp', family: 4 });
    const { fd } = kit.ask({ kind: 'connect', socket: 1, remote: { ip: [127, 0, 0, 1], port } });
    const close = new TextEncoder().encode(JSON.stringify({ id: 9, kind: 'close', socket: 1 }));
    if (isClosed) kit.native.sendMessage(kit.brokerFd, close);
    kit.sleep(300);
    const bytes = new Uint8Array(65_536);
    for (let i = 0; i < 2000; i++) {
      const sent = kit.call('pwritev2', fd, kit.words(kit.native.addressOf(bytes), bytes.length), 1, -1n, 0, 0);
      if (sent === 'EPIPE' || sent === 'ECONNRESET') return 'cut';
      kit.sleep(5);
    }
    return 'sent';
  };
  let received = 0;
  const server = createServer((socket) => {
    socket.on('data', ({ length }) => {
      received += length;
    });
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const flags = ['--allow-net', 'loopback', '--max-traffic', '1MiB', '--timeout', '20s'];
  const { value } = await attack(upload, { isComponent: true, flags }, { port, isClosed });
  server.close();
  expect(value).toBe('cut');
  if (isClosed) expect(received).toBe(0);
  // So much passes between two looks at the traffic.
  else expect(received).toBeLessThan(64 << 20);
});
