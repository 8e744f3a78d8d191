import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptNext, STREAMS } from './sockets-connections.ts';
import { endBrokers, networkGuest, type SocketsGuest, TCP } from './sockets-guest.ts';

let guest: SocketsGuest;

beforeAll(() => {
  guest = networkGuest(null);
});

afterAll(() => endBrokers([guest]));

test.each([
  ['keep-alive-enabled', 1, 1, 1],
  ['keep-alive-idle-time', 8, 20_000_000_000n, 20_000_000_000n],
  ['keep-alive-idle-time', 8, 1n, 1_000_000_000n],
  ['keep-alive-idle-time', 8, 2n ** 64n - 1n, 32_767_000_000_000n],
  ['keep-alive-interval', 8, 5_000_000_000n, 5_000_000_000n],
  ['keep-alive-count', 4, 7, 7],
  ['keep-alive-count', 4, 2 ** 31, 127],
  ['hop-limit', 1, 42, 42],
  ['receive-buffer-size', 8, 65_536n, 65_536n],
  ['send-buffer-size', 8, 65_536n, 65_536n],
] as const)('%s', (name, payloadAt, value, expected) => {
  for (const family of [4, 6] as const) {
    const socket = guest.create('tcp', family) as number;
    expect(guest.unit('tcp', `set-${name}`, socket, value)).toBe('ok');
    expect(guest.option('tcp', name, socket, payloadAt)).toBe(expected);
    guest.drop(TCP, 'tcp-socket', socket);
  }
});

test('a buffer of any size is accepted, and clamped', () => {
  const socket = guest.create('tcp') as number;
  expect(guest.unit('tcp', 'set-send-buffer-size', socket, 2n ** 64n - 1n)).toBe('ok');
  expect(guest.option('tcp', 'send-buffer-size', socket, 8)).toBeGreaterThan(65_536n);
  guest.drop(TCP, 'tcp-socket', socket);
});

test.each([
  ['set-keep-alive-idle-time', 0n],
  ['set-keep-alive-interval', 0n],
  ['set-keep-alive-count', 0],
  ['set-hop-limit', 0],
  ['set-receive-buffer-size', 0n],
  ['set-send-buffer-size', 0n],
  ['set-listen-backlog-size', 0n],
])('%s refuses 0', (method, zero) => {
  const socket = guest.create('tcp') as number;
  expect(guest.unit('tcp', method, socket, zero)).toBe('invalid-argument');
  guest.drop(TCP, 'tcp-socket', socket);
});

test("they hold on a connection, and an accepted one has its listener's", () => {
  const server = guest.create('tcp') as number;
  expect(guest.bind('tcp', server, '127.0.0.1:0')).toBe('ok');
  expect(guest.unit('tcp', 'set-hop-limit', server, 33)).toBe('ok');
  expect(guest.unit('tcp', 'set-keep-alive-enabled', server, 1)).toBe('ok');
  expect(guest.unit('tcp', 'set-listen-backlog-size', server, 2n ** 63n)).toBe('ok');
  expect(guest.unit('tcp', 'start-listen', server)).toBe('ok');
  expect(guest.finish('tcp', 'listen', server)).toBe('ok');
  const client = guest.create('tcp') as number;
  const streams = guest.connect(client, guest.address('tcp', 'local-address', server)) as [number, number];
  const [accepted, ...others] = acceptNext(guest, server);
  expect(guest.option('tcp', 'hop-limit', accepted, 1)).toBe(33);
  expect(guest.option('tcp', 'keep-alive-enabled', accepted, 1)).toBe(1);
  expect(guest.unit('tcp', 'set-hop-limit', client, 12)).toBe('ok');
  expect(guest.option('tcp', 'hop-limit', client, 1)).toBe(12);
  for (const [input, output] of [streams, others]) {
    guest.drop(STREAMS, 'input-stream', input ?? -1);
    guest.drop(STREAMS, 'output-stream', output ?? -1);
  }
  for (const socket of [client, accepted, server]) guest.drop(TCP, 'tcp-socket', socket);
});
