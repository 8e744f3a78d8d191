import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from './guest.ts';
import { type StdioProcess, startStdioProcess } from './stdio-process.ts';

const NONBLOCK = 4;
const buffer = 0x400;
const characterDevice = 2;

/** The rights of what fd_fdstat_get stored. */
const rightsOf = (hex: string): number => Buffer.from(hex, 'hex').readUInt32LE(8);
const kindOf = (hex: string): number => Buffer.from(hex, 'hex').readUInt8(0);
const seekAndTell = 0x24;

describe('stdin, stdout and stderr', () => {
  let folder: ReturnType<typeof makeFolder>;
  let guest: StdioProcess | undefined;
  const fds: number[] = [];

  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(async () => {
    await guest?.end();
    for (const fd of fds.splice(0)) closeSync(fd);
    folder.remove();
  });

  function open(name: string, flags: string): number {
    const fd = openSync(name.startsWith('/') ? name : join(folder.path, name), flags);
    fds.push(fd);
    return fd;
  }

  /** A pipe whose reading end is O_NONBLOCK for all who share it; closed with the test unless before. */
  function makePipe(): { reader: number; writer: number } {
    const name = join(folder.path, `pipe-${fds.length}`);
    execFileSync('mkfifo', [name]);
    const reader = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(name, constants.O_WRONLY);
    fds.push(reader, writer);
    return { reader, writer };
  }

  const closeEarly = (fd: number): void => closeSync(fds.splice(fds.indexOf(fd), 1)[0] ?? -1);

  test('pipes are read, written and have no position', async () => {
    guest = startStdioProcess(['pipe', 'pipe', 'pipe']);
    guest.stdin.write('hello');
    expect(await guest.call('read', 0, 64)).toMatchObject({ result: 'SUCCESS', u32: 5 });
    expect(await guest.call('write', 1, 10)).toMatchObject({ result: 'SUCCESS', u32: 10 });
    expect(String(await once(guest.stdout, 'data'))).toBe('a'.repeat(10));
    expect((await guest.call('fd_tell', 0, buffer)).result).toBe('ESPIPE');
    expect((await guest.call('fd_sync', 1)).result).toBe('EINVAL');
    expect((await guest.call('fd_filestat_get', 0, buffer)).result).toBe('SUCCESS');
    expect((await guest.call('sock_shutdown', 1, 1)).result).toBe('ENOTSOCK');
    expect((await guest.call('read', 1, 1)).result).toBe('ENOTCAPABLE');
    expect((await guest.call('write', 0, 1)).result).toBe('ENOTCAPABLE');
  });

  test('the end of a pipe is 0 bytes, a broken one EPIPE', async () => {
    const [input, output] = [makePipe(), makePipe()];
    guest = startStdioProcess([input.reader, output.writer, 'pipe']);
    writeSync(input.writer, 'x');
    await guest.call('sched_yield');
    closeEarly(input.writer);
    expect((await guest.call('pollRead', 0, 1000)).trace).toContain('FD_READ 1 HANGUP');
    expect(await guest.call('read', 0, 64)).toMatchObject({ result: 'SUCCESS', u32: 1 });
    expect((await guest.call('pollRead', 0, 1000)).trace).toContain('FD_READ 0 HANGUP');
    expect(await guest.call('read', 0, 64)).toMatchObject({ result: 'SUCCESS', u32: 0 });
    closeEarly(output.reader);
    expect((await guest.call('pollWrite', 1, 1000)).trace).toContain('FD_WRITE HANGUP');
    expect((await guest.call('write', 1, 1)).result).toBe('EPIPE');
  });

  test('non-blocking reads and writes do not touch the flags that the caller shares', async () => {
    const [input, output] = [makePipe(), makePipe()];
    guest = startStdioProcess([input.reader, output.writer, 'pipe']);
    for (const fd of [0, 1]) expect((await guest.call('fd_fdstat_set_flags', fd, NONBLOCK)).result).toBe('SUCCESS');
    expect((await guest.call('read', 0, 64)).result).toBe('EAGAIN');
    const info = readFileSync(`/proc/${guest.child.pid}/fdinfo/1`, 'utf8');
    expect(Number.parseInt(/flags:\s+(\d+)/.exec(info)?.[1] ?? '', 8) & 0o4000).toBe(0);
    let written = 0;
    for (;;) {
      const { result, u32 } = await guest.call('write', 1, 20_000);
      if (result === 'EAGAIN') break;
      expect(result).toBe('SUCCESS');
      expect(u32).toBeLessThanOrEqual(4096);
      written += u32;
    }
    expect(written).toBe(65_536);
    expect((await guest.call('pollWrite', 1, 0)).trace).not.toContain('[0x2 FD_WRITE');
    readSync(output.reader, new Uint8Array(65_536));
    expect((await guest.call('pollWrite', 1, 5000)).trace).toContain('[0x2 FD_WRITE');
    expect((await guest.call('fd_fdstat_set_flags', 0, 1)).result).toBe('ENOTSUP');
  });

  test('a read waits although the other side made the pipe non-blocking', async () => {
    const { reader, writer } = makePipe();
    guest = startStdioProcess([reader, 'pipe', 'pipe']);
    const reading = guest.start('read', 0, 64);
    await delay(300);
    writeSync(writer, 'late');
    expect(await reading).toMatchObject({ result: 'SUCCESS', u32: 4 });
  });

  test('poll_oneoff wakes for input, and for the clock without any', async () => {
    guest = startStdioProcess(['pipe', 'pipe', 'pipe']);
    expect((await guest.call('pollRead', 0, 10)).trace).toBe(
      'poll_oneoff(in=[read fd=0, clock MONOTONIC +10000000]) = 1 [0x1 CLOCK]',
    );
    const polling = guest.start('pollRead', 0, 10_000);
    guest.stdin.write('x');
    expect((await polling).trace).toContain('= 1 [0x2 FD_READ 1]');
    expect((await guest.call('pollWrite', 1, 1000)).trace).toContain('= 1 [0x2 FD_WRITE]');
  });

  test('files keep their position, which the caller sees', async () => {
    writeFileSync(join(folder.path, 'in'), '0123456789');
    guest = startStdioProcess([open('in', 'r'), open('out', 'w'), 'pipe']);
    expect(await guest.call('read', 0, 4)).toMatchObject({ u32: 4 });
    await guest.call('fd_tell', 0, buffer);
    expect((await guest.call('fd_tell', 0, buffer)).hex).toMatch(/^04000000/);
    await guest.call('write', 1, 3);
    await guest.call('write', 1, 3);
    expect(readFileSync(join(folder.path, 'out'), 'utf8')).toBe('aaaaaa');
    const { hex } = await guest.call('fd_fdstat_get', 0, buffer);
    expect(kindOf(hex)).toBe(4);
    expect(rightsOf(hex) & seekAndTell).toBe(seekAndTell);
    expect((await guest.call('fd_sync', 1)).result).toBe('SUCCESS');
    expect((await guest.call('pollRead', 0, 1000)).trace).toContain('FD_READ 6');
  });

  test('/dev/null is no terminal, and stays where it is', async () => {
    guest = startStdioProcess([open('/dev/null', 'r'), open('/dev/null', 'w'), 'pipe']);
    const { hex } = await guest.call('fd_fdstat_get', 1, buffer);
    expect(kindOf(hex)).toBe(characterDevice);
    expect(rightsOf(hex) & seekAndTell).toBe(seekAndTell);
    expect((await guest.call('fd_tell', 0, buffer)).hex).toMatch(/^0{16}/);
    expect(await guest.call('read', 0, 5)).toMatchObject({ result: 'SUCCESS', u32: 0 });
  });

  test('a terminal has neither the right to seek nor to tell', async () => {
    const terminal = open('/dev/ptmx', 'r+');
    guest = startStdioProcess([terminal, terminal, 'pipe']);
    const { hex } = await guest.call('fd_fdstat_get', 1, buffer);
    expect(kindOf(hex)).toBe(characterDevice);
    expect(rightsOf(hex) & seekAndTell).toBe(0);
    expect((await guest.call('fd_tell', 0, buffer)).result).toBe('ESPIPE');
    expect((await guest.call('fd_filestat_get', 0, buffer)).hex).toMatch(/^.{32}02/);
  });

  test('closing stdout leaves the process its descriptor', async () => {
    guest = startStdioProcess(['pipe', 'pipe', 'pipe']);
    expect((await guest.call('fd_close', 1)).result).toBe('SUCCESS');
    expect((await guest.call('write', 1, 1)).result).toBe('EBADF');
    expect((await guest.call('fd_close', 1)).result).toBe('EBADF');
    expect(readFileSync(`/proc/${guest.child.pid}/fdinfo/1`, 'utf8')).toContain('flags');
  });

  test('output ends at its ceiling, over stdout and stderr together', async () => {
    guest = startStdioProcess(['pipe', open('out', 'w'), open('err', 'w')], { maxOutputBytes: 10 });
    expect(await guest.call('write', 1, 6)).toMatchObject({ result: 'SUCCESS', u32: 6 });
    expect(await guest.call('write', 2, 6)).toMatchObject({ result: 'SUCCESS', u32: 4 });
    const last = await guest.call('write', 1, 1);
    expect(last.result).toBe('ENOSPC');
    expect(last.counters).toEqual({ calls: 3, readBytes: 0, writtenBytes: 10, outputBytes: 10, outputTruncated: true });
    expect(readFileSync(join(folder.path, 'out'), 'utf8')).toBe('a'.repeat(6));
    expect(readFileSync(join(folder.path, 'err'), 'utf8')).toBe('a'.repeat(4));
  });

  test('a ceiling that is exactly reached loses nothing', async () => {
    guest = startStdioProcess(['pipe', open('out', 'w'), 'pipe'], { maxOutputBytes: 6 });
    const { counters } = await guest.call('write', 1, 6);
    expect(counters.outputTruncated).toBe(false);
  });
});
