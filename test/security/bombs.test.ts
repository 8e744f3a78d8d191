/** Resource bombs: each ends at a ceiling, kills at most its own container, and the result says which limit it was. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type AttackOptions, attack } from '../helpers/attack.ts';
import { expectViolation } from '../helpers/attack-walls.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest } from '../helpers/wasmctr.ts';

const dir = mkdtempSync(join(tmpdir(), 'attack-bombs-'));
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await expectNothingLeft();
});

const small = ['--memory', '64MiB'];
const withoutFilter: AttackOptions = { without: ['seccomp', 'landlock'] };

describe('memory', () => {
  test('touched pages: 137, and the result says out of memory', async () => {
    const { result } = await attack(
      (kit) => {
        for (;;) kit.call('getrandom', Number(kit.call('mmap', 0, 1 << 20, 3, 0x22, -1, 0)), 1 << 20, 0);
      },
      { flags: small },
    );
    expect(result).toMatchObject({ ok: false, exitCode: 137, signal: 'SIGKILL', oomKilled: true });
  });

  test('page tables: one page touched in each gigabyte costs 4 KiB that no page of data accounts for', async () => {
    const { result } = await attack(
      (kit) => {
        for (let i = 0; i < 4096; i++) {
          // 64 GiB reserved at a time; a page table for each 2 MiB touched.
          const base = Number(kit.call('mmap', 0, 2 ** 36, 3, 0x4022, -1, 0));
          for (let at = 0; at < 2 ** 36; at += 2 ** 21)
            if (kit.call('getrandom', base + at, 1, 0) !== 1) return 'refused';
        }
        return 'not stopped';
      },
      { flags: small, timeoutMs: 30_000 },
    );
    expect(result).toMatchObject({ ok: false, exitCode: 137, oomKilled: true });
  });

  test('a tmpfs is memory: filling it ends at its own size, with ENOSPC', async () => {
    const { value } = await attack(
      (kit) => {
        const fd = Number(kit.openat2(kit.fds[1] ?? -1, 'f', 0o102));
        const bytes = new Uint8Array(65536);
        let total = 0;
        for (;;) {
          const n = kit.call('write', fd, bytes, bytes.length);
          if (typeof n === 'string') return [n, total];
          total += n;
        }
      },
      { flags: ['--tmpfs', '/tmp:1MiB'] },
    );
    expect(value).toEqual(['ENOSPC', 1 << 20]);
  });

  test('files held open after they are deleted still count', async () => {
    const { value } = await attack(
      (kit) => {
        const at = kit.fds[1] ?? -1;
        for (let i = 0; i < 100; i++) {
          const fd = kit.openat2(at, 'f', 0o102);
          if (typeof fd === 'string') return fd;
          kit.call('unlinkat', at, kit.text('f'), 0);
          const answer = kit.call('fallocate', fd, 0, 0, 262_144);
          if (typeof answer === 'string') return [answer, i];
        }
        return 'not stopped';
      },
      { flags: ['--tmpfs', '/tmp:1MiB'] },
    );
    expect(value).toEqual(['ENOSPC', 4]);
  });
});

test('inodes: empty files in a tmpfs end at a number that its size gives', async () => {
  const { value } = await attack(
    (kit) => {
      for (let i = 0; ; i++) {
        const fd = kit.openat2(kit.fds[1] ?? -1, `f${i}`, 0o101);
        if (typeof fd === 'string') return [fd, i];
        kit.call('close', fd);
      }
    },
    { flags: ['--tmpfs', '/tmp:1MiB'] },
  );
  // One for each 16 KiB; the root has one.
  expect(value).toEqual(['ENOSPC', 63]);
});

test('descriptors: RLIMIT_NOFILE holds when the host code has fallen', async () => {
  const { value } = await attack(
    (kit) => {
      for (let i = 0; ; i++) if (typeof kit.openat2(kit.fds[1] ?? -1, '.', 0) === 'string') return i < 200;
    },
    { flags: ['--dir', `${dir}::/d`, '--max-files', '16'] },
  );
  expect(value).toBe(true);
});

test('processes and threads: the filter, then pids and RLIMIT_NPROC', async () => {
  expectViolation(await attack((kit) => kit.fork('pause')), 'clone');
  const { value } = await attack(
    (kit) => Array.from({ length: 100 }, () => kit.fork('pause')).filter((pid) => pid === 'EAGAIN').length,
    withoutFilter,
  );
  expect(value).toBe(93);
});

test('a sparse file of exabytes: RLIMIT_FSIZE, as EFBIG and not by a signal', async () => {
  const { value, result } = await attack(
    (kit) => {
      const fd = Number(kit.openat2(kit.fds[1] ?? -1, 'sparse', 0o102));
      return [kit.call('ftruncate', fd, 2 ** 40 + 1), kit.call('pwritev2', fd, kit.words(0, 0), 1, 2 ** 41, 0, 0)];
    },
    { flags: ['--dir', `${dir}::/d`] },
  );
  expect(value?.[0]).toBe('EFBIG');
  expect(result.ok).toBe(true);
});

test('file locks: none with the filter; behind it they are its own user’s', async () => {
  const locks = { flags: ['--dir', `${dir}::/d`] };
  expectViolation(await attack((kit) => kit.call('flock', kit.fds[1] ?? -1, 2), locks), 'flock');
  expectViolation(await attack((kit) => kit.call('fcntl', kit.fds[1] ?? -1, 6, kit.words(1)), locks), 'fcntl');
});

test('timers, queued signals, locked memory: by rlimits when the filter has fallen', async () => {
  const { value } = await attack((kit) => {
    const until = (most: number, act: () => number | string): number | string => {
      for (let i = 0; i < most; i++) if (typeof act() === 'string') return i;
      return 'not stopped';
    };
    const queued = (): number | string => {
      kit.call('rt_sigprocmask', 0, kit.words(1n << 39n), 0, 8);
      const info = kit.words(0, 0xffffffff_00000000n | 0n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      new Int32Array(info.buffer)[0] = 40;
      new Int32Array(info.buffer)[2] = -1;
      return kit.call('rt_sigqueueinfo', 1, 40, info);
    };
    const id = kit.ints(0);
    const event = kit.words(0, 1n << 32n, 0, 0, 0, 0, 0, 0);
    return {
      signals: until(10_000, queued),
      timers: until(100_000, () => kit.call('timer_create', 1, event, id)),
      mlock: kit.call('mlock', kit.words(0), 8),
      shared: kit.call('mmap', 0, 4096, 3, 0x2022, -1, 0),
    };
  }, withoutFilter);
  expect(value).toMatchObject({ signals: 64, mlock: 'EPERM', shared: 'EPERM' });
  expect(typeof value?.timers === 'number' && value.timers <= 64).toBe(true);
});

test('processor time: a loop without a system call ends by --cpu-time and by --timeout', async () => {
  const spin = (): void => {
    for (;;);
  };
  const cpu = await attack(spin, { flags: ['--cpu-time', '100ms'] });
  expect(cpu.result).toMatchObject({ exitCode: 124, cpuTimeExceeded: true });
  const wall = await attack(spin, { flags: ['--timeout', '100ms'] });
  expect(wall.result).toMatchObject({ exitCode: 124, timedOut: true });
});

test('output: a flood ends at --max-output, and the run goes on', async () => {
  const { stdout, stderr } = await runGuest('c/write-flood', [], {
    flags: ['--max-output', '64KiB', '--timeout', '5s'],
  });
  expect(stdout.length + stderr.length).toBeLessThanOrEqual(64 * 1024 + 4096);
});
