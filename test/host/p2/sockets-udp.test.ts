import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bufferAt, result } from './guest.ts';
import { bound, drop, receive, receiveOne, type Streams, send, stream } from './sockets-datagrams.ts';
import { endBrokers, networkGuest, SocketsGuest, UDP } from './sockets-guest.ts';

let guest: SocketsGuest;
let confined: SocketsGuest;
const offline = new SocketsGuest({ brokerFd: null });

beforeAll(() => {
  guest = networkGuest(null);
  confined = networkGuest(['udp:127.0.0.2']);
});

afterAll(() => endBrokers([guest, confined]));

describe.each(['127.0.0.1:0', '[::1]:0'])('datagrams at %s', (address) => {
  test('go both ways, with their addresses, many at once', () => {
    const a = bound(guest, address);
    const b = bound(guest, address);
    const [inA, outA] = stream(guest, a.socket, null) as Streams;
    const [inB, outB] = stream(guest, b.socket, null) as Streams;
    expect(receive(guest, inB)).toEqual([]);
    expect(guest.isReady(UDP, '[method]incoming-datagram-stream.subscribe', inB)).toBe(false);
    expect(
      send(guest, outA, [
        ['one', b.at],
        ['', b.at],
        ['three', b.at],
      ]),
    ).toBe(3n);
    expect([receiveOne(guest, inB), receiveOne(guest, inB), receiveOne(guest, inB)]).toEqual([
      ['one', a.at],
      ['', a.at],
      ['three', a.at],
    ]);
    expect(send(guest, outB, [['answer', a.at]])).toBe(1n);
    expect(receiveOne(guest, inA)).toEqual(['answer', b.at]);
    expect(guest.isReady(UDP, '[method]outgoing-datagram-stream.subscribe', outA)).toBe(true);
    expect(receive(guest, inA, 0n)).toEqual([]);
    drop(
      guest,
      [
        [inA, outA],
        [inB, outB],
      ],
      [a.socket, b.socket],
    );
  });

  test('a stream with a peer hears that peer alone, and sends to no other', () => {
    const a = bound(guest, address);
    const b = bound(guest, address);
    const stranger = bound(guest, address);
    const streamsA = stream(guest, a.socket, b.at) as Streams;
    const streamsB = stream(guest, b.socket, a.at) as Streams;
    const streamsC = stream(guest, stranger.socket, null) as Streams;
    expect(guest.address('udp', 'remote-address', a.socket)).toBe(b.at);
    expect(send(guest, streamsC[1], [['from a stranger', a.at]])).toBe(1n);
    expect(send(guest, streamsB[1], [['from the peer', null]])).toBe(1n);
    expect(receiveOne(guest, streamsA[0])).toEqual(['from the peer', b.at]);
    expect(send(guest, streamsA[1], [['x', stranger.at]])).toBe('invalid-argument');
    expect(
      send(guest, streamsA[1], [
        ['x', b.at],
        ['y', stranger.at],
      ]),
    ).toBe(1n);
    expect(receiveOne(guest, streamsB[0])).toEqual(['x', a.at]);
    drop(guest, [streamsA, streamsB, streamsC], [a.socket, b.socket, stranger.socket]);
  });
});

test('the largest datagram, and one byte more', () => {
  const a = bound(guest);
  const b = bound(guest);
  const [inA, outA] = stream(guest, a.socket, b.at) as Streams;
  const [inB, outB] = stream(guest, b.socket, null) as Streams;
  const large = 'x'.repeat(65_507);
  expect(send(guest, outA, [[large, null]])).toBe(1n);
  expect(receiveOne(guest, inB)).toEqual([large, a.at]);
  expect(send(guest, outA, [[`${large}x`, null]])).toBe('datagram-too-large');
  drop(
    guest,
    [
      [inA, outA],
      [inB, outB],
    ],
    [a.socket, b.socket],
  );
});

test('a new stream takes the place of the old', () => {
  const a = bound(guest);
  const b = bound(guest);
  const old = stream(guest, a.socket, null) as Streams;
  const fresh = stream(guest, a.socket, b.at) as Streams;
  expect(send(guest, old[1], [['x', b.at]])).toBe('invalid-state');
  expect(receive(guest, old[0])).toEqual([]);
  expect(guest.isReady(UDP, '[method]incoming-datagram-stream.subscribe', old[0])).toBe(true);
  const streamsB = stream(guest, b.socket, null) as Streams;
  expect(send(guest, fresh[1], [['y', null]])).toBe(1n);
  expect(receiveOne(guest, streamsB[0])).toEqual(['y', a.at]);
  drop(guest, [old, fresh, streamsB], [a.socket, b.socket]);
});

