import { describe } from 'vitest';
import { escapes } from './escapes.ts';
import { golden } from './golden.ts';
import { allRights, dirRights } from './guest.ts';
import { buffer, outside, path, pathAt, result } from './layout.ts';

/** Texts that are no path. */
const malformed = [
  '',
  'a\0b',
  'file\0',
  new Uint8Array([0x66, 0xff]),
  new Uint8Array([0xed, 0xa0, 0x80]),
  'x'.repeat(4096),
];

describe('paths', () => {
  golden('path_open', (g) => {
    const open = (
      name: string,
      rest: Partial<Record<'follow' | 'oflags' | 'fdflags', number>> = {},
      rights = 6,
    ): void => {
      const { follow = 0, oflags = 0, fdflags = 0 } = rest;
      g.call.path_open?.(3, follow, ...path(g, name), oflags, BigInt(rights), 0n, fdflags, result);
    };
    for (const name of ['file', 'dir', 'dir/', 'dir/inner', 'dir//.././dir/inner', '.', 'missing', 'file/', 'file/x'])
      open(name);
    for (const name of ['link', 'dirlink', 'dangling', 'loop', 'dirlink/inner', 'dirlink/']) open(name);
    for (const name of ['link', 'dirlink', 'dangling', 'loop']) open(name, { follow: 1 });
    for (const name of escapes) open(name, { follow: 1 });
    for (const name of ['file', 'dir', 'link', 'dirlink']) open(name, { oflags: 2 });
    for (const name of ['file', 'created', 'dir', 'dangling', 'new/']) open(name, { oflags: 1 });
    for (const name of ['file', 'exclusive', 'link', 'dangling']) open(name, { oflags: 5 });
    open('dangling', { oflags: 1, follow: 1 });
    open('file', { oflags: 8 });
    open('dir', { oflags: 8 });
    open('both', { oflags: 3 });
    open('file', { oflags: 16 });
    open('file', { follow: 2 });
    open('file', { fdflags: 32 });
    open('file', { fdflags: 31 });
    open('dir', {}, 0x40);
    open('.', { oflags: 2 }, 0x42);
    g.call.path_open?.(3, 0, ...path(g, 'file'), 0, 6n, 0n, 0, outside + 5);
    g.call.path_open?.(3, 0, outside, 16, 0, 6n, 0n, 0, result);
    g.call.path_open?.(99, 0, ...path(g, 'file'), 0, 6n, 0n, 0, result);
    g.call.path_open?.(g.open('file'), 0, ...path(g, 'file'), 0, 6n, 0n, 0, result);
  });

  golden('path_open_malformed', (g) => {
    for (const text of malformed) g.call.path_open?.(3, 1, ...g.put(pathAt, text), 0, 2n, 0n, 0, result);
    g.call.path_open?.(3, 1, pathAt, -1, 0, 2n, 0n, 0, result);
  });

  golden('path_open_rights', (g) => {
    const open = (dir: number, rights: bigint, inheriting: bigint, oflags = 0): void => {
      g.call.path_open?.(dir, 0, ...path(g, 'inner'), oflags, rights, inheriting, 0, result);
    };
    const narrow = g.open('dir', { rights: 0x6000, inheriting: 0x2 });
    open(narrow, 2n, 0n);
    open(narrow, 0x40n, 0n);
    open(narrow, 2n, 4n);
    open(narrow, 2n, 0n, 1);
    open(narrow, 2n, 0n, 8);
    open(g.open('dir', { rights: dirRights & ~0x8_0000 }), 2n, 0n, 8);
    const given = g.open('dir', { rights: dirRights });
    g.call.fd_fdstat_set_rights?.(given, 0x6000n, BigInt(allRights));
    open(given, 2n, 0n, 8);
    open(g.open('dir', { rights: 0x4000 }), 2n, 0n);
    const wide = g.open('dir', { rights: dirRights });
    open(wide, BigInt(allRights), BigInt(allRights));
    g.call.fd_fdstat_get?.(g.u32(result), buffer);
    open(wide, 0xffff_ffff_c000_0002n, 0n);
    g.call.path_open?.(narrow, 0, ...path(g, 'inner'), 0, 2n, 0n, 2, result);
    g.call.path_open?.(narrow, 0, ...path(g, 'inner'), 0, 2n, 0n, 16, result);
  });

  golden('path_filestat', (g) => {
    const get = (name: string, follow = 0): void =>
      void g.call.path_filestat_get?.(3, follow, ...path(g, name), buffer);
    for (const name of [
      'file',
      'dir',
      'dir/',
      '.',
      'dir/..',
      'link',
      'dirlink',
      'dirlink/',
      'dangling',
      'file/',
      'missing',
      '',
    ])
      get(name);
    for (const name of ['link', 'dirlink', 'dangling', 'loop', ...escapes]) get(name, 1);
    get('..');
    get('absolute');
    get('magic/');
    get('file', 2);
    g.call.path_filestat_get?.(3, 0, ...path(g, 'file'), outside);
    g.call.path_filestat_get?.(3, 0, outside, 16, buffer);
    g.call.path_filestat_get?.(99, 0, ...path(g, 'file'), buffer);
    g.call.path_filestat_get?.(g.open('file'), 0, ...path(g, 'file'), buffer);
    g.call.path_filestat_get?.(g.open('dir', { rights: 2 }), 0, ...path(g, 'inner'), buffer);
    const set = (name: string, fstflags: number, follow = 0): void =>
      void g.call.path_filestat_set_times?.(3, follow, ...path(g, name), 5n, 7_000_000_009n, fstflags);
    for (const flags of [5, 0, 10, 3, 12, 16]) set('file', flags);
    for (const name of ['link', 'dir', 'missing', 'file/', '..', '/etc']) set(name, 5);
    set('link', 5, 1);
    set('up', 5, 1);
    set('file', 5, 2);
    g.call.path_filestat_set_times?.(g.open('dir', { rights: 2 }), 0, ...path(g, 'inner'), 0n, 0n, 5);
  });
});
