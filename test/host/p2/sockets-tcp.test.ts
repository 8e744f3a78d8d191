import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outside, result } from './guest.ts';
import { acceptNext, listener, read, STREAMS, write } from './sockets-connections.ts';
import { endBrokers, networkGuest, SocketsGuest, TCP } from './sockets-guest.ts';

let guest: SocketsGuest;
let confined: SocketsGuest;
/** Without any network. */
const offline = new SocketsGuest({ brokerFd: null });

beforeAll(() => {
  guest = networkGuest(null);
  confined = networkGuest(['listen:loopback', '127.0.0.2']);
});

afterAll(() => endBrokers([guest, confined]));

describe.each(['127.0.0.1:0', '[::1]:0'])('a connection at %s', (address) => {
  let server: { socket: number; at: string };
  let client: number;
  let streams: [number, number];
  let accepted: [number, number, number];

  beforeAll(() => {
    server = listener(guest, address);
    client = guest.create('tcp', address.startsWith('[') ? 6 : 4) as number;
    expect(guest.isReady(TCP, '[method]tcp-socket.subscribe', server.socket)).toBe(false);
    streams = guest.connect(client, server.at) as [number, number];
    expect(streams).toHaveLength(2);
    accepted = acceptNext(guest, server.socket);
  });

  test('bytes go both ways', () => {
    write(guest, streams[1], 'ping');
    expect(read(guest, accepted[1])).toBe('ping');
    write(guest, accepted[2], 'pong');
    expect(read(guest, streams[0])).toBe('pong');
  });

  test('both ends know their addresses, and the family', () => {
    expect(guest.address('tcp', 'remote-address', client)).toBe(server.at);
    expect(guest.address('tcp', 'local-address', accepted[0])).toBe(server.at);
    expect(guest.address('tcp', 'remote-address', accepted[0])).toBe(guest.address('tcp', 'local-address', client));
    const family = address.startsWith('[') ? 1 : 0;
    expect(guest.call(TCP, '[method]tcp-socket.address-family', accepted[0])).toBe(family);
    expect(guest.call(TCP, '[method]tcp-socket.is-listening', server.socket)).toBe(1);
    expect(guest.call(TCP, '[method]tcp-socket.is-listening', client)).toBe(0);
  });

  test('what a connected and a listening socket refuse', () => {
    for (const socket of [client, accepted[0], server.socket]) {
      expect(guest.withAddress('tcp', 'start-bind', socket, address)).toBe('invalid-state');
      expect(guest.withAddress('tcp', 'start-connect', socket, server.at)).toBe('invalid-state');
      expect(guest.unit('tcp', 'start-listen', socket)).toBe('invalid-state');
      for (const finish of ['finish-bind', 'finish-listen'])
        expect(guest.unit('tcp', finish, socket)).toBe('not-in-progress');
    }
    expect(guest.accept(client)).toBe('invalid-state');
    expect(guest.unit('tcp', 'shutdown', server.socket, 2)).toBe('invalid-state');
    expect(guest.address('tcp', 'remote-address', server.socket)).toBe('invalid-state');
    expect(guest.unit('tcp', 'set-listen-backlog-size', client, 5n)).toBe('invalid-state');
    expect(guest.unit('tcp', 'set-listen-backlog-size', server.socket, 5n)).toBe('not-supported');
  });

  test('shutdown ends each direction once, and again without effect', () => {
    expect(guest.unit('tcp', 'shutdown', client, 1)).toBe('ok');
    expect(guest.unit('tcp', 'shutdown', client, 1)).toBe('ok');
    expect(read(guest, accepted[1])).toBe('closed');
    write(guest, accepted[2], 'late');
    expect(read(guest, streams[0])).toBe('late');
    expect(guest.unit('tcp', 'shutdown', client, 0)).toBe('ok');
    expect(read(guest, streams[0])).toBe('closed');
  });

  test('when all is dropped, nobody listens any more', () => {
    for (const [socket, input, output] of [accepted, [client, ...streams] as const]) {
      guest.drop(STREAMS, 'input-stream', input);
      guest.drop(STREAMS, 'output-stream', output);
      guest.drop(TCP, 'tcp-socket', socket);
    }
    guest.drop(TCP, 'tcp-socket', server.socket);
    const late = guest.create('tcp', address.startsWith('[') ? 6 : 4) as number;
    expect(guest.connect(late, server.at)).toBe('connection-refused');
    guest.drop(TCP, 'tcp-socket', late);
  });
});

