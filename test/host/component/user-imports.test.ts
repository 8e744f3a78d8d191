/** What a container puts in the place of an embedder's functions. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { HostReply, HostRequest } from '../../../host/component/host-calls.ts';
import { createUserImports } from '../../../host/component/user-imports.ts';
import type { WitSide } from '../../../host/component/wit.ts';
import { readWorld } from '../../../host/component/wit-world.ts';
import { HostFunctionTrap } from '../../../host/trap.ts';
import { componentOf, kitWit } from '../../helpers/wit-component.ts';

let imports: WitSide;
beforeAll(async () => {
  imports = readWorld(await componentOf(kitWit, 'kit')).imports;
});

/** An embedder that answers with these texts, in their order. */
function embedder(...values: (string | null)[]): { asked: HostRequest[]; ask: (request: HostRequest) => HostReply } {
  const asked: HostRequest[] = [];
  const ask = (request: HostRequest): HostReply => {
    if (request.kind === 'link') return { kind: 'linked', missing: [] };
    asked.push(request);
    return { kind: 'value', value: values.shift() ?? null };
  };
  return { asked, ask };
}

type Members = Record<string, (...args: unknown[]) => unknown>;
type Resource = Members & Disposable;
interface BucketClass {
  new (name: string): Resource;
  open(name: string): unknown;
}

const storeOf = (ask: (request: HostRequest) => HostReply): Members & { Bucket: BucketClass } =>
  createUserImports(imports, ask).provide('demo:kit/store') as Members & { Bucket: BucketClass };

describe('imports of an embedder', () => {
  it('go by the names that the glue looks up', () => {
    const made = createUserImports(imports, embedder('"y"').ask);
    expect(Object.keys(made.provide('demo:kit/store') as object).sort()).toEqual([
      'Bucket',
      'get',
      'longest',
      'now',
      'paint',
    ]);
    expect((made.provide('ask') as { default(question: string): string }).default('x')).toBe('y');
    expect(made.has('demo:kit/shapes')).toBe(true);
    expect(made.has('wasi:cli/exit')).toBe(false);
  });

  it('take and give values as the glue has them', () => {
    const { asked, ask } = embedder('ok({id: 5, name: "n", data: "AQI=", at: some({x: 1, y: 2})})', 'some(err("no"))');
    const store = storeOf(ask);
    expect(store.get?.(5n)).toEqual({
      tag: 'ok',
      val: { id: 5n, name: 'n', data: Uint8Array.of(1, 2), at: { x: 1, y: 2 } },
    });
    expect(store.paint?.(['dark-blue'], { tag: 'dot' })).toEqual({ tag: 'err', val: 'no' });
    expect(asked).toEqual([
      { kind: 'call', name: 'demo:kit/store@1.2.3#get', args: ['5'] },
      { kind: 'call', name: 'demo:kit/store@1.2.3#paint', args: ['[dark-blue]', 'dot'] },
    ]);
  });

  it('have resources as classes, whose objects are numbers at the other end', () => {
    const { asked, ask } = embedder('1', '"a"', '2', 'ok(3)', null);
    const { Bucket } = storeOf(ask);
    const bucket = new Bucket('a');
    expect(bucket).toBeInstanceOf(Bucket);
    expect(bucket.name?.()).toBe('a');
    expect(bucket.merge?.(bucket)).toBeInstanceOf(Bucket);
    expect(Bucket.open('b')).toMatchObject({ tag: 'ok', val: expect.any(Bucket) });
    bucket[Symbol.dispose]();
    const store = 'demo:kit/store@1.2.3';
    expect(asked).toEqual([
      { kind: 'call', name: `${store}#[constructor]bucket`, args: ['"a"'] },
      { kind: 'call', name: `${store}#[method]bucket.name`, args: ['1'] },
      { kind: 'call', name: `${store}#[method]bucket.merge`, args: ['1', '1'] },
      { kind: 'call', name: `${store}#[static]bucket.open`, args: ['"b"'] },
      { kind: 'drop', handle: 1 },
    ]);
    expect(bucket).toMatchObject({ [Symbol.for('cabiRep')]: 1 });
  });

  it('trap for objects of others, and for answers that are none', () => {
    const { Bucket, now } = storeOf(embedder('1', '"soon"').ask);
    const bucket = new Bucket('a');
    expect(() => bucket.merge?.({})).toThrow(HostFunctionTrap);
    expect(() => now?.()).toThrow('now: character 1: expected a u64');
  });
});

describe('an embedder that can not be linked with', () => {
  it('is gone', () => {
    const gone = (): never => {
      throw new HostFunctionTrap('the embedder has ended');
    };
    expect(() => createUserImports(imports, gone)).toThrow(
      expect.objectContaining({
        code: 'missing-imports',
        message: "can't ask for its imports: the embedder has ended",
      }),
    );
  });

  it('would be asked for two versions under one name', async () => {
    const version = (of: string): string => `package a:b@${of} { interface c { f: func(); } }`;
    const wit = `package x:y; world w { import a:b/c@1.0.0; import a:b/c@2.0.0; } ${version('1.0.0')} ${version('2.0.0')}`;
    const both = readWorld(await componentOf(wit, 'w')).imports;
    expect(() => createUserImports(both, embedder().ask)).toThrow('imports two versions of a:b/c');
  });
});
