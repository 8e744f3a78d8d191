/** The edges of the ABI, by hand-written modules: entry points, imports, pointers, old WASI. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest } from '../helpers/wasmctr.ts';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'wasmctr-abi-'));
  writeFileSync(join(scratch, 'ten'), '0123456789');
});
afterAll(async () => {
  rmSync(scratch, { recursive: true });
  await expectNothingLeft();
});

const oneLine = /^wasmctr: [^\n]+\n$/;

describe('entry points', () => {
  it('a start function runs before _start', async () => {
    expect(await runGuest('wat/start-function')).toMatchObject({ stdout: 'first\nsecond\n', code: 0 });
  });

  it('a start function can exit', async () => {
    expect(await runGuest('wat/start-function-exit')).toMatchObject({ stderr: '', code: 9 });
  });

  it('a reactor without --invoke is initialised and ends', async () => {
    expect(await runGuest('wat/reactor')).toMatchObject({ stdout: '', stderr: '', code: 0 });
  });

  it.each(['wat/no-start', 'wat/start-not-function', 'wat/start-wrong-type', 'wat/both-starts'])(
    '%s: nothing to start',
    async (name) => {
      const { stdout, stderr, code } = await runGuest(name);
      expect({ stdout, code }).toEqual({ stdout: '', code: 126 });
      expect(stderr).toMatch(oneLine);
      expect(stderr).toContain('_start');
    },
  );

  it('a data segment outside of memory can’t be instantiated', async () => {
    const { stderr, code } = await runGuest('wat/data-out-of-bounds');
    expect([126, 134]).toContain(code);
    expect(stderr.split('\n')[0]).toMatch(/data segment|out of bounds/);
  });
});

describe('imports', () => {
  it('that nothing provides are listed all at once', async () => {
    const { stdout, stderr, code } = await runGuest('wat/unknown-imports');
    expect({ stdout, code }).toEqual({ stdout: '', code: 126 });
    expect(stderr).toMatch(oneLine);
    for (const name of ['env.missing_one', 'env.missing_two', 'wasi_snapshot_preview1.fd_teleport']) {
      expect(stderr).toContain(name);
    }
    expect(stderr).toContain('--unknown-imports');
  });

  it('trap when called, if that is wanted', async () => {
    const { stdout, stderr, code } = await runGuest('wat/unknown-imports', [], {
      flags: ['--unknown-imports', 'trap'],
    });
    expect({ stdout, code }).toEqual({ stdout: 'before\n', code: 134 });
    expect(stderr).toContain('env.missing_two');
  });

  it('of a memory are named as such', async () => {
    const { stderr, code } = await runGuest('wat/unknown-memory');
    expect(code).toBe(126);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain('env.memory');
  });

  it('with another signature are refused', async () => {
    const { stderr, code } = await runGuest('wat/import-wrong-type');
    expect(code).toBe(126);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain('fd_close');
  });
});

describe('memory', () => {
  it('none is fine as long as nothing needs it', async () => {
    expect(await runGuest('wat/no-memory')).toMatchObject({ stdout: '', stderr: '', code: 0 });
  });

  it.each(['wat/no-memory-write', 'wat/memory-not-memory'])('%s: calls need one', async (name) => {
    const { stderr, code } = await runGuest(name);
    expect([126, 134]).toContain(code);
    expect(stderr.split('\n')[0]).toMatch(/^wasmctr: [^\n]*memory/);
  });

  it('two names of one memory are one memory', async () => {
    expect(await runGuest('wat/two-memories')).toMatchObject({ stderr: '', code: 0 });
  });

  it('that grows is seen by the host', async () => {
    expect(await runGuest('wat/grow-then-write')).toMatchObject({ stdout: 'old\nnew\n', code: 0 });
  });

  it('beyond the limit is refused before it runs', async () => {
    const { stderr, code } = await runGuest('wat/memory-limit', [], { flags: ['--memory', '64MiB'] });
    expect(code).toBe(126);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain('--memory');
  });

  it('with 64-bit addresses either runs or is refused in one line', async () => {
    const { stderr, code } = await runGuest('wat/memory64');
    if (code !== 0) expect(`${code} ${stderr}`).toMatch(/^126 wasmctr: [^\n]*64[^\n]*\n$/);
  });
});

describe('pointers', () => {
  it('out of range are EFAULT, wherever they point', async () => {
    expect(await runGuest('wat/pointers-out-of-range')).toMatchObject({ stdout: '0000000\n', code: 0 });
  });

  it('unaligned ones work: compilers for other runtimes may make them', async () => {
    expect(await runGuest('wat/pointers-unaligned')).toMatchObject({ stdout: 'odd\n', code: 0 });
  });
});

describe('wasi_unstable', () => {
  it('runs', async () => {
    expect(await runGuest('wat/wasi-unstable')).toMatchObject({ stdout: 'old\n', code: 3 });
  });

  it.each(['wat/wasi-unstable-seek', 'wat/wasi-unstable-filestat'])(
    '%s has its own numbers and layouts',
    async (name) => {
      expect(await runGuest(name, [], { flags: ['--dir', `${scratch}::/`] })).toMatchObject({ stderr: '', code: 0 });
    },
  );
});
