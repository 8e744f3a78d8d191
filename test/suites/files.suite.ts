/** One file operation a guest, beneath a preopened directory. Semantics in depth are in test/differential. */
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectNothingLeft } from '../helpers/leaks.ts';
import type { Wasi } from '../helpers/wasi.ts';
import { runGuest, type WasmctrResult } from '../helpers/wasmctr.ts';

export function fileSuite({ version, of }: Wasi): void {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'wasmctr-files-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });
  afterAll(() => expectNothingLeft());

  const on = (name: string, ...args: string[]): Promise<WasmctrResult> =>
    runGuest(of(name), args, { flags: ['--dir', `${dir}::/d`] });
  const onReadOnly = (name: string, ...args: string[]): Promise<WasmctrResult> =>
    runGuest(of(name), args, { flags: ['--dir', `${dir}::/d:ro`] });
  const done = { stdout: '', stderr: '', code: 0 };
  const failed = (stderr: string) => ({ stdout: '', stderr: `${stderr}\n`, code: 1 });
  const at = (name: string) => join(dir, name);

  describe('content', () => {
    it('copies', async () => {
      const content = Buffer.alloc(300_001, 'abc\0\xff', 'latin1');
      writeFileSync(at('from'), content);
      expect(await on('c/copy-file', '/d/from', '/d/to')).toMatchObject(done);
      expect(readFileSync(at('to')).equals(content)).toBe(true);
    });

    it.each(['c/read-file', 'as/read-file'])('reads: %s', async (name) => {
      writeFileSync(at('file'), 'content\n');
      expect(await on(name, '/d/file')).toMatchObject({ stdout: 'content\n', code: 0 });
    });

    it.each(['c/write-file', 'as/write-file'])('writes: %s', async (name) => {
      expect(await on(name, '/d/file', 'new content')).toMatchObject(done);
      expect(readFileSync(at('file'), 'utf8')).toBe('new content');
      expect(await on(name, '/d/file', 'short')).toMatchObject(done);
      expect(readFileSync(at('file'), 'utf8')).toBe('short');
    });

    it('new files and directories get the mode that the caller’s umask leaves', async () => {
      await on('c/write-file', '/d/file', 'x');
      await on('c/make-dir', '/d/made');
      const umask = process.umask();
      expect(statSync(at('file')).mode & 0o777).toBe(0o666 & ~umask);
      expect(statSync(at('made')).mode & 0o777).toBe(0o777 & ~umask);
    });

    it('new files belong to the caller', async () => {
      await on('c/write-file', '/d/file', 'x');
      expect(statSync(at('file')).uid).toBe(process.getuid?.());
    });

    it('missing files are ENOENT, directories EISDIR', async () => {
      expect(await on('c/read-file', '/d/missing')).toMatchObject(failed('open: ENOENT'));
      expect(await on('c/write-file', '/d', 'x')).toMatchObject(failed('open: EISDIR'));
      expect(await on('as/read-file', '/d/missing')).toMatchObject({ code: version === '0.1' ? 255 : 1 });
    });

    it('appends wherever the position is', async () => {
      writeFileSync(at('log'), 'one,');
      expect(await on('c/append', '/d/log', 'two')).toMatchObject(done);
      expect(readFileSync(at('log'), 'utf8')).toBe('one,two');
    });

    it('sets and clears O_APPEND on an open file', async () => {
      writeFileSync(at('file'), 'xxxxxxxx');
      expect(await on('c/set-append', '/d/file')).toMatchObject(done);
      expect(readFileSync(at('file'), 'utf8')).toBe('startxxxend');
    });

    it('seeks', async () => {
      writeFileSync(at('ten'), '0123456789');
      const { stdout, stderr } = await on('c/seek', '/d/ten');
      expect(stderr).toBe('');
      expect(stdout.split('\n').slice(0, 8)).toEqual([
        'set 4 OK',
        'cur 6 OK',
        'back 3 OK',
        'end 9 OK',
        'byte 9',
        'past 100 OK',
        'before -1 EINVAL',
        'tell 100 OK',
      ]);
    });

    it('seeks on a pipe are ESPIPE', async () => {
      writeFileSync(at('ten'), '0123456789');
      const { stdout } = await runGuest(of('c/seek'), ['/d/ten'], { flags: ['--dir', `${dir}::/d`], stdin: 'piped' });
      expect(stdout).toContain('stdin -1 ESPIPE\n');
    });

    it('reads and writes at offsets', async () => {
      expect((await on('c/positional', '/d/file')).stdout).toBe('hello world, position 0\n');
    });

    it('truncates and extends', async () => {
      writeFileSync(at('file'), '0123456789');
      expect(await on('c/truncate', '/d/file', '4')).toMatchObject(done);
      expect(readFileSync(at('file'), 'utf8')).toBe('0123');
      expect(await on('c/truncate', '/d/file', '6')).toMatchObject(done);
      expect(readFileSync(at('file'))).toEqual(Buffer.from('0123\0\0'));
      expect(await on('c/truncate', '/d/file', '-1')).toMatchObject(failed('ftruncate: EINVAL'));
    });

    // WASI 0.2 has no fd_allocate.
    it.runIf(version === '0.1')('reserves space', async () => {
      writeFileSync(at('file'), 'abc');
      expect((await on('c/allocate', '/d/file', '10000')).stdout).toBe('10000\n');
      expect(statSync(at('file')).size).toBe(10_000);
    });

    it('goes beyond 4 GiB', async () => {
      expect((await on('c/sparse-file', '/d/file')).stdout).toBe('0 x\n');
      expect(statSync(at('file')).size).toBe(5 * 2 ** 30 + 1);
      expect(statSync(at('file')).blocks * 512).toBeLessThan(1 << 20);
    });

    it('takes advice, and refuses what is none', async () => {
      writeFileSync(at('file'), 'abc');
      expect((await on('c/advise', '/d/file')).stdout).toBe('0\n0\n0\n0\n0\n0\n28\n');
    });

    it('syncs', async () => {
      expect((await on('c/sync', '/d/file')).stdout).toBe('synced\n');
      expect(readFileSync(at('file'), 'utf8')).toBe('kept');
    });

    it('an unlinked open file lives on', async () => {
      expect((await on('c/unlink-open', '/d/file')).stdout).toBe('still here, 0 links\n');
      expect(readdirSync(dir)).toEqual([]);
    });

    it('renumbers', async () => {
      writeFileSync(at('file'), 'abcdef');
      expect((await on('c/renumber', '/d/file')).stdout).toBe('d, old: EBADF\n');
    });

    it('a thousand files made and removed leave nothing', async () => {
      expect(await on('c/temp-files', '/d')).toMatchObject({ stdout: 'done\n', code: 0 });
      expect(readdirSync(dir)).toEqual([]);
    });
  });

  describe('directories', () => {
    it('lists types and names', async () => {
      mkdirSync(at('sub'));
      writeFileSync(at('file'), '');
      symlinkSync('nowhere', at('link'));
      const { stdout } = await on('c/read-dir', '/d');
      expect(stdout.trim().split('\n').sort()).toEqual(['d .', 'd ..', 'd sub', 'f file', 'l link'].sort());
      expect((await on('as/list-dir', '/d')).stdout).toBe('4 file\n7 link\n3 sub\n');
    });

    // The adapter's cookies are positions: with a small buffer it misses what moves up when others are unlinked.
    it.each(version === '0.1' ? [64, 300, 4096, 65536] : [4096, 65536])(
      'reads 500 entries with a buffer of %i bytes while they are unlinked',
      async (size) => {
        for (let index = 0; index < 500; index++) writeFileSync(at(`entry-${index}`), '');
        expect(await on('c/read-dir-cookies', '/d', String(size))).toMatchObject({ stdout: '500 entries\n', code: 0 });
        expect(readdirSync(dir)).toEqual([]);
      },
    );

    it('makes and removes', async () => {
      expect(await on('c/make-dir', '/d/made')).toMatchObject(done);
      expect(await on('c/make-dir', '/d/made')).toMatchObject(failed('mkdir: EEXIST'));
      expect(await on('c/remove-dir', '/d/made')).toMatchObject(done);
      expect(await on('c/remove-dir', '/d/made')).toMatchObject(failed('rmdir: ENOENT'));
      mkdirSync(at('full/inner'), { recursive: true });
      expect(await on('c/remove-dir', '/d/full')).toMatchObject(failed('rmdir: ENOTEMPTY'));
      writeFileSync(at('file'), '');
      expect(await on('c/remove-dir', '/d/file')).toMatchObject(failed('rmdir: ENOTDIR'));
    });
  });

  describe('names', () => {
    it('renames', async () => {
      writeFileSync(at('old'), 'x');
      expect(await on('c/rename', '/d/old', '/d/new')).toMatchObject(done);
      expect(readdirSync(dir)).toEqual(['new']);
      expect(await on('c/rename', '/d/old', '/d/new')).toMatchObject(failed('rename: ENOENT'));
    });

    it('links hard', async () => {
      writeFileSync(at('file'), 'x');
      expect(await on('c/hard-link', '/d/file', '/d/other')).toMatchObject(done);
      expect(statSync(at('other')).ino).toBe(statSync(at('file')).ino);
      expect(await on('c/hard-link', '/d/file', '/d/other')).toMatchObject(failed('link: EEXIST'));
    });

    it('links symbolically, and reads links', async () => {
      expect(await on('c/symlink', 'some/where', '/d/link')).toMatchObject(done);
      expect(readlinkSync(at('link'))).toBe('some/where');
      expect((await on('c/read-link', '/d/link')).stdout).toBe('some/where\n');
      expect((await on('c/read-link', '/d/link', '4')).stdout).toBe('some\n');
      writeFileSync(at('file'), '');
      expect(await on('c/read-link', '/d/file')).toMatchObject(failed('readlink: EINVAL'));
    });

    it('unlinks', async () => {
      writeFileSync(at('file'), '');
      symlinkSync('file', at('link'));
      expect(await on('c/unlink', '/d/link')).toMatchObject(done);
      expect(existsSync(at('file'))).toBe(true);
      expect(await on('c/unlink', '/d/file')).toMatchObject(done);
      expect(await on('c/unlink', '/d/file')).toMatchObject(failed('unlink: ENOENT'));
      mkdirSync(at('sub'));
      expect(await on('c/unlink', '/d/sub')).toMatchObject(failed('unlink: EISDIR'));
    });
  });

  describe('attributes', () => {
    it('stats files, directories and links', async () => {
      writeFileSync(at('file'), '12345');
      linkSync(at('file'), at('again'));
      symlinkSync('file', at('link'));
      utimesSync(at('file'), 1_000_000, 2_000_000);
      const [head, times] = (await on('c/stat', '/d/file')).stdout.split('\n');
      expect(head).toBe('file 2 5');
      expect(times).toMatch(/^1000000000000000 2000000000000000 \d{19}$/);
      expect((await on('c/stat', '/d/link')).stdout).toMatch(/^file 2 5\n/);
      expect((await on('c/stat', '/d/link', '-l')).stdout).toMatch(/^symlink 1 4\n/);
      expect((await on('c/stat', '/d')).stdout).toMatch(/^directory /);
      expect((await on('as/stat', '/d/file')).stdout).toBe('4 2 5\n');
    });

    it('sets times: given, now and left alone', async () => {
      writeFileSync(at('file'), '');
      expect(await on('c/set-times', 'file', '1000', '2000')).toMatchObject(done);
      expect(lstatSync(at('file'), { bigint: true })).toMatchObject({
        atimeNs: 1_000_123_456_789n,
        mtimeNs: 2_000_123_456_789n,
      });
      const before = BigInt(Date.now() - 1000) * 1_000_000n;
      expect(await on('c/set-times', 'file', 'omit', 'now')).toMatchObject(done);
      const { atimeNs, mtimeNs } = lstatSync(at('file'), { bigint: true });
      expect(atimeNs).toBe(1_000_123_456_789n);
      expect(mtimeNs).toBeGreaterThan(before);
    });
  });

  describe('what is granted', () => {
    it('preopens appear in the order of the flags', async () => {
      mkdirSync(at('a'));
      const flags = ['--dir', `${dir}::/first`, '--dir', `${at('a')}::/second:ro`, '--dir', `${at('a')}::/`];
      expect((await runGuest(of('c/list-preopens'), [], { flags })).stdout).toBe('3 /first\n4 /second\n5 /\n');
      const mixed = ['--tmpfs', '/t', '-v', `${dir}:/v`, '--dir', `${at('a')}::/d`, '-v', `${at('a')}:/w:ro`];
      expect((await runGuest(of('c/list-preopens'), [], { flags: mixed })).stdout).toBe('3 /t\n4 /v\n5 /d\n6 /w\n');
    });

    it('a read-only directory refuses every change with EROFS', async () => {
      writeFileSync(at('file'), 'x');
      mkdirSync(at('sub'));
      expect((await onReadOnly('c/read-file', '/d/file')).stdout).toBe('x');
      for (const [name, ...args] of [
        ['c/write-file', '/d/file', 'y'],
        ['c/write-file', '/d/new', 'y'],
        ['c/make-dir', '/d/new'],
        ['c/remove-dir', '/d/sub'],
        ['c/unlink', '/d/file'],
        ['c/rename', '/d/file', '/d/new'],
        ['c/hard-link', '/d/file', '/d/new'],
        ['c/symlink', 'file', '/d/new'],
        ['c/set-times', 'file', '1', '1'],
      ] as const) {
        const { stderr, code } = await onReadOnly(name, ...args);
        expect(`${name} ${code} ${stderr}`).toMatch(/^\S+ 1 \w+: (EROFS|EPERM|ENOTCAPABLE)\n$/);
      }
      expect(readdirSync(dir).sort()).toEqual(['file', 'sub']);
      expect(readFileSync(at('file'), 'utf8')).toBe('x');
    });

    it('nothing outside it can be opened', async () => {
      mkdirSync(at('inner'));
      writeFileSync(at('outside'), 'secret');
      symlinkSync('../outside', at('inner/up'));
      symlinkSync('/etc/passwd', at('inner/absolute'));
      symlinkSync('/proc/self/root/etc/passwd', at('inner/magic'));
      symlinkSync('loop', at('inner/loop'));
      const paths = ['../outside', '/etc/passwd', 'up', 'absolute', 'magic', 'x/../../outside', './../outside', 'loop'];
      const { stdout } = await runGuest(of('c/open-outside'), paths, { flags: ['--dir', `${at('inner')}::/d`] });
      const refused = version === '0.1' ? 'ENOTCAPABLE' : 'EPERM';
      expect(stdout.trim().split('\n')).toEqual([
        `../outside ${refused}`,
        `/etc/passwd ${refused}`,
        `up ${refused}`,
        `absolute ${refused}`,
        `magic ${refused}`,
        expect.stringMatching(/^x\/\.\.\/\.\.\/outside (ENOENT|ENOTCAPABLE|EPERM)$/),
        `./../outside ${refused}`,
        'loop ELOOP',
      ]);
    });

    // WASI 0.2 has no rights.
    it.runIf(version === '0.1')('rights given up do not come back', async () => {
      writeFileSync(at('file'), '');
      // The call gives ENOTCAPABLE, which wasi-libc's write() turns into what POSIX has for a read-only descriptor.
      expect((await on('c/drop-rights', '/d/file')).stdout).toBe('drop: OK\nwrite: EBADF\nregain: ENOTCAPABLE\n');
    });

    it('--max-files is the number of open descriptors', async () => {
      writeFileSync(at('file'), '');
      const flags = ['--dir', `${dir}::/d`, '--max-files', '50'];
      expect((await runGuest(of('c/open-many'), ['/d/file'], { flags })).stdout).toBe(
        version === '0.1' ? '46 EMFILE\n' : '46 ENOMEM\n',
      );
    });

    it('a file that the caller may not read is EACCES', async () => {
      writeFileSync(at('locked'), 'x');
      chmodSync(at('locked'), 0);
      const { stderr } = await on('c/read-file', '/d/locked');
      // root reads everything, a container of root has no capability to.
      expect(['', 'open: EACCES\n']).toContain(stderr);
    });

    it('--workdir is where relative paths start', async () => {
      mkdirSync(at('sub'));
      writeFileSync(at('sub/file'), 'inside');
      const flags = ['--dir', `${dir}::/d`, '--workdir', '/d/sub'];
      expect((await runGuest(of('c/read-file'), ['file'], { flags })).stdout).toBe('inside');
    });

    it('without --workdir they start in the preopen "."', async () => {
      writeFileSync(at('file'), 'here');
      expect((await runGuest(of('c/read-file'), ['file'], { flags: ['--dir', '.'], cwd: dir })).stdout).toBe('here');
      expect((await runGuest(of('c/read-file'), ['file'], { flags: ['--dir', `${dir}::/`] })).stdout).toBe('here');
    });

    it('--tmpfs is a directory that is gone afterwards', async () => {
      const flags = ['--tmpfs', '/tmp:1MiB'];
      expect((await runGuest(of('c/temp-files'), ['/tmp'], { flags })).stdout).toBe('done\n');
    });
  });
}
