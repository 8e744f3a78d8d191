/** UDP past the policy and the limits, by a guest that owns its container's process. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type AttackOptions, attack, type Kit } from '../helpers/attack.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';

const closing: Socket[] = [];
afterEach(() => {
  for (const socket of closing.splice(0)) socket.close();
});
afterAll(() => expectNothingLeft());

const guest = (...flags: string[]): AttackOptions => ({ isComponent: true, flags: [...flags, '--timeout', '20s'] });

/** Counts what reaches a port of 127.0.0.1. */
async function sink(): Promise<{ port: number; bytes: number }> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 22 }).bind(0, '127.0.0.1');
  closing.push(socket);
  await once(socket, 'listening');
  const counted = { port: socket.address().port, bytes: 0 };
  socket.on('message', ({ length }) => {
    counted.bytes += length;
  });
  return counted;
}

async function freePort(): Promise<number> {
  const { port } = await sink();
  const socket = closing.pop();
  socket?.close();
  return port;
}

/** From an IPv6 socket behind a published IPv4 port. */
const sendThrough = (kit: Kit, { ip, port }: { ip: readonly number[]; port: number }): unknown => {
  kit.ask({ kind: 'open', socket: 1, protocol: 'udp', family: 6 });
  kit.ask({ kind: 'bind', socket: 1, local: { ip: Array<number>(16).fill(0), port: 53 } });
  const { reply } = kit.ask({ kind: 'check', socket: 1, remote: { ip, port } });
  const { fd } = kit.ask({ kind: 'stream', socket: 1, remote: null });
  const message = new Uint8Array(33);
  message.set([10, 0, port >> 8, port & 255, 0, 0, 0, 0, ...ip]);
  kit.call('write', fd, message, message.length);
  kit.sleep(300);
  return reply.error ?? 'allowed';
};

test.each([
  ['an IPv6 address that ends in an IPv4 one', [0x26, 0x06, 0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0], 'invalid-argument', 0],
  ['an IPv4-mapped address', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255], 'allowed', 5],
])('%s is checked as what it is sent to', async (_, prefix, answer, bytes) => {
  const victim = await sink();
  const rule = bytes === 0 ? '[2606:2800::/32]' : 'udp:127.0.0.1';
  const flags = guest('--allow-net', rule, '--publish', `${await freePort()}:53/udp`);
  const { value } = await attack(sendThrough, flags, { ip: [...prefix, 127, 0, 0, 1], port: victim.port });
  expect([value, victim.bytes]).toEqual([answer, bytes]);
});

test('a new stream after --max-traffic has cut the one before is refused', async () => {
  const flood = (kit: Kit, port: number): unknown => {
    kit.ask({ kind: 'open', socket: 1, protocol: 'udp', family: 4 });
    const datagram = new Uint8Array(28 + 30_000);
    datagram.set([2, 0, port >> 8, port & 255, 127, 0, 0, 1]);
    return Array.from({ length: 3 }, () => {
      const { fd, reply } = kit.ask({ kind: 'stream', socket: 1, remote: { ip: [127, 0, 0, 1], port } });
      for (let i = 0; fd >= 0 && i < 80; i++) {
        kit.call('write', fd, datagram, datagram.length);
        kit.sleep(2);
      }
      return reply.error ?? 'open';
    });
  };
  const target = await sink();
  const { value, result } = await attack(flood, guest('--allow-net', 'loopback', '--max-traffic', '1MiB'), target.port);
  expect(value).toEqual(['open', 'access-denied', 'access-denied']);
  expect(result.network?.limit).toBe('max-traffic');
  expect(target.bytes).toBeLessThanOrEqual((1 << 20) + 30_000);
});

test('a socket that has a stream is not bound to a published port, and the broker lives on', async () => {
  const rebind = (kit: Kit): unknown => {
    const open = (socket: number): unknown => {
      kit.ask({ kind: 'open', socket, protocol: 'udp', family: 6 });
      return kit.ask({ kind: 'stream', socket, remote: null }).reply.error ?? 'open';
    };
    const first = open(1);
    const local = { ip: Array<number>(16).fill(0), port: 53 };
    const bound = kit.ask({ kind: 'bind', socket: 1, local }).reply.error;
    return [first, bound, open(2), open(3)];
  };
  const { value } = await attack(rebind, guest('--publish', `${await freePort()}:53/udp`));
  expect(value).toEqual(['open', 'invalid-state', 'open', 'open']);
});

test.each(['tcp', 'udp'])('an IPv4 socket of %s is not bound to a published IPv6 port', async (protocol) => {
  const bind = (kit: Kit, given: string): unknown =>
    ([4, 6] as const).map((family) => {
      kit.ask({ kind: 'open', socket: family, protocol: given, family });
      const local = { ip: Array<number>(family === 4 ? 4 : 16).fill(0), port: 53 };
      return kit.ask({ kind: 'bind', socket: family, local }).reply.error ?? 'bound';
    });
  const { value } = await attack(bind, guest('--publish', `[::1]:${await freePort()}:53/${protocol}`), protocol);
  expect(value).toEqual(['address-not-bindable', 'bound']);
});
