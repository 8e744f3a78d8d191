import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorCodes, type FilesystemGuest } from './filesystem.ts';
import { planted } from './tree.ts';

const failed = (name: string, code: string): string => `${name} ${errorCodes.indexOf(code)}`;

function streamOf(guest: FilesystemGuest, kind: 'read' | 'write' | 'append', path: string, offset = 0n): number {
  const flags = [kind === 'read' ? 'read' : 'write'];
  return guest.stream(kind, guest.open(path, { flags }), offset) as number;
}

describe('read-via-stream', () => {
  test('reads from an offset to the end, and is closed there', () => {
    const { guest } = planted();
    const stream = streamOf(guest, 'read', 'file', 7n);
    expect(guest.readStream(stream, 3)).toBe('read wor');
    expect(guest.readStream(stream, 0)).toBe('read ');
    expect(guest.skip(stream, 1n)).toBe(1n);
    expect(guest.readStream(stream, 100, { wait: false })).toBe('read d\n');
    for (const wait of [true, false]) expect(guest.readStream(stream, 1, { wait })).toBe('closed');
    expect(guest.skip(stream, 1n)).toBe('closed');
    expect(guest.readStream(stream, 0)).toBe('closed');
  });

  test('streams of one descriptor have positions of their own', () => {
    const { guest } = planted();
    const file = guest.open('file');
    const [a, b] = [guest.stream('read', file), guest.stream('read', file, 5n)] as [number, number];
    expect([guest.readStream(a, 2), guest.readStream(b, 2), guest.readStream(a, 2)]).toEqual([
      'read he',
      'read , ',
      'read ll',
    ]);
  });

  test('takes 2^64 - 1 bytes a piece at a time, and asks the guest for no more than there are', () => {
    const { guest, folder } = planted();
    const pieces = [65_536, 1 << 20, 100_000];
    const size = pieces.reduce((sum, bytes) => sum + bytes);
    writeFileSync(join(folder, 'big'), Buffer.alloc(size, 'x'));
    const stream = streamOf(guest, 'read', 'big');
    guest.allocations.length = 0;
    for (const bytes of pieces) expect(guest.readStream(stream, -1n).length).toBe('read '.length + bytes);
    expect(guest.readStream(stream, -1n)).toBe('closed');
    expect(guest.allocations).toEqual(pieces);
    expect(guest.skip(streamOf(guest, 'read', 'big', BigInt(size - 5000)), -1n)).toBe(5000n);
  });

  test('reads a file that is cut or grows meanwhile as it is', () => {
    const { guest, folder } = planted();
    const path = join(folder, 'big');
    writeFileSync(path, Buffer.alloc(100_000, 'x'));
    const stream = streamOf(guest, 'read', 'big');
    const read = (length: number): [first: string, bytes: number] => {
      const text = guest.readStream(stream, length).slice('read '.length);
      return [text.slice(0, 1), text.length];
    };
    // The second read asks for the size, which is another at the third.
    for (let i = 0; i < 2; i++) expect(read(20_000)).toEqual(['x', 20_000]);
    truncateSync(path, 50_000);
    expect(read(65_536)).toEqual(['x', 10_000]);
    appendFileSync(path, 'y'.repeat(100_000));
    expect([read(80_000), read(80_000)]).toEqual([
      ['y', 65_536],
      ['y', 34_464],
    ]);
    const cutShort = streamOf(guest, 'read', 'big');
    for (let i = 0; i < 2; i++) guest.readStream(cutShort, 20_000);
    truncateSync(path, 10);
    expect(guest.readStream(cutShort, 20_000)).toBe('closed');
    const cut = streamOf(guest, 'read', 'big', 5n);
    expect(guest.readStream(cut, 80_000)).toBe('read xxxxx');
    expect(guest.readStream(cut, 80_000)).toBe('closed');
  });

  test('of what can not be read', () => {
    const { guest } = planted();
    expect(guest.stream('read', guest.root)).toBe('is-directory');
    const file = guest.open('file', { flags: ['write'] });
    expect(guest.readStream(guest.stream('read', file) as number, 1)).toBe(failed('EBADF', 'bad-descriptor'));
    expect(guest.readStream(streamOf(guest, 'read', 'file', -1n), 1)).toBe(failed('EINVAL', 'invalid'));
  });

  test('is always ready', () => {
    const { guest } = planted();
    const pollable = guest.subscribe('input', streamOf(guest, 'read', 'file'));
    expect(guest.isReady(pollable)).toBe(true);
    guest.block(pollable);
  });
});

