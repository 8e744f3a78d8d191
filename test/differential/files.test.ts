/** Semantics of files call by call: a guest must get what a native program gets. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { wasi1, wasi2 } from '../helpers/wasi.ts';
import { buildNative, compare } from './file-script.ts';

const scripts: Record<string, string> = {
  'opening: modes, creation, exclusion': `
    open 0 a r
    open 0 a w
    open 0 a w,creat
    open 0 a w,creat,excl
    open 1 a rw,excl
    write 0 hello
    open 1 a r
    read 1 10
    write 1 x
    read 0 10
    open 2 a/ r
    open 2 a r,dir
    open 2 b/ w,creat
    open 2 missing/b w,creat
    open 2 a/b w,creat
    open 2 . r
    open 2 . w
    open 2 . r,dir
    read 2 10
    fstat 2
    open 3 a rw,trunc
    fstat 0
    stat a`,
  appending: `
    open 0 log w,creat,append
    write 0 one
    seek 0 0 s
    write 0 two
    seek 0 0 c
    open 1 log rw
    write 1 X
    setfl 1 append
    write 1 END
    seek 1 0 c
    setfl 1 none
    seek 1 1 s
    write 1 Y
    open 2 log r
    read 2 100
    pwrite 0 0 P
    pread 2 0 100`,
  'positions and holes': `
    open 0 sparse rw,creat
    seek 0 10 s
    write 0 tail
    pread 0 0 14
    fstat 0
    seek 0 5000000000 s
    write 0 far
    fstat 0
    pread 0 4999999998 5
    seek 0 -1 s
    seek 0 -3 e
    read 0 10
    read 0 10
    seek 0 0 c
    seek 0 -9000000000 c
    pread 0 -1 4
    pwrite 0 -1 x
    pread 0 9000000000 4
    ftruncate 0 12
    fstat 0
    pread 0 8 10
    ftruncate 0 20
    pread 0 8 20
    ftruncate 0 -5
    seek 0 0 c`,
  directories: `
    mkdir d
    mkdir d
    mkdir d/e/f
    mkdir d/e
    mkdir d/e/f/
    mkdir .
    mkdir d/.
    rmdir d
    rmdir d/e/f/
    rmdir d/e/f
    rmdir d/e/.
    rmdir missing
    open 0 d/file w,creat
    rmdir d/file
    rmdir d/file/
    list d
    list d/e
    list d/file
    list missing
    unlink d
    unlink d/
    unlink d/e
    unlink d/file/
    unlink d/file
    stat d
    rmdir d/e
    rmdir d
    list .`,
  'unlinked but open': `
    open 0 f rw,creat
    write 0 data
    link f g
    fstat 0
    unlink f
    fstat 0
    unlink g
    fstat 0
    pread 0 0 10
    write 0 more
    pread 0 0 10
    open 1 f r
    unlink f
    open 1 f rw,creat
    fstat 1
    pread 1 0 10
    mkdir d
    open 2 d r,dir
    rmdir d
    fstat 2
    list .`,
  renaming: `
    open 0 a w,creat
    write 0 A
    open 1 b w,creat
    write 1 BB
    rename a b
    stat a
    stat b
    pread 0 0 1
    fstat 1
    mkdir d
    mkdir e
    mkdir d/sub
    rename b d
    rename d b
    rename d e
    stat d
    list e
    rename e e/sub/inner
    rename e/sub e
    rename b b
    rename b e/b
    rename e/b c/
    rename e/ f
    rename f/ g/
    rename missing x
    rename missing g
    rename g missing/x
    mkdir h
    mkdir h/full
    rename g h
    rename h g
    rename g/. x
    rename . x
    open 2 link-me w,creat
    link link-me linked
    rename link-me linked
    list .
    stat linked`,
  'hard links': `
    open 0 a rw,creat
    write 0 shared
    link a b
    stat a
    link a b
    link missing c
    link a missing/c
    mkdir d
    link d e
    link a d
    link a d/a
    link a/ c
    link a c/
    stat a
    open 1 d/a rw
    write 1 SHARED
    pread 0 0 10
    unlink a
    stat b
    symlink b s
    link s t
    lstat t
    stat b`,
  'symbolic links': `
    symlink target l
    readlink l 100
    readlink l 3
    stat l
    lstat l
    open 0 l r
    open 0 l w,creat
    write 0 through
    lstat target
    stat l
    lstat l
    symlink other l
    open 1 l r,nofollow
    open 1 l r
    read 1 20
    unlink l
    stat target
    readlink target 10
    readlink missing 10
    symlink "" empty
    mkdir d
    symlink d ld
    open 2 ld/inside w,creat
    list ld
    stat ld
    stat ld/
    lstat ld
    rmdir ld
    unlink ld/
    rename ld moved
    list moved
    symlink ../target d/up
    open 3 d/up r
    read 3 20
    symlink ./d/../target around
    stat around
    mkdir moved/new
    rmdir d/new
    symlink dangling dl
    open 4 dl w,creat,excl
    mkdir dl
    rmdir dl
    rename dl dl2
    unlink dl2`,
  'loops and wrong types on the way': `
    symlink a b
    symlink b a
    symlink self self
    stat a
    lstat a
    open 0 a r
    open 0 a w,creat
    open 0 self r,nofollow
    stat self/x
    mkdir a/x
    unlink self/x
    readlink a/x 10
    rename a/x y
    list self
    open 1 file w,creat
    stat file/x
    lstat file/x
    open 2 file/x r
    open 2 file/x w,creat
    open 2 file/. r
    open 2 file/.. r
    mkdir file/x
    unlink file/x
    rmdir file/x
    rename file/x y
    rename file file/x
    link file/x y
    symlink t file/x
    readlink file/x 10
    list file
    utimes file/x 1 1
    unlink self
    unlink a
    list .`,
  times: `
    open 0 f w,creat
    utimes f 1000 2000
    times f
    utimes f 0 0
    times f
    utimes f 4000000000 5000000000
    times f
    mkdir d
    utimes d 10 20
    times d
    utimes d/ 30 40
    times d/
    utimes missing 1 1
    symlink f l
    utimes l 7 8
    times f
    symlink nowhere n
    utimes n 1 1`,
  'slashes and dots': `
    mkdir a
    mkdir a/b
    open 0 a//b///f w,creat
    stat a//b/./f
    stat ./a/./b/../b/f
    stat a/b/f/
    stat a/b//
    stat a/missing/../b
    open 1 ./././a/b/f r
    mkdir a/c/
    mkdir ./a/d//
    list a/
    list a/.
    list a/b/..
    unlink ./a/b/f
    rmdir a/b/
    rmdir a/./c
    rmdir a/d/.
    rmdir a/d/..
    list ./a`,
  names: `
    open 0 ${'n'.repeat(255)} w,creat
    open 0 ${'n'.repeat(256)} w,creat
    mkdir ${'d'.repeat(256)}
    stat ${'n'.repeat(255)}
    stat ${'x/'.repeat(100)}y
    open 1 ünïcödé w,creat
    open 1 日本 w,creat
    open 1 -dash w,creat
    open 1 a\\b w,creat
    open 1 *?[] w,creat
    list .`,
  'descriptors that are not open': `
    read 0 1
    write 0 x
    pread 0 0 1
    pwrite 0 0 x
    seek 0 0 s
    fstat 0
    ftruncate 0 1
    close 0
    setfl 0 append
    fsync 0
    open 0 f w,creat
    close 0
    close 0
    write 0 x
    open 0 f r
    ftruncate 0 1
    fsync 0`,
  'many entries': `
    mkdir many
    ${Array.from({ length: 300 }, (_, index) => `open 0 many/entry-${index} w,creat`).join('\n')}
    list many
    ${Array.from({ length: 150 }, (_, index) => `unlink many/entry-${index * 2}`).join('\n')}
    list many
    rmdir many`,
};

describe.each([wasi1, wasi2])('as natively, WASI $version', (wasi) => {
  beforeAll(() => {
    buildNative();
    if (wasi === wasi2) build('c-p2');
  }, 300_000);
  afterAll(() => expectNothingLeft());

  it.each(Object.keys(scripts))('%s', async (name) => {
    const calls = (scripts[name] ?? '').split('\n').map((line) => line.trim());
    const { native, guest } = await compare(
      calls.filter((line) => line !== ''),
      wasi,
    );
    expect(guest.lines).toEqual(native.lines);
    expect(guest.tree).toEqual(native.tree);
  });
});
