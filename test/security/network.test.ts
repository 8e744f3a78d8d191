/** What a guest reaches through the network that it was given, in a network of the test's own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunResult } from '../../runtime/result.ts';
import { build } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest, startGuest } from '../helpers/wasmctr.ts';
import { type Seen, World, world } from '../helpers/world.ts';

let outside: World;

beforeAll(async () => {
  build('rust-p2');
  outside = await World.start({
    'shop.example': [[world.public, world.publicV6]],
    'inner.example': [[world.private]],
    'mixed.example': [[world.metadata, world.private, world.public]],
    'metadata.example': [[world.metadata]],
    'disguised.example': [['64:ff9b::a9fe:a9fe', '::ffff:10.9.0.1']],
    'loopback.example': [['127.0.0.1', '::1']],
    'rebinding.example': [[world.public], [world.private]],
  });
}, 300_000);

afterAll(async () => {
  await outside.stop();
  await expectNothingLeft();
});

interface Outcome {
  stdout: string;
  stderr: string;
  result: RunResult;
  seen: Seen[];
}

/** What of it reached the world, but for questions to its name server. */
const reached = ({ seen }: Outcome): string[] => seen.filter(({ protocol }) => protocol !== 'dns').map(({ to }) => to);

async function run(guest: string, flags: readonly string[], args: readonly string[]): Promise<Outcome> {
  await outside.seen();
  const options = { inside: outside.inside, stdin: 'hello', flags: [...flags, '--stats=json'] };
  const { stdout, stderr } = await runGuest(`rust-p2/${guest}`, args, options);
  const receipt = stderr.trimEnd().split('\n').at(-1) ?? '';
  return { stdout, stderr, result: JSON.parse(receipt) as RunResult, seen: await outside.seen() };
}

describe('TCP', () => {
  test.each([
    [['--allow-net', `${world.public}:80`], `${world.public}:80`],
    [['--allow-net', 'public:80'], `${world.public}:80`],
    [['--allow-net', 'tcp:93.184.216.0/24'], `${world.publicToo}:8080`],
    [['--allow-net', 'private'], `${world.private}:80`],
    [['--net', 'host'], `${world.private}:443`],
    [['--allow-net', '[2606:2800::/32]:80'], `[${world.publicV6}]:80`],
    [['--allow-net', `${world.metadata}:80`], `${world.metadata}:80`],
  ])('%j reaches %s', async (flags, address) => {
    const outcome = await run('tcp-client', flags, [address]);
    expect(outcome).toMatchObject({ stdout: 'hello', result: { exitCode: 0 } });
    expect(reached(outcome)).toEqual([address]);
    expect(outcome.result.network).toMatchObject({ connections: 1, denied: 0, peers: [{ protocol: 'tcp', address }] });
    expect(outcome.result.network?.sentBytes).toBeGreaterThanOrEqual(5);
  });

  test.each([
    [[], `${world.public}:80`],
    [['--allow-net', `${world.public}:443`], `${world.public}:80`],
    [['--allow-net', `udp:${world.public}`], `${world.public}:80`],
    [['--allow-net', 'public'], `${world.private}:80`],
    [['--allow-net', 'public'], `${world.metadata}:80`],
    [['--allow-net', 'public', '--allow-net', 'private'], `${world.alibaba}:80`],
    [['--net', 'host'], `${world.metadata}:80`],
    [['--allow-net', '0.0.0.0/0'], `${world.metadata}:80`],
    [['--allow-net', 'public'], `[::ffff:${world.metadata}]:80`],
    [['--net', 'host'], `[::ffff:${world.private}]:80`],
    [['--net', 'host'], '[64:ff9b::a9fe:a9fe]:80'],
    [['--allow-net', 'public'], '127.0.0.1:80'],
    [['--allow-net', 'public'], '0.0.0.0:80'],
  ])('%j does not reach %s', async (flags, address) => {
    const outcome = await run('tcp-client', flags, [address]);
    expect(outcome).toMatchObject({ stdout: '', result: { exitCode: 1 } });
    expect(reached(outcome)).toEqual([]);
  });
});