describe('states', () => {
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
});

describe('the policy', () => {
  test('without a network sockets can be made, and nothing else', () => {
    const socket = offline.create('tcp') as number;
    expect(offline.withAddress('tcp', 'start-bind', socket, '127.0.0.1:0')).toBe('access-denied');
    expect(offline.withAddress('tcp', 'start-connect', socket, '127.0.0.1:80')).toBe('access-denied');
    expect(offline.unit('tcp', 'set-hop-limit', socket, 5)).toBe('access-denied');
    expect(offline.option('tcp', 'hop-limit', socket, 1)).toBe('access-denied');
    expect(offline.isReady(TCP, '[method]tcp-socket.subscribe', socket)).toBe(true);
    offline.drop(TCP, 'tcp-socket', socket);
  });

  test('rules hold for connects, binds and listeners', () => {
    const { socket: server, at } = listener(confined);
    const socket = confined.create('tcp') as number;
    expect(confined.connect(socket, at)).toBe('access-denied');
    const other = confined.create('tcp') as number;
    expect(confined.bind('tcp', other, '0.0.0.0:8080')).toBe('access-denied');
    // No port was asked for, so nobody can know it; but it may not listen there.
    expect(confined.bind('tcp', other, '0.0.0.0:0')).toBe('ok');
    expect(confined.unit('tcp', 'start-listen', other)).toBe('ok');
    expect(confined.finish('tcp', 'listen', other)).toBe('access-denied');
    const allowed = confined.create('tcp') as number;
    expect(confined.connect(allowed, '127.0.0.2:1')).toBe('connection-refused');
    for (const made of [server, socket, other, allowed]) confined.drop(TCP, 'tcp-socket', made);
  });
});

describe('what ends the guest', () => {
  test('a socket that is dropped before its streams', () => {
    const { at } = listener(guest);
    const socket = guest.create('tcp') as number;
    guest.connect(socket, at);
    expect(() => guest.drop(TCP, 'tcp-socket', socket)).toThrow('dropped before');
  });

  test.each([
    ['a handle that is none', () => guest.unit('tcp', 'start-listen', 9999), 'unknown handle'],
    [
      'a network that is none',
      () =>
        guest.call(
          TCP,
          '[method]tcp-socket.start-bind',
          guest.create('tcp') as number,
          9999,
          0,
          80,
          127,
          0,
          0,
          1,
          0,
          0,
          0,
          0,
          0,
          0,
          result,
        ),
      'unknown handle',
    ],
    [
      'an address of no family',
      () =>
        guest.call(
          TCP,
          '[method]tcp-socket.start-bind',
          guest.create('tcp') as number,
          guest.network,
          2,
          80,
          127,
          0,
          0,
          1,
          0,
          0,
          0,
          0,
          0,
          0,
          result,
        ),
      'no ip-socket-address',
    ],
    [
      'a family of none',
      () => guest.call('wasi:sockets/tcp-create-socket', 'create-tcp-socket', 2, result),
      'no ip-address-family',
    ],
    ['a shutdown of none', () => guest.unit('tcp', 'shutdown', guest.create('tcp') as number, 3), 'no shutdown-type'],
    [
      'a result outside of memory',
      () => guest.call('wasi:sockets/tcp-create-socket', 'create-tcp-socket', 0, outside),
      'outside of memory',
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});
