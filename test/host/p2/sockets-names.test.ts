/** wasi:sockets/ip-name-lookup and network. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { netErrors } from '../../../host/kernel/broker-messages.ts';
import { errno } from '../../../host/kernel/errno.ts';
import { formatIp } from '../../../host/kernel/ip.ts';
import { GuestMemory } from '../../../host/kernel/memory.ts';
import type { Context } from '../../../host/p2/context.ts';
import type { HandleTable, Lower } from '../../../host/p2/lower.ts';
import { Resources } from '../../../host/p2/resource.ts';
import { socketsNetwork } from '../../../host/p2/sockets-network.ts';
import { IoError } from '../../../host/p2/stream-error.ts';
import { bufferAt, outside, result } from './guest.ts';
import { endBrokers, networkGuest, SocketsGuest } from './sockets-guest.ts';

const LOOKUP = 'wasi:sockets/ip-name-lookup';
let guest: SocketsGuest;
let confined: SocketsGuest;
const offline = new SocketsGuest({ brokerFd: null });

beforeAll(() => {
  guest = networkGuest(null);
  confined = networkGuest(['two.example', 'loopback']);
});

afterAll(() => endBrokers([guest, confined]));

function start(of: SocketsGuest, name: string): number | string {
  of.call(LOOKUP, 'resolve-addresses', of.network, ...of.put(bufferAt, name), result);
  return of.u8(result) === 0 ? of.u32(result + 4) : of.errorAt(result + 4);
}

function next(of: SocketsGuest, stream: number): string | null {
  of.call(LOOKUP, '[method]resolve-address-stream.resolve-next-address', stream, result);
  if (of.u8(result) === 1) return of.errorAt(result + 2);
  if (of.u8(result + 2) === 0) return null;
  const bytes = of.u8(result + 4) === 0 ? [...of.bytes(result + 6, 4)] : groups(of);
  return formatIp(bytes);
}

const groups = (of: SocketsGuest): number[] =>
  Array.from({ length: 8 }, (_, i) => of.view().getUint16(result + 6 + 2 * i, true)).flatMap((group) => [
    group >> 8,
    group & 0xff,
  ]);

/** All of it, waiting. */
function lookup(of: SocketsGuest, name: string): string[] {
  const stream = start(of, name);
  if (typeof stream === 'string') return [stream];
  const found: string[] = [];
  for (let address = next(of, stream); address !== null; address = next(of, stream)) {
    if (address === 'would-block') of.wait(LOOKUP, '[method]resolve-address-stream.subscribe', stream);
    else found.push(address);
    if (!address.includes('.') && !address.includes(':') && address !== 'would-block') break;
  }
  of.drop(LOOKUP, 'resolve-address-stream', stream);
  return found;
}

test.each([
  ['two.example', ['127.0.0.1', '::1']],
  ['TWO.Example.', ['127.0.0.1', '::1']],
  ['localhost', ['::1', '127.0.0.1']],
  ['127.0.0.1', ['127.0.0.1']],
  ['::1', ['::1']],
  ['2001:db8::5', ['2001:db8::5']],
  ['::ffff:10.0.0.1', ['10.0.0.1']],
  ['', ['invalid-argument']],
  ['a b', ['invalid-argument']],
  ['a..b', ['invalid-argument']],
  ['x'.repeat(2000), ['invalid-argument']],
])('%s', (name, addresses) => {
  expect(lookup(guest, name)).toEqual(addresses);
});

test('an address needs no network; a name does', () => {
  expect(lookup(offline, '127.0.0.1')).toEqual(['127.0.0.1']);
  expect(lookup(offline, 'two.example')).toEqual(['access-denied']);
});

test('a name that no rule has is not asked for', () => {
  expect(lookup(confined, 'two.example')).toEqual(['127.0.0.1', '::1']);
  expect(lookup(confined, 'other.example')).toEqual(['access-denied']);
});

test('what ends the guest', () => {
  expect(() => guest.call(LOOKUP, 'resolve-addresses', 9999, bufferAt, 1, result)).toThrow('unknown handle');
  expect(() => guest.call(LOOKUP, 'resolve-addresses', guest.network, outside, 10, result)).toThrow(
    'outside of memory',
  );
  guest.put(bufferAt, new Uint8Array([0xff]));
  expect(() => guest.call(LOOKUP, 'resolve-addresses', guest.network, bufferAt, 1, result)).toThrow('UTF-8');
});

test.each([
  [errno.ECONNREFUSED, 'connection-refused'],
  [errno.ECONNRESET, 'connection-reset'],
  [errno.ETIMEDOUT, 'timeout'],
  [errno.EHOSTUNREACH, 'remote-unreachable'],
  [errno.ENOSPC, null],
])('network-error-code of errno %d', (number, code) => {
  const resources = new Resources();
  const table: HandleTable = Object.assign([1 << 30, 0], { _resource: 'Error' });
  const handle = resources.add(table, new IoError(number));
  const memory = new GuestMemory(() => guest.memory);
  const lower = { memory, tables: { error: table }, checkMayLeave: () => {} } as unknown as Lower<'error'>;
  socketsNetwork({ resources } as Context)['network-error-code'](lower)(handle, result);
  expect(guest.u8(result) === 0 ? null : netErrors[guest.u8(result + 1)]).toBe(code);
});

test('networks are handles like others', () => {
  const network = guest.call('wasi:sockets/instance-network', 'instance-network') as number;
  guest.drop('wasi:sockets/network', 'network', network);
  expect(() => guest.drop('wasi:sockets/network', 'network', network)).toThrow();
});
