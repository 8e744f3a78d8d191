/** The embedder's end of the socket, against a container that says anything. */
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HostReply, HostRequest } from '../../host/component/host-calls.ts';
import type { WitSide } from '../../host/component/wit.ts';
import { readWorld } from '../../host/component/wit-world.ts';
import { serveImports } from '../../runtime/host-functions.ts';
import type { HostImports } from '../../runtime/host-members.ts';
import { call, embedderAnswers, frame } from '../helpers/embedder.ts';
import { componentOf } from '../helpers/wit-component.ts';

const wit = `package a:b@1.0.0;
interface store {
  resource bucket { constructor(name: string); name: func() -> string; join: func(other: bucket) -> bucket; }
  add: func(a: u8, b: u8) -> u8;
  %constructor: func() -> string;
  to-string: func() -> string;
  fails: func() -> result<u8, string>;
  bytes: func(all: list<u8>, as-array: bool) -> list<u8>;
}
world w { import store; import ask: func() -> string; }`;

let world: WitSide;
beforeAll(async () => {
  world = readWorld(await componentOf(wit, 'w')).imports;
});

const dropped: string[] = [];
class Bucket {
  readonly label: string;
  constructor(label: string) {
    this.label = label;
  }
  name(): string {
    return this.label;
  }
  join(other: Bucket): Bucket {
    return new Bucket(this.label + other.label);
  }
  [Symbol.dispose](): void {
    dropped.push(this.label);
  }
}

const imports: HostImports = {
  'a:b/store': {
    Bucket,
    add: (a: number, b: number) => a + b,
    fails: () => Promise.reject('so it is'),
    bytes: (all: Uint8Array, asArray: boolean) => (asArray ? [...all, 256 * (all[0] ?? 0)] : all.subarray(1)),
  },
  ask: () => 'answer',
};

const answers = (bytes: readonly Uint8Array[], given: HostImports = imports): Promise<HostReply[]> =>
  embedderAnswers(world, bytes, given);
const ask = async (...requests: HostRequest[]): Promise<HostReply[]> => answers(requests.map(frame));
const store = 'a:b/store@1.0.0';

describe('an embedder', () => {
  it('answers in order, however the bytes are cut', async () => {
    const all = Buffer.concat([
      frame(call(`${store}#add`, '1', '2')),
      frame(call('ask')),
      frame(call(`${store}#fails`)),
    ]);
    const replies = [
      { kind: 'value', value: '3' },
      { kind: 'value', value: '"answer"' },
      { kind: 'value', value: 'err("so it is")' },
    ];
    expect(await answers([...all].map((byte) => Uint8Array.of(byte)))).toEqual(replies);
    expect(await answers([all])).toEqual(replies);
  });

  it('says what it lacks', async () => {
    expect(await ask({ kind: 'link' })).toEqual([
      { kind: 'linked', missing: [`${store}#constructor`, `${store}#to-string`] },
    ]);
  });

  it('has a function called constructor where it provides one itself', async () => {
    const own = { constructor: () => 'mine' };
    const request = frame(call(`${store}#constructor`));
    expect(await answers([request], { 'a:b/store': own })).toEqual([{ kind: 'value', value: '"mine"' }]);
    class Store {}
    const trap = { kind: 'trap', message: expect.stringContaining('nothing provides it') };
    for (const none of [new Store(), Store.prototype, Store, Object.create(Store.prototype)]) {
      expect(await answers([request], { 'a:b/store': none })).toEqual([trap]);
    }
  });

  it('disposes of what is left', async () => {
    dropped.length = 0;
    await ask(call(`${store}#[constructor]bucket`, '"a"'), call(`${store}#[constructor]bucket`, '"b"'), {
      kind: 'drop',
      handle: 1,
    });
    expect(dropped).toEqual(['a', 'b']);
  });

  it('uses a handle again once it is free, and not before', async () => {
    const make = call(`${store}#[constructor]bucket`, '"a"');
    const replies = await ask(make, make, { kind: 'drop', handle: 1 }, make, make);
    expect(replies.map((reply) => reply.kind === 'value' && reply.value)).toEqual(['1', '2', null, '1', '3']);
  });
});

