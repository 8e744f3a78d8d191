import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileKinds } from '../../../native/data.ts';
import type { FilesystemGuest } from './filesystem.ts';
import { kept } from './pipes.ts';
import { planted } from './tree.ts';

describe('stdout', () => {
  /** A guest whose stdout is this descriptor. */
  function withStdout(fd: number, kind: number, maxOutputBytes = 1 << 20): { guest: FilesystemGuest; stdout: number } {
    const { guest } = planted({
      learn: { stdoutFd: fd },
      stdio: [null, kind as never, null],
      limits: { maxFiles: 64, maxOutputBytes, memoryBytes: 1 },
    });
    return { guest, stdout: guest.call('wasi:cli/stdout', 'get-stdout') as number };
  }

  test('goes to a file in order, by any of its streams', () => {
    const path = join(planted().folder, 'log');
    writeFileSync(path, 'before ');
    const { guest, stdout } = withStdout(kept(openSync(path, 'a')), fileKinds.regularFile);
    const second = guest.call('wasi:cli/stdout', 'get-stdout') as number;
    expect(second).not.toBe(stdout);
    guest.writeAndFlush(stdout, 'a');
    guest.writeAndFlush(second, 'b');
    guest.dropStream('output', stdout);
    guest.writeAndFlush(second, 'c');
    expect(readFileSync(path, 'utf8')).toBe('before abc');
  });

  test('is limited', () => {
    const path = join(planted().folder, 'log');
    const { guest, stdout } = withStdout(kept(openSync(path, 'w')), fileKinds.regularFile, 5);
    expect(guest.writeAndFlush(stdout, '123')).toBe('ok');
    expect(guest.writeAndFlush(stdout, '456')).toMatch(/^ENOSPC/);
    expect(guest.writeAndFlush(stdout, '7')).toBe('closed');
    expect(readFileSync(path, 'utf8')).toBe('12345');
    expect(guest.wasi.counters.outputTruncated).toBe(true);
  });

  test('and all the others are closed where the caller closed them', () => {
    const { guest } = planted({ stdio: [null, null, null] });
    const [input, out, error] = ['stdin', 'stdout', 'stderr'].map(
      (name) => guest.call(`wasi:cli/${name}`, `get-${name}`) as number,
    );
    expect(guest.readStream(input ?? 0, 1)).toBe('closed');
    for (const stream of [out, error]) expect(guest.writeAndFlush(stream ?? 0, 'x')).toBe('closed');
    expect(guest.checkWrite(out ?? 0)).toBe('closed');
    expect(guest.isReady(guest.subscribe('output', out ?? 0))).toBe(true);
  });
});
