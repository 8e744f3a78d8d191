/** A guest that owns its container's process, with a network: what it gets from the broker, and what without it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AttackOptions, attack, type Kit, startAttack } from '../helpers/attack.ts';
import { expectViolation } from '../helpers/attack-walls.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { World, world } from '../helpers/world.ts';

let outside: World;

beforeAll(async () => {
  outside = await World.start({
    'rebinding.example': [[world.public], [world.private], [world.metadata]],
  });
});

beforeEach(async () => void (await outside.seen()));

afterAll(async () => {
  await outside.stop();
  await expectNothingLeft();
});

const guest = (...flags: string[]): AttackOptions => ({ inside: outside.inside, isComponent: true, flags });

const publicIp = world.public.split('.').map(Number);
const privateIp = world.private.split('.').map(Number);
const metadataIp = world.metadata.split('.').map(Number);

async function reached(): Promise<string[]> {
  return (await outside.seen()).filter(({ protocol }) => protocol !== 'dns').map(({ to }) => to);
}

describe('past the broker', () => {
  const connectRaw = (kit: Kit, ip: readonly number[]): unknown => {
    const fd = kit.call('socket', 2, 1, 0);
    if (typeof fd === 'string') return fd;
    return kit.call('connect', fd, Uint8Array.from([2, 0, 0, 80, ...ip, 0, 0, 0, 0, 0, 0, 0, 0]), 16);
  };

  test('a socket of its own: filter, Landlock, network namespace', async () => {
    const all = await attack(connectRaw, guest('--net', 'host'), publicIp);
    expectViolation(all, 'socket');
    const withoutFilter = await attack(connectRaw, { ...guest('--net', 'host'), without: ['seccomp'] }, publicIp);
    expect(withoutFilter.value).toBe('EACCES');
    const onlyNamespace = await attack(
      connectRaw,
      { ...guest('--net', 'host'), without: ['seccomp', 'landlock'] },
      publicIp,
    );
    expect(onlyNamespace.value).toBe('ENETUNREACH');
    expect(await reached()).toEqual([]);
  });

  /** With a connection that the broker handed over, tries to make another of it. */
  const reconnect = (kit: Kit, { from, to }: { from: readonly number[]; to: readonly number[] }): unknown => {
    kit.ask({ kind: 'open', socket: 1, protocol: 'tcp', family: 4 });
    const { fd } = kit.ask({ kind: 'connect', socket: 1, remote: { ip: from, port: 80 } });
    const name = (ip: readonly number[]): Uint8Array => Uint8Array.from([2, 0, 0, 80, ...ip, 0, 0, 0, 0, 0, 0, 0, 0]);
    const unspecified = new Uint8Array(16);
    return [kit.call('connect', fd, unspecified, 16), kit.call('connect', fd, name(to), 16)];
  };

  test('a connection that was handed over can not be led elsewhere: filter, Landlock', async () => {
    const given = { from: publicIp, to: metadataIp };
    expectViolation(await attack(reconnect, guest('--allow-net', 'public'), given), 'connect');
    const { value } = await attack(reconnect, { ...guest('--allow-net', 'public'), without: ['seccomp'] }, given);
    expect(value).toEqual([0, 'EACCES']);
    expect((await reached()).filter((to) => !to.startsWith(world.public))).toEqual([]);
  });

  test.each([
    ['sendto', [0, 0, 0, 0, 0, 0]],
    ['sendmsg', [0, 0, 0]],
    ['sendmmsg', [0, 0, 0, 0]],
    ['bind', [0, 0, 0]],
    ['listen', [0, 1]],
    ['setsockopt', [6, 30, 0, 4]],
    ['getsockopt', [6, 11, 0, 0]],
    ['socketpair', [1, 1, 0, 0]],
    ['splice', [0, 0, 0, 0, 1, 0]],
    ['sendfile', [0, 0, 1, 0]],
    ['dup', [0]],
    ['io_uring_setup', [8, 0]],
  ])('%s is not in its filter', async (name, args) => {
    const use = (kit: Kit, given: { name: string; args: number[]; ip: readonly number[] }): unknown => {
      kit.ask({ kind: 'open', socket: 1, protocol: 'tcp', family: 4 });
      const { fd } = kit.ask({ kind: 'connect', socket: 1, remote: { ip: given.ip, port: 80 } });
      return kit.call(given.name, fd, ...given.args);
    };
    expectViolation(await attack(use, guest('--allow-net', 'public'), { name, args, ip: publicIp }), name);
  });
});

