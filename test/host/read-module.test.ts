/** Debug sections are left out, and nothing else; what is broken is read as it stands. */
import { expect, test } from 'vitest';
import { readFile } from '../../host/read-file.ts';
import { readModule } from '../../host/read-module.ts';
import { memoryFile } from './run-bytes.ts';

const preamble = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const code = [10, 4, 1, 2, 0, 0x0b];

function custom(name: string, bodyBytes: number): number[] {
  const content = [name.length, ...Buffer.from(name), ...Array(bodyBytes).fill(0xaa)];
  return [0, (content.length & 0x7f) | 0x80, content.length >> 7, ...content];
}

function read(bytes: readonly number[], chunkBytes?: number): number[] {
  return [...readModule(memoryFile(Uint8Array.from(bytes), chunkBytes), 16)];
}

test.each([1, 7, 64, Number.POSITIVE_INFINITY])(
  'sections of debuggers are left out, reading %d bytes at once',
  (chunk) => {
    const name = custom('name', 200);
    const debug = [...custom('.debug_info', 3000), ...custom('.debug_line', 1)];
    expect(read([...preamble, ...code, ...debug, ...name, ...custom('.debug_str', 90)], chunk)).toEqual([
      ...preamble,
      ...code,
      ...name,
    ]);
  },
);

test.each([1000, 65_536])('of modules that are not read at once too, by calls of at most %d bytes', (chunk) => {
  const names = Array(9).fill(custom('name', 16_000)).flat();
  const debug = custom('.debug_info', 16_000);
  const bytes = [...preamble, ...code, ...debug, ...names, ...debug, ...code];
  expect(read(bytes, chunk)).toEqual([...preamble, ...code, ...names, ...code]);
});

test('before the code they stay: offsets in it are told to the user', () => {
  const bytes = [...preamble, ...custom('.debug_info', 50), ...code];
  expect(read(bytes)).toEqual(bytes);
});

test.each<[string, number[]]>([
  ['another name', custom('.debugger', 50)],
  ['a name that is cut', [0, 4, 40, 0x2e, 0x64, 0x65]],
  ['a section beyond the end', [0, 0xff, 0x7f, 11, ...Buffer.from('.debug_info')]],
  ['a size of eleven bytes', [0, ...Array(11).fill(0x80)]],
  ['one byte', [0]],
])('%s is no section to leave out', (_, tail) => {
  const bytes = [...preamble, ...code, ...tail];
  expect(read(bytes)).toEqual(bytes);
});

test('more sections than are looked at are read as they stand', () => {
  const bytes = [...preamble, ...code, ...Array(400).fill(custom('x', 0)).flat(), ...custom('.debug_info', 5)];
  expect(read(bytes)).toEqual(bytes);
});

test('any file comes back with or without whole debug sections', () => {
  const whole = [...preamble, ...code, ...custom('.debug_info', 70), ...custom('name', 3)];
  for (let length = 0; length < whole.length; length++) {
    const bytes = whole.slice(0, length);
    const got = read(bytes);
    expect(got.length === bytes.length ? got : bytes.slice(0, 14)).toEqual(
      got.length === bytes.length ? bytes : got.slice(0, 14),
    );
  }
});

test('the headroom is free', () => {
  const bytes = readFile(memoryFile(Uint8Array.from(preamble)), 128);
  expect([bytes.byteOffset, bytes.length]).toEqual([128, 8]);
});
