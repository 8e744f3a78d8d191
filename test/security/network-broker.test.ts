/** What a guest that owns its container's process does to its network broker. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AttackOptions, attack, type Kit, startAttack } from '../helpers/attack.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { World } from '../helpers/world.ts';

let outside: World;

beforeAll(async () => {
  outside = await World.start({});
});

afterAll(async () => {
  await outside.stop();
  await expectNothingLeft();
});

const guest = (...flags: string[]): AttackOptions => ({ inside: outside.inside, isComponent: true, flags });

describe('against the broker', () => {
  test.each([
    ['no JSON', 'x'],
    ['no object', '5'],
    ['no request', '{"id":1,"kind":"exec"}'],
    ['too many bytes', 'x'.repeat(70_000)],
  ])('%s ends the network, not the run', async (_, text) => {
    const send = (kit: Kit, message: string): unknown => {
      const channel = kit.brokerFd;
      const bytes = kit.text(message);
      kit.call('write', channel, bytes, bytes.length - 1);
      kit.sleep(300);
      return kit.native.receiveDescriptor(channel) === null;
    };
    const { value, result } = await attack(send, guest('--net', 'host'), text);
    expect(value).toBe(true);
    expect(result).toMatchObject({ ok: true, error: null });
  });

  test('a flood of requests whose answers nobody reads waits, and ends with the run', async () => {
    const flood = (kit: Kit): unknown => {
      const channel = kit.brokerFd;
      const bytes = kit.text(JSON.stringify({ id: 1, kind: 'resolve', name: 'localhost' }));
      for (;;) kit.call('write', channel, bytes, bytes.length - 1);
    };
    const { result } = await attack(flood, guest('--net', 'host', '--timeout', '3s', '--memory', '64MiB'));
    expect(result).toMatchObject({ timedOut: true, oomKilled: false, error: null });
  });

  test('questions beyond what name servers bear are refused', async () => {
    const ask = (kit: Kit): unknown => {
      const channel = kit.brokerFd;
      const answers: unknown[] = [];
      // Without a name server the first are answered while the last are asked: one burst may find few of them open.
      for (let burst = 1; burst <= 5; burst++) {
        for (let id = 1; id <= 200; id++) {
          kit.native.sendMessage(
            channel,
            new TextEncoder().encode(JSON.stringify({ id, kind: 'resolve', name: `n${id}.example` })),
          );
        }
        while (answers.length < burst * 200) {
          const message = kit.native.receiveDescriptor(channel);
          if (message) answers.push(JSON.parse(new TextDecoder().decode(message.bytes)).error);
          else kit.sleep(5);
        }
      }
      return answers.filter((answer) => answer === 'temporary-resolver-failure').length;
    };
    const { value } = await attack(ask, guest('--net', 'host'));
    expect(value).toBeGreaterThan(50);
  });

  test('it has no capability, no file and an id of its own', async () => {
    const wait = (kit: Kit): unknown => {
      kit.ask({ kind: 'resolve', name: 'localhost' });
      kit.call('write', 1, kit.text('ready'), 5);
      kit.sleep(2000);
      return null;
    };

    const running = await startAttack(wait, [undefined], guest('--net', 'host'));
    await new Promise((resolve) => running.stdout.once('data', resolve));
    const supervisor = readFileSync(`/proc/${await running.container}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ')[1];
    const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8').trim().split(' ');
    const broker = children.find(
      (pid) =>
        Number(pid) !== 0 &&
        /^Uid:\t18(8|9)\d+/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')) &&
        readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync(`/proc/${supervisor}/ns/net`),
    );
    const status = readFileSync(`/proc/${broker}/status`, 'utf8');
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    expect(readdirSync(`/proc/${broker}/root`)).toEqual([]);
    const files = readdirSync(`/proc/${broker}/fd`).map((fd) => readlinkSync(`/proc/${broker}/fd/${fd}`));
    expect(files.filter((file) => !/^(socket:|pipe:|anon_inode:|\/dev\/null)/.test(file))).toEqual([]);
    await running.finished;
  });
});