describe('names', () => {
  test('an allowed name is found and reached, and no other is even asked for', async () => {
    const flags = ['--allow-net', 'shop.example:80'];
    const shop = await run('tcp-client', flags, ['shop.example:80']);
    expect(shop).toMatchObject({ stdout: 'hello', result: { exitCode: 0 } });
    expect(reached(shop)).toHaveLength(1);
    const other = await run('tcp-client', flags, ['inner.example:80']);
    expect(other.seen).toEqual([]);
    expect(other.result.network?.denials).toEqual([
      { what: 'dns inner.example', reason: 'no rule allows the name', count: 1 },
    ]);
  });

  test('its address by itself is reached only after it was looked up', async () => {
    const outcome = await run('tcp-client', ['--allow-net', 'shop.example:80'], [`${world.public}:80`]);
    expect(reached(outcome)).toEqual([]);
    expect(outcome.result.network?.denials[0]).toMatchObject({ what: `tcp ${world.public}:80` });
  });

  test.each([
    ['inner.example', 'a private address'],
    ['metadata.example', 'metadata address'],
    ['disguised.example', 'metadata address'],
    ['loopback.example', 'a loopback address'],
  ])('%s, although allowed, leads nowhere', async (name, reason) => {
    const outcome = await run('tcp-client', ['--allow-net', name], [`${name}:80`]);
    expect(reached(outcome)).toEqual([]);
    expect(outcome.result.network?.denials[0]?.reason).toContain(reason);
  });

  test('of mixed addresses the guest learns those that it may use', async () => {
    const { stdout } = await run('lookup', ['--allow-net', 'mixed.example'], ['mixed.example']);
    expect(stdout).toBe(`mixed.example ${world.public}\n`);
    const both = await run('lookup', ['--allow-net', 'mixed.example', '--allow-net', 'private'], ['mixed.example']);
    expect(both.stdout).toBe(`mixed.example ${world.private} ${world.public}\n`);
  });
});

describe('UDP', () => {
  test('an allowed peer answers', async () => {
    const outcome = await run('udp-client', ['--allow-net', 'udp:public:80'], [`${world.public}:80`, 'datagram']);
    expect(outcome).toMatchObject({ stdout: `datagram from ${world.public}:80\n`, result: { exitCode: 0 } });
    expect(outcome.result.network).toMatchObject({ sentBytes: 8, receivedBytes: 8, connections: 1 });
  });

  test.each([
    [['--allow-net', 'tcp:public'], `${world.public}:80`],
    [['--net', 'host'], `${world.metadata}:80`],
    [['--net', 'host'], '255.255.255.255:80'],
    [['--net', 'host'], '224.0.0.1:80'],
  ])('%j does not reach %s', async (flags, address) => {
    const outcome = await run('udp-client', flags, [address, 'datagram']);
    expect(outcome.result.exitCode).toBe(1);
    expect(reached(outcome)).toEqual([]);
  });
});

describe('listening', () => {
  test.each([
    [[], '0.0.0.0:8080'],
    [['--allow-net', 'public'], '0.0.0.0:8080'],
    [['--allow-net', 'listen:loopback'], '0.0.0.0:8080'],
    [['--allow-net', 'listen:0.0.0.0:8081'], '0.0.0.0:8080'],
    [['--publish', '8081:8081'], '0.0.0.0:8080'],
  ])('%j does not allow %s', async (flags, address) => {
    const outcome = await run('tcp-server', flags, [address]);
    expect(outcome.result.exitCode).toBe(1);
    expect(outcome.stderr).toContain('PermissionDenied');
  });

  test.each([
    [['--allow-net', 'listen:0.0.0.0:8080'], '0.0.0.0:8080', 8080],
    [['--publish', '0.0.0.0:443:8080'], '0.0.0.0:8080', 443],
    [['--net', 'host'], '0.0.0.0:8080', 8080],
  ])('%j allows %s', async (flags, address, port) => {
    const server = startGuest('rust-p2/tcp-server', [address], { inside: outside.inside, flags });
    await server.saw('port');
    expect(outside.canConnect(port)).toBe(true);
    server.process.kill();
    await server.result;
  });

  test('what is published to loopback is not there for others', async () => {
    const options = { inside: outside.inside, flags: ['--publish', '8080:8080'] };
    const server = startGuest('rust-p2/tcp-server', ['0.0.0.0:8080'], options);
    await server.saw('port');
    expect(outside.canConnect(8080)).toBe(false);
    server.process.kill();
    await server.result;
  });
});

describe('limits', () => {
  test('--max-connections', async () => {
    const outcome = await run('tcp-client', ['--net', 'host', '--max-connections', '0'], [`${world.public}:80`]);
    expect(reached(outcome)).toEqual([]);
    expect(outcome.result.network).toMatchObject({ connections: 0, limit: 'max-connections' });
  });

  test('--max-traffic cuts a connection', async () => {
    const flags = ['--net', 'host', '--max-traffic', '1MiB', '--timeout', '20s', '--stats=json'];
    const stdin = new Uint8Array(64 << 20);
    const { code, stderr } = await runGuest('rust-p2/tcp-client', [`${world.public}:80`], {
      inside: outside.inside,
      flags,
      stdin,
    });
    expect(code).not.toBe(0);
    const { network } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as RunResult;
    expect(network?.limit).toBe('max-traffic');
  });
});
