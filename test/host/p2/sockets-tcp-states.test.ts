/** TcpSocketOperationalSemantics.md: what may be done in which state. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { result } from './guest.ts';
import { listener, read, STREAMS } from './sockets-connections.ts';
import { endBrokers, networkGuest, type SocketsGuest, TCP } from './sockets-guest.ts';

let guest: SocketsGuest;

beforeAll(() => {
  guest = networkGuest(null);
});

afterAll(() => endBrokers([guest]));

test('a new socket has no address, and nothing in progress', () => {
  const socket = guest.create('tcp') as number;
  for (const method of ['local-address', 'remote-address'])
    expect(guest.address('tcp', method, socket)).toBe('invalid-state');
  for (const method of ['finish-bind', 'finish-listen'])
    expect(guest.unit('tcp', method, socket)).toBe('not-in-progress');
  guest.call(TCP, '[method]tcp-socket.finish-connect', socket, result);
  expect([guest.u8(result), guest.errorAt(result + 4)]).toEqual([1, 'not-in-progress']);
  expect(guest.unit('tcp', 'start-listen', socket)).toBe('invalid-state');
  expect(guest.accept(socket)).toBe('invalid-state');
  expect(guest.unit('tcp', 'shutdown', socket, 0)).toBe('invalid-state');
  guest.drop(TCP, 'tcp-socket', socket);
});

test('one operation at a time', () => {
  const socket = guest.create('tcp') as number;
  expect(guest.withAddress('tcp', 'start-bind', socket, '127.0.0.1:0')).toBe('ok');
  expect(guest.withAddress('tcp', 'start-bind', socket, '127.0.0.1:0')).toBe('concurrency-conflict');
  expect(guest.withAddress('tcp', 'start-connect', socket, '127.0.0.1:1')).toBe('concurrency-conflict');
  expect(guest.unit('tcp', 'start-listen', socket)).toBe('concurrency-conflict');
  expect(guest.address('tcp', 'local-address', socket)).toBe('concurrency-conflict');
  expect(guest.finish('tcp', 'bind', socket)).toBe('ok');
  expect(guest.unit('tcp', 'finish-bind', socket)).toBe('not-in-progress');
  expect(guest.withAddress('tcp', 'start-bind', socket, '127.0.0.1:0')).toBe('invalid-state');
  guest.drop(TCP, 'tcp-socket', socket);
});

test('a bind that failed can be tried again; a connect that failed is the end', () => {
  const { socket: server, at } = listener(guest);
  const socket = guest.create('tcp') as number;
  expect(guest.bind('tcp', socket, at)).toBe('address-in-use');
  expect(guest.bind('tcp', socket, '203.0.113.9:0')).toBe('address-not-bindable');
  expect(guest.bind('tcp', socket, '127.0.0.1:0')).toBe('ok');
  expect(guest.connect(socket, '127.0.0.1:1')).toBe('connection-refused');
  expect(guest.withAddress('tcp', 'start-connect', socket, at)).toBe('invalid-state');
  guest.drop(TCP, 'tcp-socket', socket);
  guest.drop(TCP, 'tcp-socket', server);
});

test.each([
  ['start-bind', 4, '[::1]:0'],
  ['start-bind', 6, '127.0.0.1:0'],
  ['start-bind', 6, '[::ffff:127.0.0.1]:0'],
  ['start-bind', 4, '224.0.0.1:0'],
  ['start-bind', 4, '255.255.255.255:0'],
  ['start-bind', 6, '[ff02::1]:0'],
  ['start-connect', 4, '[::1]:80'],
  ['start-connect', 6, '127.0.0.1:80'],
  ['start-connect', 6, '[::ffff:127.0.0.1]:80'],
  ['start-connect', 4, '0.0.0.0:80'],
  ['start-connect', 6, '[::]:80'],
  ['start-connect', 4, '127.0.0.1:0'],
  ['start-connect', 4, '239.1.1.1:80'],
  ['start-connect', 4, '255.255.255.255:80'],
] as const)('%s of IPv%d refuses %s', (method, family, address) => {
  const socket = guest.create('tcp', family) as number;
  expect(guest.withAddress('tcp', method, socket, address)).toBe('invalid-argument');
  guest.drop(TCP, 'tcp-socket', socket);
});

test('a socket that is dropped while it connects or listens leaves nothing behind', () => {
  const { socket: server, at } = listener(guest);
  const socket = guest.create('tcp') as number;
  expect(guest.withAddress('tcp', 'start-connect', socket, at)).toBe('ok');
  guest.drop(TCP, 'tcp-socket', socket);
  // A connection that was made for a listener that is gone.
  const other = guest.create('tcp') as number;
  const [input, output] = guest.connect(other, at) as [number, number];
  guest.wait(TCP, '[method]tcp-socket.subscribe', server);
  guest.drop(TCP, 'tcp-socket', server);
  expect(read(guest, input)).toBe('closed');
  guest.drop(STREAMS, 'input-stream', input);
  guest.drop(STREAMS, 'output-stream', output);
  guest.drop(TCP, 'tcp-socket', other);
  // All that the broker allows are free again.
  const sockets = Array.from({ length: 9 }, () => guest.create('tcp'));
  const isMade = sockets.map((made) => (typeof made === 'string' ? made : 'ok'));
  expect(isMade).toEqual([...Array(8).fill('ok'), 'new-socket-limit']);
  for (const made of sockets) if (typeof made === 'number') guest.drop(TCP, 'tcp-socket', made);
});
