/** What a hostile tool container could hand back instead of a pack. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkPack, readHeader } from '../../../runtime/components/check-pack.ts';
import { type PackParts, writePack } from '../../../runtime/components/pack.ts';

const parts: PackParts = {
  imports: ['wasi:cli/environment@0.2.6', 'my:own/thing'],
  exports: ['wasi:cli/run@0.2.6'],
  glue: 'function instantiate() {}',
  codeCache: new Uint8Array([1, 2, 3]),
  modules: [['component.core.wasm', new Uint8Array([0, 0x61, 0x73, 0x6d])]],
  types: new Uint8Array(9),
};

function packOf(changes: Partial<PackParts> = {}): Buffer {
  const pieces: Uint8Array[] = [];
  writePack({ ...parts, ...changes }, (piece) => pieces.push(piece));
  return Buffer.concat(pieces);
}

/** The same blobs under another header. */
function withHeader(header: unknown): Buffer {
  const pack = packOf();
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([pack.subarray(0, 8), length, text, pack.subarray(12 + pack.readUInt32LE(8))]);
}

test('a pack, with its parts in their places', () => {
  const pack = packOf();
  const header = readHeader(pack);
  const blobs = 12 + pack.readUInt32LE(8);
  const blob = ([offset, length]: readonly [number, number]): Buffer =>
    pack.subarray(blobs + offset, blobs + offset + length);
  expect(blobs % 8).toBe(0);
  expect(blob(header.glue).toString()).toBe(parts.glue);
  expect(blob(header.codeCache ?? [0, 0])).toEqual(Buffer.from([1, 2, 3]));
  expect(blob(header.modules['component.core.wasm'] ?? [0, 0])).toEqual(Buffer.from([0, 0x61, 0x73, 0x6d]));
  expect(header.imports).toEqual([
    { name: 'wasi:cli/environment', version: '0.2.6' },
    { name: 'my:own/thing', version: null },
  ]);
  expect(() => checkPack(pack, 'app.wasm')).not.toThrow();
});

const valid = readHeader(packOf());

test.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['another magic', Buffer.concat([Buffer.from('\0asm\r\0\x01\0'), packOf().subarray(8)])],
  ['a header that ends outside', Buffer.concat([packOf().subarray(0, 8), Buffer.from([255, 255, 255, 255])])],
  ['a header that is no JSON', packOf().fill(0x7b, 12, 40)],
  ['a list for a header', withHeader([])],
  ['no glue', withHeader({ ...valid, glue: undefined })],
  ['glue that lies outside', withHeader({ ...valid, glue: [0, 1e9] })],
  ['glue before the start', withHeader({ ...valid, glue: [-8, 8] })],
  ['a place of texts', withHeader({ ...valid, glue: ['0', '8'] })],
  ['a place between', withHeader({ ...valid, types: [3, 1] })],
  [
    'too many modules',
    withHeader({ ...valid, modules: Object.fromEntries([...Array(1001)].map((_, i) => [i, [0, 0]])) }),
  ],
  ['imports that are no list', withHeader({ ...valid, imports: {} })],
  ['imports without names', withHeader({ ...valid, imports: [{}] })],
  ['too many imports', withHeader({ ...valid, imports: [...Array(10_001)].map(() => ({ name: 'a', version: null })) })],
])('%s is no pack', (_what, bytes) => {
  expect(() => checkPack(bytes, 'app.wasm')).toThrow(
    expect.objectContaining({ name: 'WasmctrError', message: expect.stringContaining('app.wasm') }),
  );
});

test('any bytes are a pack or one WasmctrError', () => {
  const pack = packOf();
  fc.assert(
    fc.property(fc.nat(pack.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(pack.length), (at, byte, length) => {
      const bytes = Buffer.from(pack.subarray(0, length));
      if (at < length) bytes[at] = byte;
      try {
        checkPack(bytes, 'app.wasm');
      } catch (error) {
        expect((error as Error).name).toBe('WasmctrError');
      }
    }),
    { numRuns: 2000 },
  );
});