describe('through the broker', () => {
  /** What the broker says to connects, each from a socket of its own. */
  const connectEach = (kit: Kit, addresses: { ip: readonly number[]; port: number }[]): unknown =>
    addresses.map((remote, i) => {
      kit.ask({ kind: 'open', socket: i, protocol: 'tcp', family: remote.ip.length === 4 ? 4 : 6 });
      const { reply, fd } = kit.ask({ kind: 'connect', socket: i, remote });
      return fd >= 0 ? 'connected' : reply.error;
    });

  test('metadata and inner addresses in every disguise', async () => {
    const zeros = (count: number): number[] => Array<number>(count).fill(0);
    const disguises = (ip: readonly number[]): number[][] => [
      [...ip],
      [...zeros(10), 0xff, 0xff, ...ip],
      [...zeros(12), ...ip],
      [...zeros(8), 0xff, 0xff, 0, 0, ...ip],
      [0, 0x64, 0xff, 0x9b, ...zeros(8), ...ip],
      [0x20, 0x02, ...ip, ...zeros(10)],
    ];
    const targets = [...disguises(metadataIp), ...disguises(privateIp)].map((ip) => ({ ip, port: 80 }));
    const { value } = await attack(connectEach, guest('--allow-net', 'public'), targets);
    expect(value).toEqual(targets.map(() => 'access-denied'));
    expect(await reached()).toEqual([]);
  });

  test('DNS rebinding: the name that was public is private now', async () => {
    const rebind = (kit: Kit, ips: readonly number[][]): unknown => {
      const lookup = (): unknown => kit.ask({ kind: 'resolve', name: 'rebinding.example' }).reply;
      const answers = [lookup(), lookup(), lookup()];
      const connects = ips.map((ip, i) => {
        kit.ask({ kind: 'open', socket: i, protocol: 'tcp', family: 4 });
        const { reply, fd } = kit.ask({ kind: 'connect', socket: i, remote: { ip, port: 80 } });
        return fd >= 0 ? 'connected' : reply.error;
      });
      return { answers, connects };
    };
    const given = [publicIp, privateIp, metadataIp];
    const { value, result } = await attack(rebind, guest('--allow-net', 'rebinding.example:80'), given);
    expect(value).toEqual({
      answers: [
        { id: 1, addresses: [publicIp] },
        { id: 1, error: 'access-denied' },
        { id: 1, error: 'access-denied' },
      ],
      connects: ['connected', 'access-denied', 'access-denied'],
    });
    expect(await reached()).toEqual([`${world.public}:80`]);
    expect(result.network?.denials.map(({ reason }) => reason)).toContain(
      'rebinding.example led to a private address, which only a rule for it allows',
    );
  });

  test('a port scan finds what is allowed, and the receipt tells of it', async () => {
    const ports = Array.from({ length: 500 }, (_, i) => ({ ip: publicIp, port: i + 1 }));
    const { value, result } = await attack(connectEach, guest('--allow-net', `${world.public}:80`), ports);
    const found = (value as string[]).flatMap((answer, i) =>
      answer === 'access-denied' ? [] : [`${i + 1} ${answer}`],
    );
    expect(found).toEqual(['80 connected']);
    expect(result.network).toMatchObject({ connections: 1, denied: 499 });
    expect(result.network?.denials).toHaveLength(64);
    expect(await reached()).toEqual([`${world.public}:80`]);
  });

  test('a port scan of what is allowed ends at --max-connections', async () => {
    const ports = Array.from({ length: 100 }, (_, i) => ({ ip: publicIp, port: i + 400 }));
    const { value, result } = await attack(connectEach, guest('--net', 'host', '--max-connections', '50'), ports);
    const answers = value as string[];
    expect(answers.slice(0, 50).filter((answer) => answer === 'access-denied')).toEqual([]);
    expect(new Set(answers.slice(50))).toEqual(new Set(['access-denied']));
    expect(result.network).toMatchObject({ connections: 50, denied: 50, limit: 'max-connections' });
    await reached();
  });

  test('sockets end at --max-files', async () => {
    const openMany = (kit: Kit): unknown => {
      const answers = Array.from({ length: 40 }, (_, i) =>
        kit.ask({ kind: 'open', socket: i, protocol: 'tcp', family: 4 }),
      );
      return answers.filter(({ reply }) => reply.error === undefined).length;
    };
    const { value } = await attack(openMany, guest('--net', 'host', '--max-files', '16'));
    expect(value).toBe(16);
  });

  test('listening where it may not', async () => {
    const listen = (kit: Kit): unknown =>
      [8080, 0].map((port, i) => {
        kit.ask({ kind: 'open', socket: i, protocol: 'tcp', family: 4 });
        const bound = kit.ask({ kind: 'bind', socket: i, local: { ip: [0, 0, 0, 0], port } }).reply.error;
        return [bound, kit.ask({ kind: 'listen', socket: i, backlog: 1 }).reply.error];
      });
    const { value } = await attack(listen, guest('--allow-net', 'public', '--allow-net', 'listen:loopback'));
    // Not bound by rule, it would be by the kernel, to any port: that is denied by the address it then has.
    expect(value).toEqual([
      ['access-denied', 'access-denied'],
      [null, 'access-denied'],
    ]);
  });

  test("a published port is the guest's again after its listener was closed", async () => {
    const listenTwice = (kit: Kit): unknown =>
      [1, 2].map((socket) => {
        kit.ask({ kind: 'open', socket, protocol: 'tcp', family: 4 });
        const bound = kit.ask({ kind: 'bind', socket, local: { ip: [0, 0, 0, 0], port: 80 } }).reply.error;
        const listening = kit.ask({ kind: 'listen', socket, backlog: 1 }).reply.error;
        const closed = new TextEncoder().encode(JSON.stringify({ id: 0, kind: 'close', socket }));
        kit.native.sendMessage(kit.brokerFd, closed);
        return [bound, listening];
      });
    const { value } = await attack(listenTwice, guest('--publish', '8080:80'));
    expect(value).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  test('UDP amplification: strangers get no more than three times what they sent', async () => {
    const amplify = (kit: Kit): unknown => {
      kit.ask({ kind: 'open', socket: 1, protocol: 'udp', family: 4 });
      kit.ask({ kind: 'bind', socket: 1, local: { ip: [0, 0, 0, 0], port: 53 } });
      const { fd } = kit.ask({ kind: 'stream', socket: 1, remote: null });
      kit.call('write', 1, kit.text('ready'), 5);
      const datagram = new Uint8Array(2000);
      while (
        kit.call('preadv2', fd, kit.words(kit.native.addressOf(datagram), datagram.length), 1, -1, -1, 0) === 'EAGAIN'
      )
        kit.sleep(5);
      for (let i = 0; i < 50; i++) kit.call('write', fd, datagram.subarray(0, 28 + 500), 528);
      kit.sleep(200);
      return 'sent';
    };

    const running = await startAttack(amplify, [undefined], guest('--publish', '0.0.0.0:5353:53/udp'));
    await new Promise((resolve) => running.stdout.once('data', resolve));
    const bytes = outside.provoke(5353, 40);
    const [result] = (await running.finished).results;
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(3 * 40 + 1200);
    expect(result?.network?.denials[0]?.reason).toBe('more would amplify what it sent');
  });

  test('datagrams to whom no rule allows are dropped, whatever the header says', async () => {
    const send = (kit: Kit, ips: readonly (readonly number[])[]): unknown => {
      kit.ask({ kind: 'open', socket: 1, protocol: 'udp', family: 4 });
      kit.ask({ kind: 'bind', socket: 1, local: { ip: [0, 0, 0, 0], port: 0 } });
      const { fd } = kit.ask({ kind: 'stream', socket: 1, remote: { ip: ips[0], port: 80 } });
      for (const ip of ips)
        kit.call('write', fd, Uint8Array.from([2, 0, 0, 80, ...ip, ...Array<number>(24).fill(0)]), 32);
      kit.call('write', fd, new Uint8Array(5), 5);
      kit.sleep(200);
      return null;
    };
    await attack(send, guest('--allow-net', `udp:${world.public}:80`), [publicIp, privateIp, metadataIp]);
    expect(await reached()).toEqual([`${world.public}:80`]);
  });
});