describe('bytes', () => {
  const bytes = (text: string, asArray = false): HostRequest => call(`${store}#bytes`, text, String(asArray));

  it('cross in base64', async () => {
    const text = (...all: number[]): string => `"${Buffer.from(all).toString('base64')}"`;
    expect(await ask(bytes(text(1, 2, 255)), bytes(text(0, 7), true))).toEqual([
      { kind: 'value', value: text(2, 255) },
      { kind: 'value', value: text(0, 7, 0) },
    ]);
  });

  it.each([
    ['[1, 2]', 'expected bytes in base64'],
    ['"AQI"', 'no base64'],
    ['"A!=="', 'no base64'],
    ['"', 'this string does not end'],
  ])('are refused as %s', async (text, message) => {
    expect(await ask(bytes(text))).toEqual([{ kind: 'trap', message: expect.stringContaining(message) }]);
  });

  it('that are none are refused', async () => {
    const reply = await ask(bytes('"AQ=="', true));
    expect(reply).toEqual([
      { kind: 'trap', message: expect.stringContaining('[1]: expected a u8, got a number ("256")') },
    ]);
  });
});

describe('a resource that is given away', () => {
  it('is no longer known by its handle', async () => {
    const make = call(`${store}#[constructor]bucket`, '"a"');
    const replies = await ask(make, make, call(`${store}#[method]bucket.join`, '1', '2'), { kind: 'drop', handle: 1 });
    // The joined one takes the number that became free.
    expect(replies.map((reply) => reply.kind === 'value' && reply.value)).toEqual(['1', '2', '2', null]);
  });
});

describe('a hostile container', () => {
  const trap = (text: string): HostReply => ({ kind: 'trap', message: expect.stringContaining(text) as string });
  const make = call(`${store}#[constructor]bucket`, '"a"');

  it.each<[string, HostRequest[], string]>([
    ['a function that is not imported', [call('process.exit')], 'nothing provides it'],
    ['what every object has', [call(`${store}#to-string`)], 'nothing provides it'],
    ['what every class has', [call(`${store}#constructor`)], 'nothing provides it'],
    ['an interface that is none', [call('__proto__#toString')], 'nothing provides it'],
    ['too few arguments', [call(`${store}#add`, '1')], 'number of arguments'],
    ['a number out of range', [call(`${store}#add`, '1', '256')], 'expected a u8'],
    ['text for a number', [call(`${store}#add`, '1', '"2"')], 'expected a u8'],
    ['a handle that was never given', [call(`${store}#[method]bucket.name`, '1')], 'there is no bucket 1'],
    [
      'a handle after its drop',
      [make, { kind: 'drop', handle: 1 }, call(`${store}#[method]bucket.name`, '1')],
      'no bucket',
    ],
    ['a drop twice', [make, { kind: 'drop', handle: 1 }, { kind: 'drop', handle: 1 }], 'there is no resource 1'],
  ])('gets a trap for %s', async (_, requests, message) => {
    expect((await ask(...requests)).at(-1)).toEqual(trap(message));
  });

  it('is left for a frame that is too large, and for one that is no request', async () => {
    expect(await answers([Uint8Array.of(255, 255, 255, 255, 0)])).toEqual([]);
    expect(await answers([Uint8Array.of(2, 0, 0, 0, 0x7b, 0x7d), frame(call('ask'))])).toEqual([]);
  });

  it('is answered no faster than it reads', async () => {
    let calls = 0;
    const large = (): string => {
      calls++;
      return 'x'.repeat(1 << 20);
    };
    const given = { ...imports, ask: large };
    const requests = Array.from({ length: 100 }, () => frame(call('ask')));
    // Nothing is ever taken from it.
    const socket = new Duplex({ read() {}, write() {} });
    for (const request of requests) socket.push(request);
    const served = serveImports(socket, world, given);
    await sleep(200);
    expect(calls).toBe(1);
    socket.destroy();
    await served;
  });

  it('gets no further with any bytes', async () => {
    const valid = frame(call(`${store}#add`, '1', '2'));
    const mutation = fc.record({ at: fc.nat(valid.length - 1), to: fc.nat(255) });
    const property = fc.asyncProperty(fc.array(mutation, { maxLength: 3 }), fc.uint8Array(), async (changes, tail) => {
      const bytes = valid.slice();
      for (const { at, to } of changes) bytes[at] = to;
      for (const reply of await answers([bytes, tail])) expect(['value', 'trap', 'linked']).toContain(reply.kind);
    });
    await fc.assert(property, { numRuns: 500 });
  });
});
