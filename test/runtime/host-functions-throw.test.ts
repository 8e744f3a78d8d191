/** Whatever an embedder's own code throws: the guest gets a trap, and the embedder's process goes on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HostReply } from '../../host/component/host-calls.ts';
import type { WitSide } from '../../host/component/wit.ts';
import { readWorld } from '../../host/component/wit-world.ts';
import type { HostImports } from '../../runtime/host-members.ts';
import { call, embedderAnswers, frame } from '../helpers/embedder.ts';
import { componentOf } from '../helpers/wit-component.ts';

const wit = `package a:b@1.0.0;
interface store {
  resource bucket { constructor(name: string); }
  add: func(a: u8, b: u8) -> u8;
  fails: func() -> result<u8, string>;
}
world w { import store; import ask: func() -> string; }`;
const store = 'a:b/store@1.0.0';

let world: WitSide;
beforeAll(async () => {
  world = readWorld(await componentOf(wit, 'w')).imports;
});

const answers = (bytes: readonly Uint8Array[], given: HostImports): Promise<HostReply[]> =>
  embedderAnswers(world, bytes, given);

describe('an embedder that throws', () => {
  const refuse = (): never => {
    throw new Error('not even this');
  };
  const mute = new Error('x');
  mute.toString = refuse;
  const unreadable = new Error('x');
  Object.defineProperty(unreadable, 'name', { get: refuse });
  const proxy = new Proxy({}, { get: refuse, getPrototypeOf: refuse, getOwnPropertyDescriptor: refuse });

  it.each<[string, unknown, string]>([
    ['an Error', new Error('so'), 'add: Error: so'],
    ['an Error of 20 MB', new Error('x'.repeat(20e6)), 'add: Error: xxx'],
    ['an Error whose toString throws', mute, 'an Error that has no text'],
    ['an Error whose name throws', unreadable, 'an Error that has no text'],
    ['a proxy that throws', proxy, 'an Error that has no text'],
    ['an object without a prototype', Object.create(null), 'it threw no Error'],
    ['nothing', undefined, 'it threw no Error'],
  ])('%s: the guest gets a trap', async (_, thrown, message) => {
    const fails = (): never => {
      throw thrown;
    };
    const requests = [call(`${store}#add`, '1', '2'), call(`${store}#fails`), call('ask')];
    const replies = await answers(requests.map(frame), { 'a:b/store': { add: fails, fails }, ask: () => 'alive' });
    expect(replies).toEqual([
      { kind: 'trap', message: expect.stringContaining(message) },
      { kind: 'trap', message: expect.any(String) },
      { kind: 'value', value: '"alive"' },
    ]);
  });

  it('at the end of a resource: the run goes on', async () => {
    class Sticky {
      async [Symbol.dispose](): Promise<void> {
        refuse();
      }
    }
    const make = call(`${store}#[constructor]bucket`, '"a"');
    const requests = [make, make, { kind: 'drop', handle: 1 }, call('ask')] as const;
    const replies = await answers(requests.map(frame), { 'a:b/store': { Bucket: Sticky }, ask: () => 'alive' });
    expect(replies.slice(2)).toEqual([
      { kind: 'trap', message: 'drop: Error: not even this' },
      { kind: 'value', value: '"alive"' },
    ]);
    // An unhandled rejection would come by now, and fail this file.
    await sleep(10);
  });

  it('while its objects are looked up: the socket closes', async () => {
    const given = {
      get 'a:b/store'(): object {
        return refuse();
      },
    };
    expect(await answers([frame({ kind: 'link' })], given)).toEqual([]);
  });
});
