/** Sockets: its own network namespace has not even a loopback that is up; Landlock holds what namespaces don't cover. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attack } from '../helpers/attack.ts';
import { type Attempt, testWalls } from '../helpers/attack-walls.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';

const attempts: Attempt[] = [
  {
    name: 'TCP: connect and bind',
    code: (kit) => {
      const address = Uint8Array.of(2, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
      const socket = Number(kit.call('socket', 2, 1, 0));
      return [kit.call('connect', socket, address, 16), kit.call('bind', socket, address, 16)];
    },
    filter: 'socket',
    landlock: ['EACCES', 'EACCES'],
    others: ['ENETUNREACH', 'EACCES'],
  },
  {
    name: 'UDP: to the local resolver',
    code: (kit) => {
      const address = Uint8Array.of(2, 0, 0, 53, 127, 0, 0, 53, 0, 0, 0, 0, 0, 0, 0, 0);
      const socket = Number(kit.call('socket', 2, 2, 0));
      return kit.call('sendto', socket, kit.text('x'), 1, 0, address, 16);
    },
    filter: 'socket',
    landlock: 'ENETUNREACH',
  },
  {
    name: 'Unix: an abstract socket of the host',
    code: (kit) => {
      const name = new TextEncoder().encode('\u0001\u0000\u0000wasmctr-attack-test');
      const socket = Number(kit.call('socket', 1, 1, 0));
      return kit.call('connect', socket, name, name.length);
    },
    filter: 'socket',
    landlock: 'ECONNREFUSED',
  },
  {
    name: 'raw and packet sockets',
    code: (kit) => [kit.call('socket', 2, 3, 1), kit.call('socket', 17, 3, 0x300), kit.call('socket', 17, 2, 0)],
    filter: 'socket',
    landlock: ['EPERM', 'EPERM', 'EPERM'],
  },
  {
    name: 'vsock: the hypervisor',
    code: (kit) => {
      const socket = kit.call('socket', 40, 1, 0);
      if (typeof socket === 'string') return 'none';
      // svm_cid 2 is the host.
      const answer = kit.call('connect', socket, kit.words(40 + 0x400 * 2 ** 32, 2), 16);
      return answer === 0 ? 'connected' : 'none';
    },
    filter: 'socket',
    landlock: 'none',
  },
  {
    name: 'netlink: making a network interface',
    code: (kit) => {
      const socket = Number(kit.call('socket', 16, 3, 0));
      // RTM_NEWLINK for a dummy interface.
      const request = new Uint8Array(32);
      new DataView(request.buffer).setUint32(0, 32, true);
      new DataView(request.buffer).setUint16(4, 16, true);
      new DataView(request.buffer).setUint16(6, 0x605, true);
      kit.call('sendto', socket, request, 32, 0, 0, 0);
      const answer = new Uint8Array(256);
      kit.call('recvfrom', socket, answer, 256, 0x40, 0, 0);
      return new DataView(answer.buffer).getInt32(16, true);
    },
    filter: 'socket',
    // EPERM, in the answer.
    landlock: -1,
  },
  {
    name: 'kernel crypto (AF_ALG), Bluetooth, CAN, XDP, KCM, SMC',
    code: (kit) => [38, 31, 29, 44, 41, 43].map((family) => typeof kit.call('socket', family, 5, 0) === 'number'),
    filter: 'socket',
    // This kernel has none of them; where one has, nothing but the filter stops AF_ALG.
    landlock: Array(6).fill(false),
  },
  {
    name: 'socketpair, and smuggling a descriptor to itself',
    code: (kit) => kit.call('socketpair', 1, 1, 0, new Int32Array(2)),
    filter: 'socketpair',
    // A pair leads nowhere but to itself.
    landlock: 0,
  },
];

const abstractName = '\0wasmctr-attack-test';
const host = createServer();

describe('while the host listens on an abstract socket', () => {
  beforeAll(() => new Promise<void>((resolve) => void host.listen(abstractName, resolve)));
  afterAll(() => new Promise((resolve) => void host.close(resolve)));
  testWalls(attempts);
});

describe("in the host's network namespace, as if the namespace had fallen", () => {
  afterAll(() => expectNothingLeft());
  const connect = {
    name: 'wasmctr-attack-test-2',
    run: async (without: ('seccomp' | 'landlock' | 'network')[]) => {
      const server = createServer((socket) => socket.end());
      const tcp = createServer((socket) => socket.end());
      await new Promise<void>((resolve) => void server.listen('\0wasmctr-attack-test-2', resolve));
      await new Promise<void>((resolve) => void tcp.listen(0, '127.0.0.1', resolve));
      const address = tcp.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      try {
        const { value } = await attack(
          (kit, at: number) => {
            const name = new TextEncoder().encode('\u0001\u0000\u0000wasmctr-attack-test-2');
            const to = Uint8Array.of(2, 0, at >> 8, at & 0xff, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
            return {
              abstract: kit.call('connect', Number(kit.call('socket', 1, 1, 0)), name, name.length),
              tcp: kit.call('connect', Number(kit.call('socket', 2, 1, 0)), to, 16),
            };
          },
          { without },
          port,
        );
        return value;
      } finally {
        server.close();
        tcp.close();
      }
    },
  };
  test('Landlock alone stops abstract sockets and TCP', async () => {
    expect(await connect.run(['seccomp', 'network'])).toEqual({ abstract: 'EPERM', tcp: 'EACCES' });
  });
  test('and without it they connect: the test can tell', async () => {
    expect(await connect.run(['seccomp', 'network', 'landlock'])).toEqual({ abstract: 0, tcp: 0 });
  });
});
