import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bufferAt, outside, result } from './guest.ts';
import { end, piped, received } from './pipes.ts';

describe('input-stream', () => {
  test('read gives what is there, blocking-read waits for the first byte', () => {
    const { guest, input, writer } = piped();
    expect(guest.readStream(input, 10, { wait: false })).toBe('read ');
    writeSync(writer, 'hello');
    expect(guest.readStream(input, 3, { wait: false })).toBe('read hel');
    expect(guest.readStream(input, 100)).toBe('read lo');
    const before = performance.now();
    execFileSync('/bin/sh', ['-c', '(sleep 0.1; echo late) > /proc/self/fd/3 &'], {
      stdio: ['ignore', 'ignore', 'ignore', writer],
    });
    expect(guest.readStream(input, 100)).toBe('read late\n');
    expect(performance.now() - before).toBeGreaterThan(90);
  });

  test('skip', () => {
    const { guest, input, writer } = piped();
    expect(guest.skip(input, 5n, { wait: false })).toBe(0n);
    writeSync(writer, 'hello');
    expect(guest.skip(input, 0n)).toBe(0n);
    expect(guest.skip(input, 2n)).toBe(2n);
    expect(guest.skip(input, -1n, { wait: false })).toBe(3n);
  });

  test('the end closes it for good', () => {
    const { guest, input, writer } = piped();
    writeSync(writer, 'x');
    end(writer);
    expect(guest.readStream(input, 10)).toBe('read x');
    for (const wait of [true, false]) expect(guest.readStream(input, 10, { wait })).toBe('closed');
    const pollable = guest.subscribe('input', input);
    expect(guest.isReady(pollable)).toBe(true);
  });

  test('subscribe is ready when there is something', () => {
    const { guest, input, writer } = piped();
    const pollable = guest.subscribe('input', input);
    expect(guest.isReady(pollable)).toBe(false);
    writeSync(writer, 'x');
    expect(guest.isReady(pollable)).toBe(true);
    guest.block(pollable);
    guest.readStream(input, 1);
    expect(guest.isReady(pollable)).toBe(false);
  });
});

describe('output-stream', () => {
  test('check-write, write, flush', () => {
    const { guest, output, reader } = piped();
    expect(guest.checkWrite(output)).toBe(65_536n);
    expect(guest.writeStream(output, 'hello')).toBe('ok');
    expect(guest.writeStream(output, '')).toBe('ok');
    expect(guest.flush(output, { wait: false })).toBe('ok');
    expect(guest.flush(output)).toBe('ok');
    expect(received(reader)).toBe('hello');
  });

  test('a write takes all that was allowed, and keeps what the pipe has no room for', () => {
    const { guest, output, reader } = piped();
    guest.checkWrite(output);
    expect(guest.writeStream(output, 'a'.repeat(60_000))).toBe('ok');
    expect(guest.checkWrite(output)).toBe(65_536n);
    expect(guest.writeStream(output, 'b'.repeat(60_000))).toBe('ok');
    expect(guest.checkWrite(output)).toBe(0n);
    const pollable = guest.subscribe('output', output);
    expect(guest.isReady(pollable)).toBe(false);
    let all = '';
    for (let i = 0; i < 100 && all.length < 120_000; i++) {
      all += received(reader);
      guest.flush(output, { wait: false });
    }
    expect(all).toBe('a'.repeat(60_000) + 'b'.repeat(60_000));
    expect(guest.isReady(pollable)).toBe(true);
    expect(guest.checkWrite(output)).toBe(65_536n);
  });

  test('no more than was allowed: a permit is spent by writing, and gone with a flush', () => {
    const { guest, output } = piped();
    expect(() => guest.writeStream(output, 'x')).toThrow(/exceeded the permit/);
    guest.checkWrite(output);
    guest.writeStream(output, 'x'.repeat(65_535));
    guest.writeStream(output, 'x');
    expect(() => guest.writeStream(output, 'x')).toThrow(/exceeded the permit/);
    const { guest: other, output: out } = piped();
    other.checkWrite(out);
    other.flush(out);
    expect(() => other.writeStream(out, 'x')).toThrow(/exceeded the permit/);
  });

  test('the blocking calls take 4096 bytes, and no more', () => {
    const { guest, output, reader } = piped();
    expect(guest.writeAndFlush(output, 'x'.repeat(4096))).toBe('ok');
    expect(guest.writeZeroes(output, 4096n, { flush: true })).toBe('ok');
    expect(received(reader)).toBe('x'.repeat(4096) + '\0'.repeat(4096));
    expect(() => guest.writeAndFlush(output, 'x'.repeat(4097))).toThrow(/more than 4096 bytes/);
    expect(() => guest.writeZeroes(output, 4097n, { flush: true })).toThrow(/more than 4096 bytes/);
    expect(() => guest.writeZeroes(output, -1n, { flush: true })).toThrow(/more than 4096 bytes/);
  });

  test('write-zeroes', () => {
    const { guest, output, reader } = piped();
    guest.checkWrite(output);
    expect(guest.writeZeroes(output, 3n)).toBe('ok');
    expect(received(reader)).toBe('\0\0\0');
    expect(() => guest.writeZeroes(output, -1n)).toThrow(/exceeded the permit/);
  });

  test('whose reader is gone is closed', () => {
    const { guest, output, reader } = piped();
    end(reader);
    expect(guest.writeAndFlush(output, 'x')).toBe('closed');
    expect(guest.checkWrite(output)).toBe('closed');
    expect(guest.writeStream(output, '')).toBe('closed');
    expect(guest.flush(output)).toBe('closed');
    expect(guest.splice(output, output, 1n).toString()).toBe('closed');
  });
});