describe('write-via-stream', () => {
  test('writes from an offset on', () => {
    const { guest, folder } = planted();
    const stream = streamOf(guest, 'write', 'file', 7n);
    expect(guest.checkWrite(stream)).toBe(1n << 20n);
    expect(guest.writeStream(stream, 'WO')).toBe('ok');
    expect(guest.writeAndFlush(stream, 'RLD')).toBe('ok');
    expect(guest.writeZeroes(stream, 2n, { flush: true })).toBe('ok');
    for (const wait of [true, false]) expect(guest.flush(stream, { wait })).toBe('ok');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('hello, WORLD\0\0');
  });

  test('takes a megabyte at once, and no more than was allowed', () => {
    const { guest, folder } = planted();
    const stream = streamOf(guest, 'write', 'file');
    const bytes = new Uint8Array(1 << 20).fill(0x61);
    expect(() => guest.writeStream(stream, 'x')).toThrow(/exceeded the permit/);
    guest.checkWrite(stream);
    expect(guest.writeStream(stream, bytes)).toBe('ok');
    expect(readFileSync(join(folder, 'file')).equals(bytes)).toBe(true);
    guest.checkWrite(stream);
    expect(() => guest.writeStream(stream, new Uint8Array((1 << 20) + 1))).toThrow(/exceeded the permit/);
    expect(() => guest.writeZeroes(stream, -1n)).toThrow(/exceeded the permit/);
  });

  test('of what can not be written', () => {
    const { guest } = planted();
    expect(guest.stream('write', guest.root)).toBe('bad-descriptor');
    const stream = guest.stream('write', guest.open('file')) as number;
    expect(guest.writeAndFlush(stream, 'x')).toBe(failed('EBADF', 'bad-descriptor'));
    expect(guest.writeAndFlush(stream, 'x')).toBe('closed');
    expect(guest.checkWrite(stream)).toBe('closed');
    const full = planted({ dirs: [{ host: '/dev', guest: '/' }] }).guest;
    expect(full.writeAndFlush(streamOf(full, 'write', 'full'), 'x')).toBe(failed('ENOSPC', 'insufficient-space'));
  });
});

describe('append-via-stream', () => {
  test('writes at the end, wherever that is', () => {
    const { guest, folder } = planted();
    const path = join(folder, 'file');
    const stream = streamOf(guest, 'append', 'file');
    expect(guest.writeAndFlush(stream, 'one\n')).toBe('ok');
    appendFileSync(path, 'two\n');
    expect(guest.writeAndFlush(stream, 'three\n')).toBe('ok');
    expect(readFileSync(path, 'utf8')).toBe('hello, world\none\ntwo\nthree\n');
  });

  test('next to writes at an offset of the same descriptor', () => {
    const { guest, folder } = planted();
    const file = guest.open('file', { flags: ['write'] });
    const [append, write] = [guest.stream('append', file), guest.stream('write', file)] as [number, number];
    expect(guest.writeAndFlush(append, 'a')).toBe('ok');
    expect(guest.writeAndFlush(write, 'HE')).toBe('ok');
    expect(guest.writeAndFlush(append, 'b')).toBe('ok');
    expect(guest.write(file, 'L', 2n)).toBe(1n);
    expect(guest.writeAndFlush(append, 'c')).toBe('ok');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('HELlo, world\nabc');
  });

  test('of what can not be written', () => {
    const { guest } = planted();
    expect(guest.stream('append', guest.root)).toBe('bad-descriptor');
    const stream = guest.stream('append', guest.open('file')) as number;
    expect(guest.writeAndFlush(stream, 'x')).toBe(failed('EBADF', 'bad-descriptor'));
  });
});

test('streams of one descriptor that read, write and append in turn keep their places', () => {
  const { guest, folder } = planted();
  const file = guest.open('file', { flags: ['read', 'write'] });
  const [reader, second] = [guest.stream('read', file), guest.stream('read', file, 3n)] as [number, number];
  const [writer, appender] = [guest.stream('write', file, 1n), guest.stream('append', file)] as [number, number];
  const seen: string[] = [];
  for (const letter of ['A', 'B', 'C']) {
    seen.push(guest.readStream(reader, 2));
    expect(guest.writeAndFlush(writer, letter)).toBe('ok');
    expect(guest.read(file, 1n, 0n)).toEqual(['h', false]);
    expect(guest.writeAndFlush(appender, letter.toLowerCase())).toBe('ok');
    seen.push(guest.readStream(second, 1));
  }
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('hABCo, world\nabc');
  expect(seen).toEqual(['read he', 'read l', 'read ll', 'read o', 'read o,', 'read ,']);
});

test('splice copies a file', () => {
  const { guest, folder } = planted();
  writeFileSync(join(folder, 'big'), Buffer.alloc(150_000, 'abc'));
  const from = streamOf(guest, 'read', 'big');
  const to = guest.stream('write', guest.open('copy', { how: ['create'], flags: ['write'] })) as number;
  let copied = 0n;
  for (;;) {
    const moved = guest.splice(to, from, -1n);
    if (typeof moved === 'string') {
      expect(moved).toBe('closed');
      break;
    }
    copied += moved;
  }
  expect(copied).toBe(150_000n);
  expect(readFileSync(join(folder, 'copy')).equals(readFileSync(join(folder, 'big')))).toBe(true);
});
