import { expect, test } from 'vitest';
import { isGoModule } from '../../host/go-module.ts';

/** A module of nothing but one custom section. */
function module(name: string, content: readonly number[]): WebAssembly.Module {
  const body = [name.length, ...Buffer.from(name), ...content];
  return new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, body.length, ...body]));
}

const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
const producers = (field: string, name: string): number[] => [1, ...text(field), 1, ...text(name), ...text('1.26')];

test.each([
  ['go:buildid', [1, 2, 3], true],
  ['producers', producers('language', 'Go'), true],
  ['producers', producers('language', 'Rust'), false],
  ['producers', producers('processed-by', 'Go'), false],
  ['producers', [1, 200], false],
  ['producers', [], false],
  ['name', [], false],
])('a section %s %j: %j', (name, content, expected) => {
  expect(isGoModule(module(name, content))).toBe(expected);
});
