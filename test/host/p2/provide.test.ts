/** Interfaces in the form that jco's glue takes. */
import { expect, test } from 'vitest';
import { witTables } from '../../../host/p2/abi.generated.ts';
import { camelCase, pascalCase } from '../../../host/p2/provide.ts';
import { Guest } from './guest.ts';

const lower = Symbol.for('cabiLower');
const dispose = Symbol.for('cabiDispose');

type Member = Record<string | symbol, unknown>;

test('names are jco’s', () => {
  expect(camelCase('get-stdin')).toBe('getStdin');
  expect(camelCase('exit-with-code')).toBe('exitWithCode');
  expect(pascalCase('input-stream')).toBe('InputStream');
  expect(pascalCase('pollable')).toBe('Pollable');
});

const guest = new Guest();
const provided = Object.keys(witTables).filter((name) => guest.wasi.has(name));

test('every interface of io, cli, clocks, random and filesystem is there', () => {
  const wanted = Object.keys(witTables).filter((name) => /^wasi:(io|cli|clocks|random|filesystem)\//.test(name));
  expect(wanted.filter((name) => !provided.includes(name))).toEqual([]);
  for (const name of ['wasi:io/nothing', 'constructor', '__proto__', '']) expect(guest.wasi.has(name)).toBe(false);
});

test.each(provided)('%s has every function where jco looks for it', (name) => {
  const object = guest.wasi.provide(name) as Member;
  for (const member of Object.keys(witTables[name] ?? {})) {
    const [, kind, resource = '', method = ''] = /^\[([\w-]+)\]([^.]+)(?:\.(.+))?$/.exec(member) ?? [];
    const owner = object[pascalCase(resource)] as (Member & { prototype: Member }) | undefined;
    const found =
      kind === undefined
        ? object[camelCase(member)]
        : kind === 'method'
          ? owner?.prototype[camelCase(method)]
          : kind === 'static'
            ? owner?.[camelCase(method)]
            : owner;
    const symbol = kind === 'resource-drop' ? dispose : lower;
    expect([member, typeof (found as Member | undefined)?.[symbol]]).toEqual([member, 'function']);
  }
});

test('what jco would call without its core function traps', () => {
  const { getStdin } = guest.wasi.provide('wasi:cli/stdin') as { getStdin: () => void };
  expect(() => getStdin()).toThrow(WebAssembly.RuntimeError);
});

test('glue without the table of a resource is a mistake of ours, not of the guest’s', () => {
  const lowered = guest.lowerOf('wasi:io/streams', '[method]input-stream.subscribe');
  expect(() => lowered({ resourceTables: [guest.table('pollable')] })).toThrow(/no handle table for input-stream/);
});

test('each call is traced, with how it ended', () => {
  const traced = new Guest({ onExit: () => {} });
  traced.call('wasi:clocks/monotonic-clock', 'subscribe-instant', 5n);
  traced.call('wasi:clocks/wall-clock', 'now', 0x100);
  expect(() => traced.call('wasi:cli/exit', 'exit', 0)).toThrow();
  expect(() => traced.call('wasi:io/poll', '[method]pollable.block', 9)).toThrow();
  expect(traced.trace).toEqual([
    'wasi:clocks/monotonic-clock#subscribe-instant(5) = 1',
    'wasi:clocks/wall-clock#now(256)',
    'wasi:cli/exit#exit(0) = ? (exits)',
    'wasi:io/poll#[method]pollable.block(9) = ? (traps)',
  ]);
});