test('what states and arguments refuse', () => {
  const socket = guest.create('udp') as number;
  expect(guest.address('udp', 'local-address', socket)).toBe('invalid-state');
  expect(guest.address('udp', 'remote-address', socket)).toBe('invalid-state');
  expect(guest.unit('udp', 'finish-bind', socket)).toBe('not-in-progress');
  expect(stream(guest, socket, null)).toBe('invalid-state');
  expect(guest.withAddress('udp', 'start-bind', socket, '[::1]:0')).toBe('invalid-argument');
  expect(guest.withAddress('udp', 'start-bind', socket, '127.0.0.1:0')).toBe('ok');
  expect(guest.withAddress('udp', 'start-bind', socket, '127.0.0.1:0')).toBe('concurrency-conflict');
  expect(guest.address('udp', 'local-address', socket)).toBe('concurrency-conflict');
  expect(guest.finish('udp', 'bind', socket)).toBe('ok');
  expect(guest.withAddress('udp', 'start-bind', socket, '127.0.0.1:0')).toBe('invalid-state');
  for (const remote of ['[::1]:80', '0.0.0.0:80', '127.0.0.1:0', '224.0.0.1:80'])
    expect(stream(guest, socket, remote)).toBe('invalid-argument');
  const streams = stream(guest, socket, null) as Streams;
  for (const to of [null, '[::1]:80', '0.0.0.0:80', '127.0.0.1:0'])
    expect(send(guest, streams[1], [['x', to]])).toBe('invalid-argument');
  expect(guest.address('udp', 'remote-address', socket)).toBe('invalid-state');
  expect(guest.call(UDP, '[method]udp-socket.address-family', socket)).toBe(0);
  expect(guest.isReady(UDP, '[method]udp-socket.subscribe', socket)).toBe(true);
  drop(guest, [streams], [socket]);
  const second = bound(guest);
  const other = guest.create('udp') as number;
  expect(guest.bind('udp', other, second.at)).toBe('address-in-use');
  expect(guest.bind('udp', other, '203.0.113.9:0')).toBe('address-not-bindable');
  drop(guest, [], [second.socket, other]);
});

test('more datagrams than were permitted end the guest', () => {
  const { socket } = bound(guest);
  const streams = stream(guest, socket, null) as Streams;
  const sendRaw = (count: number): unknown =>
    guest.call(UDP, '[method]outgoing-datagram-stream.send', streams[1], bufferAt, count, result);
  expect(() => sendRaw(1)).toThrow('check-send');
  guest.call(UDP, '[method]outgoing-datagram-stream.check-send', streams[1], result);
  sendRaw(0);
  expect(() => sendRaw(1)).toThrow('check-send');
  drop(guest, [streams], [socket]);
});

test.each([
  ['unicast-hop-limit', 1, 42, 42],
  ['receive-buffer-size', 8, 65_536n, 65_536n],
  ['send-buffer-size', 8, 65_536n, 65_536n],
] as const)('%s', (name, payloadAt, value, expected) => {
  for (const family of [4, 6] as const) {
    const socket = guest.create('udp', family) as number;
    expect(guest.unit('udp', `set-${name}`, socket, value)).toBe('ok');
    expect(guest.option('udp', name, socket, payloadAt)).toBe(expected);
    expect(guest.unit('udp', `set-${name}`, socket, typeof value === 'bigint' ? 0n : 0)).toBe('invalid-argument');
    guest.drop(UDP, 'udp-socket', socket);
  }
});

describe('the policy', () => {
  test('without a network', () => {
    const socket = offline.create('udp') as number;
    expect(offline.withAddress('udp', 'start-bind', socket, '127.0.0.1:0')).toBe('access-denied');
    expect(stream(offline, socket, null)).toBe('invalid-state');
    offline.drop(UDP, 'udp-socket', socket);
  });

  test('peers that no rule has are refused by name of the error, and not heard', () => {
    const { socket, at } = bound(confined, '127.0.0.2:0');
    const streams = stream(confined, socket, null) as Streams;
    expect(send(confined, streams[1], [['x', '127.0.0.3:80']])).toBe('access-denied');
    expect(send(confined, streams[1], [['x', '127.0.0.2:80']])).toBe(1n);
    expect(stream(confined, socket, '127.0.0.3:80')).toBe('access-denied');
    const again = stream(confined, socket, null) as Streams;
    const other = bound(guest, '127.0.0.1:0');
    const fromOther = stream(guest, other.socket, null) as Streams;
    expect(send(guest, fromOther[1], [['unheard', at]])).toBe(1n);
    const friend = bound(guest, '127.0.0.2:0');
    const fromFriend = stream(guest, friend.socket, null) as Streams;
    expect(send(guest, fromFriend[1], [['heard', at]])).toBe(1n);
    expect(receiveOne(confined, again[0])).toEqual(['heard', friend.at]);
    expect(confined.bind('udp', confined.create('udp') as number, '0.0.0.0:5353')).toBe('access-denied');
    drop(guest, [fromOther, fromFriend], [other.socket, friend.socket]);
  });
});
