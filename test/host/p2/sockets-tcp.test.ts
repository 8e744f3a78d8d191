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