describe('splice', () => {
  test('moves what is there, as much as was asked', () => {
    const { guest, input, output, writer, reader } = piped();
    expect(guest.splice(output, input, 10n, { wait: false })).toBe(0n);
    writeSync(writer, 'hello');
    expect(guest.splice(output, input, 2n)).toBe(2n);
    expect(guest.splice(output, input, -1n)).toBe(3n);
    expect(guest.splice(output, input, 0n)).toBe(0n);
    expect(received(reader)).toBe('hello');
    end(writer);
    expect(guest.splice(output, input, 10n)).toBe('closed');
  });
});

test('a handle that is none, and one of another type, trap', () => {
  const { guest, input, output } = piped();
  const calls: ((stream: number) => unknown)[] = [
    (stream) => guest.readStream(stream, 1),
    (stream) => guest.skip(stream, 1n),
    (stream) => guest.subscribe('input', stream),
    (stream) => guest.splice(output, stream, 1n),
  ];
  const outputCalls: ((stream: number) => unknown)[] = [
    (stream) => guest.checkWrite(stream),
    (stream) => guest.writeStream(stream, 'x'),
    (stream) => guest.writeAndFlush(stream, 'x'),
    (stream) => guest.flush(stream),
    (stream) => guest.writeZeroes(stream, 1n),
    (stream) => guest.subscribe('output', stream),
    (stream) => guest.splice(stream, input, 1n),
  ];
  for (const handle of [0, 50, -1, 0x4000_0001]) {
    for (const call of [...calls, ...outputCalls]) expect(() => call(handle)).toThrow(/unknown handle/);
  }
  for (const kind of ['input', 'output'] as const) {
    const stream = kind === 'input' ? input : output;
    guest.dropStream(kind, stream);
    expect(() => guest.subscribe(kind, stream)).toThrow(/unknown handle/);
    expect(() => guest.dropStream(kind, stream)).toThrow(/unknown handle/);
  }
});

test('a result or a list beyond memory traps, and one that is not aligned', () => {
  const { guest, input, output } = piped();
  const call =
    (name: string, ...args: (number | bigint)[]): (() => unknown) =>
    () =>
      guest.call('wasi:io/streams', name, ...args);
  expect(call('[method]input-stream.read', input, 1n, outside)).toThrow(/outside of memory/);
  expect(call('[method]input-stream.read', input, 1n, result + 2)).toThrow(/not aligned/);
  expect(call('[method]input-stream.skip', input, 1n, result + 4)).toThrow(/not aligned/);
  guest.checkWrite(output);
  expect(call('[method]output-stream.write', output, outside, 16, result)).toThrow(/outside of memory/);
  expect(call('[method]output-stream.write', output, bufferAt, -1, result)).toThrow(/outside of memory/);
});
