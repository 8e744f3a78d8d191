import { once } from 'node:events';
import { closeSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGuest, native } from './guest.ts';
import { type StdioProcess, startStdioProcess } from './stdio-process.ts';

const result = 0x100;
const buffer = 0x400;
const NONBLOCK = 4;

describe('inherited listeners', () => {
  let listener: number;
  let guest: StdioProcess;
  let peer: Socket | undefined;

  beforeEach(() => {
    listener = native.listenTcp('127.0.0.1', 0, 8);
    guest = startStdioProcess(['pipe', 'pipe', 'pipe'], { listenerFd: listener });
  });
  afterEach(async () => {
    peer?.destroy();
    await guest.end();
    closeSync(listener);
  });

  /** Of the one listener in this process that Node doesn't know. */
  function port(): number {
    const inode = /socket:\[(\d+)\]/.exec(readlinkSync(`/proc/self/fd/${listener}`))?.[1];
    const line = readFileSync('/proc/self/net/tcp', 'utf8')
      .split('\n')
      .find((entry) => entry.trim().split(/\s+/)[9] === inode);
    return Number.parseInt(line?.trim().split(/\s+/)[1]?.split(':')[1] ?? '', 16);
  }

  async function acceptPeer(): Promise<number> {
    const accepting = guest.start('sock_accept', 3, 0, result);
    peer = connect(port(), '127.0.0.1');
    await once(peer, 'connect');
    const { result: status, u32 } = await accepting;
    expect(status).toBe('SUCCESS');
    return u32;
  }

  test('come first, with a tag of their own, and are stream sockets', async () => {
    expect((await guest.call('fd_prestat_get', 3, buffer)).trace).toBe('fd_prestat_get(fd=3) = {LISTENER}');
    expect((await guest.call('fd_prestat_dir_name', 3, buffer, 8)).result).toBe('ENOTDIR');
    expect((await guest.call('fd_prestat_get', 4, buffer)).result).toBe('EBADF');
    expect((await guest.call('fd_fdstat_get', 3, buffer)).trace).toContain('SOCKET_STREAM');
    expect((await guest.call('read', 3, 1)).result).toBe('ENOTCONN');
    expect((await guest.call('recv', 3, 0)).result).toBe('ENOTSOCK');
  });

  test('accept, receive, send and shut down', async () => {
    const fd = await acceptPeer();
    expect(fd).toBe(4);
    peer?.write('hello, world');
    await guest.call('pollRead', fd, 5000);
    expect(await guest.call('recv', fd, 1)).toMatchObject({ result: 'SUCCESS', u32: 5 });
    expect(Buffer.from((await guest.call('recv', fd, 0)).hex, 'hex').toString()).toMatch(/^hello/);
    expect(await guest.call('recv', fd, 2)).toMatchObject({ u32: 5 });
    expect(await guest.call('read', fd, 64)).toMatchObject({ u32: 2 });
    const received = text(peer as Socket);
    expect(await guest.call('send', fd, 0)).toMatchObject({ result: 'SUCCESS', u32: 4 });
    expect(await guest.call('write', fd, 3)).toMatchObject({ result: 'SUCCESS', u32: 3 });
    expect((await guest.call('sock_shutdown', fd, 2)).result).toBe('SUCCESS');
    expect(await received).toBe('sentaaa');
    expect((await guest.call('send', fd, 0)).result).toBe('EPIPE');
    expect((await guest.call('fd_close', fd)).result).toBe('SUCCESS');
  });

  test('bad arguments', async () => {
    const fd = await acceptPeer();
    expect((await guest.call('sock_accept', 3, 8, result)).result).toBe('EINVAL');
    expect((await guest.call('sock_accept', 3, 0, -1)).result).toBe('EFAULT');
    expect((await guest.call('sock_accept', 99, 0, result)).result).toBe('EBADF');
    expect((await guest.call('sock_accept', 0, 0, result)).result).toBe('ENOTSOCK');
    expect((await guest.call('sock_accept', fd, 0, result)).result).toBe('ENOTCAPABLE');
    expect((await guest.call('recv', fd, 4)).result).toBe('EINVAL');
    expect((await guest.call('send', fd, 1)).result).toBe('EINVAL');
    for (const how of [0, 4, 7]) expect((await guest.call('sock_shutdown', fd, how)).result).toBe('EINVAL');
    expect((await guest.call('sock_shutdown', 99, 1)).result).toBe('EBADF');
    expect((await guest.call('fd_tell', fd, result)).result).toBe('ESPIPE');
  });

  test('are handed over non-blocking where that is wanted', async () => {
    const own = native.listenTcp('127.0.0.1', 0, 8);
    const nonblocking = await createGuest({ listeners: [{ fd: own }], nonblockingListeners: true });
    nonblocking.call.fd_fdstat_get?.(3, buffer);
    expect(nonblocking.trace.at(-1)).toContain('flags=NONBLOCK');
    expect(nonblocking.call.sock_accept?.(3, 0, result)).toBe('EAGAIN');
    nonblocking.close();
  });

  test('non-blocking listeners and connections, with poll_oneoff', async () => {
    expect((await guest.call('fd_fdstat_set_flags', 3, NONBLOCK)).result).toBe('SUCCESS');
    expect((await guest.call('sock_accept', 3, NONBLOCK, result)).result).toBe('EAGAIN');
    const polling = guest.start('pollRead', 3, 10_000);
    peer = connect(port(), '127.0.0.1');
    expect((await polling).trace).toContain('[0x2 FD_READ 1]');
    const { u32: fd } = await guest.call('sock_accept', 3, NONBLOCK, result);
    expect((await guest.call('recv', fd, 0)).result).toBe('EAGAIN');
    expect((await guest.call('pollWrite', fd, 1000)).trace).toContain('FD_WRITE');
    expect((await guest.call('fd_fdstat_get', fd, buffer)).trace).toContain('flags=NONBLOCK');
    peer.end();
    await delay(50);
    expect((await guest.call('pollRead', fd, 5000)).trace).toContain('FD_READ');
    expect(await guest.call('recv', fd, 0)).toMatchObject({ result: 'SUCCESS', u32: 0 });
  });
});
