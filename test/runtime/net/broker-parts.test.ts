/** The parts of a broker that need no process: what it reads, counts and reports. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Account } from '../../../runtime/net/account.ts';
import { planBroker } from '../../../runtime/net/broker-plan.ts';
import { readReport } from '../../../runtime/net/broker-report.ts';
import { Names, parseHosts, parseResolvConf } from '../../../runtime/net/names.ts';
import { parseNetRule } from '../../../runtime/net/policy-text.ts';
import { readRequest } from '../../../runtime/net/requests.ts';
import type { NetRule, RunSpec } from '../../../runtime/spec.ts';

describe('requests', () => {
  const address = { ip: [127, 0, 0, 1], port: 80, flow: 0, scope: 0 };
  test.each([
    { id: 1, kind: 'open', socket: 1, protocol: 'tcp', family: 4 },
    { id: 1, kind: 'connect', socket: 1, remote: address },
    { id: 1, kind: 'stream', socket: 1, remote: null },
    { id: 1, kind: 'resolve', name: 'example.com' },
    { id: 0, kind: 'close', socket: 5 },
    { id: 1, kind: 'set-option', socket: 1, option: 'hop-limit', value: 64 },
    { id: 7, kind: 'http-anything', more: [1] },
  ])('$kind', (request) => {
    expect(readRequest(request)).toEqual(request);
  });

  test.each([
    {},
    { id: 1 },
    { id: -1, kind: 'close', socket: 1 },
    { id: 1, kind: 'connect', socket: 1, remote: { ...address, ip: [127, 0, 0] } },
    { id: 1, kind: 'connect', socket: 1, remote: { ...address, ip: [127, 0, 0, 256] } },
    { id: 1, kind: 'connect', socket: 1, remote: { ...address, ip: [127, 0, 0, 0.5] } },
    { id: 1, kind: 'connect', socket: 1, remote: { ...address, port: 65_536 } },
    { id: 1, kind: 'connect', socket: 1, remote: null },
    { id: 1, kind: 'connect', socket: '1', remote: address },
    { id: 1, kind: 'open', socket: 1, protocol: 'raw', family: 4 },
    { id: 1, kind: 'get-option', socket: 1, option: 'fastopen' },
    { id: 1, kind: 'set-option', socket: 1, option: 'hop-limit', value: 2 ** 31 },
    { id: 1, kind: 'resolve', name: 'x'.repeat(5000) },
    { id: 1, kind: 'toString', socket: 1 },
  ])('%j is none', (request) => {
    expect(readRequest(request)).toBeNull();
  });

  test('anything is read or refused', () => {
    fc.assert(fc.property(fc.object(), (request) => void readRequest(request as Record<string, unknown>)));
  });
});

describe('the account', () => {
  const peer = (address: string) => ({ protocol: 'tcp', direction: 'out', address }) as const;

  test('counts connections, and refuses what is beyond', () => {
    const account = new Account({ maxConnections: 2, maxTrafficBytes: null });
    expect([account.admit(peer('a')), account.admit(peer('a')), account.admit(peer('b'))]).toEqual([true, true, false]);
    expect(account.usage()).toMatchObject({
      connections: 2,
      peers: [{ address: 'a', connections: 2 }],
      denials: [{ what: 'b', count: 1 }],
      limit: 'max-connections',
    });
  });

  test('traffic beyond its limit is told once, and ends admission', () => {
    const account = new Account({ maxConnections: null, maxTrafficBytes: 100 });
    let told = 0;
    account.onExhausted = () => told++;
    account.addTraffic(60, 40);
    expect([told, account.admit(peer('a'))]).toEqual([0, true]);
    account.addTraffic(0, 1);
    account.addTraffic(0, 1);
    expect([told, account.admit(peer('a'))]).toEqual([1, false]);
    expect(account.usage()).toMatchObject({ sentBytes: 60, receivedBytes: 42, limit: 'max-traffic' });
  });

  test('a scan of thousands of addresses makes a short list', () => {
    const account = new Account({ maxConnections: null, maxTrafficBytes: null });
    for (let i = 0; i < 5000; i++) {
      account.admit(peer(String(i)));
      account.deny(String(i), 'no rule allows it');
    }
    const usage = account.usage();
    expect([usage.peers.length, usage.denials.length, usage.connections, usage.denied]).toEqual([64, 64, 5000, 5000]);
    const report = readReport(new TextEncoder().encode(JSON.stringify({ type: 'usage', usage })));
    expect(report).toEqual({ type: 'usage', usage });
  });
});

describe('reports', () => {
  test.each(['', 'null', '{}', '{"type":"usage"}', '{"type":"usage","usage":{"connections":-1}}', '{"type":"x"}'])(
    '%s is none',
    (text) => {
      expect(readReport(new TextEncoder().encode(text))).toBeNull();
    },
  );
  test('a filter that stopped it, and a stage that failed', () => {
    const read = (report: object) => readReport(new TextEncoder().encode(JSON.stringify(report)));
    expect(read({ type: 'seccomp', nr: 41, frames: [] })).toMatchObject({ message: 'forbidden system call 41' });
    expect(read({ type: 'stage', stage: 'root', syscall: 'mount', errno: 1 })).toMatchObject({
      message: 'root: mount',
    });
  });
});

describe('names', () => {
  test('resolv.conf', () => {
    const text = `# a comment
nameserver 10.0.0.1 ; another
nameserver fe80::1%eth0
nameserver no.address
search a.example b.example
options ndots:2 timeout:1
`;
    expect(parseResolvConf(text)).toEqual({
      servers: ['10.0.0.1', 'fe80::1%eth0'],
      search: ['a.example', 'b.example'],
      ndots: 2,
    });
    expect(parseResolvConf('')).toEqual({ servers: ['127.0.0.1'], search: [], ndots: 1 });
  });

  test('hosts: every name of a line, every line of a name', async () => {
    const hosts = parseHosts('127.0.0.1 localhost\n10.0.0.1 Db db.internal # the database\n::2 db\nbroken line\n');
    const names = new Names({ servers: ['127.0.0.1'], search: [], ndots: 1, hosts });
    const v6 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
    expect(await names.resolve('db')).toEqual([[10, 0, 0, 1], v6]);
    expect(await names.resolve('db.internal')).toEqual([[10, 0, 0, 1]]);
  });

  test('localhost is loopback whatever a file or server says', async () => {
    const hosts = parseHosts('8.8.8.8 localhost x.localhost');
    const names = new Names({ servers: ['127.0.0.1'], search: [], ndots: 1, hosts });
    for (const name of ['localhost', 'x.localhost']) expect(await names.resolve(name)).toContainEqual([127, 0, 0, 1]);
  });
});

describe('the plan', () => {
  const specOf = (mode: 'none' | 'host', ...rules: string[]): RunSpec =>
    ({
      net: { mode, allow: rules.map((text) => (parseNetRule(text) as { value: NetRule }).value) },
      limits: { maxFiles: 16, pids: 8, cpuTimeMs: null },
    }) as unknown as RunSpec;
  const facts = {
    mode: 'root',
    id: 1_900_000_000,
    landlockAbi: 6,
    rlimits: { hard: new Map(), data: null },
    filter: { bytes: new Uint8Array(8), description: '', notifies: false },
    keptFds: 2,
    taskFds: 1,
  } as const;

  test('ids, capabilities, an empty root and no file at all', () => {
    const plan = planBroker(specOf('none', 'example.com:443'), facts);
    expect(plan).toMatchObject({
      uid: 1_900_000_000,
      emptyRoot: 1,
      dropCapabilities: 1,
      noNewPrivs: 1,
      landlockPaths: [],
    });
    expect(plan.landlockFs).toBeGreaterThan(0);
    expect([plan.keepFds, plan.cgroupTasks]).toEqual([[0, 1], [2]]);
  });

  test('Landlock holds it to the ports of the rules, and to DNS', () => {
    const { landlockNet, landlockPorts } = planBroker(
      specOf('none', 'example.com:443', 'listen:loopback:8080-8081'),
      facts,
    );
    expect(landlockNet).toBe(3);
    expect(landlockPorts).toEqual([
      { port: 443, access: 2 },
      { port: 53, access: 2 },
      { port: 8080, access: 1 },
      { port: 8081, access: 1 },
      { port: 0, access: 1 },
    ]);
  });

  test('without ports, or with too many, it is the broker alone that decides', () => {
    expect(planBroker(specOf('none', 'example.com'), facts).landlockNet).toBe(1);
    expect(planBroker(specOf('none', 'example.com:1-5000'), facts).landlockNet).toBe(1);
    expect(planBroker(specOf('host'), facts)).toMatchObject({ landlockNet: 0, landlockPorts: [] });
  });
});
