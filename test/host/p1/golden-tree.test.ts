import { describe } from 'vitest';
import { escapes } from './escapes.ts';
import { golden } from './golden.ts';
import { buffer, outside, path, result, secondPath } from './layout.ts';

describe('changes to the tree', () => {
  golden('path_create_directory', (g) => {
    const make = (name: string): void => void g.call.path_create_directory?.(3, ...path(g, name));
    for (const name of [
      'made',
      'made/',
      'made/deeper/',
      'dir',
      'file',
      'file/x',
      'dangling',
      'dangling/',
      'dirlink',
      'missing/x',
      '.',
      '',
      ...escapes,
    ])
      make(name);
    g.call.path_create_directory?.(3, outside, 16);
    g.call.path_create_directory?.(99, ...path(g, 'x'));
    g.call.path_create_directory?.(g.open('file'), ...path(g, 'x'));
    g.call.path_create_directory?.(g.open('dir', { rights: 2 }), ...path(g, 'x'));
  });

  golden('path_remove', (g) => {
    const narrow = g.open('dir', { rights: 2 });
    const rmdir = (name: string): void => void g.call.path_remove_directory?.(3, ...path(g, name));
    const unlink = (name: string): void => void g.call.path_unlink_file?.(3, ...path(g, name));
    for (const name of [
      'dir',
      'file',
      'file/',
      'dirlink',
      'dirlink/',
      'missing',
      '.',
      'dir/.',
      'dir/..',
      '',
      ...escapes,
    ])
      rmdir(name);
    for (const name of [
      'dir',
      'dir/',
      'file/',
      'dirlink/',
      'missing',
      '.',
      'dir/..',
      '',
      '/etc/x',
      '../x',
      'up/x',
      'absolute/x',
    ])
      unlink(name);
    for (const name of ['dir/inner', 'dirlink', 'file', 'dangling', 'up', 'absolute']) unlink(name);
    rmdir('dir/');
    for (const call of ['path_remove_directory', 'path_unlink_file']) {
      g.call[call]?.(3, outside, 16);
      g.call[call]?.(99, ...path(g, 'x'));
      g.call[call]?.(narrow, ...path(g, 'x'));
    }
  });

  golden('path_rename', (g) => {
    const rename = (from: string, to: string): void =>
      void g.call.path_rename?.(3, ...path(g, from), 3, ...secondPath(g, to));
    rename('file', 'moved');
    rename('moved', 'dir/inner');
    rename('dir/inner', 'file');
    rename('dir/', 'renamed');
    rename('renamed', 'dir/');
    g.call.path_create_directory?.(3, ...path(g, 'full'));
    g.call.path_create_directory?.(3, ...path(g, 'full/x'));
    for (const [from, to] of [
      ['dir', 'full'],
      ['full/x', 'dir'],
      ['file', 'dir'],
      ['dir', 'file'],
      ['file/', 'x'],
      ['file', 'x/'],
      ['missing', 'x'],
      ['file', 'missing/x'],
      ['full', 'full/inside'],
      ['.', 'x'],
      ['dir/..', 'x'],
      ['dirlink/', 'x'],
      ['dangling', 'dangling2'],
      ['', 'x'],
      ['file', ''],
    ] as const) {
      rename(from, to);
    }
    for (const name of escapes) {
      rename(name, 'x');
      rename('file', name === 'absolute' || name === 'magic' ? `${name}/x` : name);
    }
    g.call.path_rename?.(3, outside, 16, 3, ...secondPath(g, 'x'));
    g.call.path_rename?.(3, ...path(g, 'file'), 3, outside, 16);
    g.call.path_rename?.(99, ...path(g, 'file'), 3, ...secondPath(g, 'x'));
    g.call.path_rename?.(3, ...path(g, 'file'), 99, ...secondPath(g, 'x'));
    g.call.path_rename?.(3, ...path(g, 'file'), g.open('dir', { rights: 2 }), ...secondPath(g, 'x'));
  });

  golden('path_link', (g) => {
    const link = (from: string, to: string, flags = 0): void =>
      void g.call.path_link?.(3, flags, ...path(g, from), 3, ...secondPath(g, to));
    link('file', 'hard');
    g.call.path_filestat_get?.(3, 0, ...path(g, 'hard'), buffer);
    link('file', 'dir/hard');
    for (const to of ['hard', 'file', 'dir', 'dangling', 'x/', 'file/', 'dir/', 'missing/x', '']) link('file', to);
    for (const from of [
      'dir',
      'dir/',
      'file/',
      'missing',
      'missing/',
      '.',
      '..',
      'dirlink/',
      'up/',
      'absolute/',
      'magic/',
      '/etc/passwd',
    ])
      link(from, 'y');
    link('dangling', 'soft');
    link('loop', 'soft2');
    link('link', 'soft3', 1);
    for (const name of escapes) link('file', `${name}/z`);
    g.call.path_link?.(3, 0, outside, 16, 3, ...secondPath(g, 'x'));
    g.call.path_link?.(3, 0, ...path(g, 'file'), 99, ...secondPath(g, 'x'));
    g.call.path_link?.(g.open('dir', { rights: 2 }), 0, ...path(g, 'inner'), 3, ...secondPath(g, 'x'));
  });

  golden('path_symlink', (g) => {
    const symlink = (target: string, name: string): void =>
      void g.call.path_symlink?.(...path(g, target), 3, ...secondPath(g, name));
    symlink('file', 'sym');
    symlink('../../out', 'dir/sym');
    symlink('dir/', 'slash');
    for (const target of ['/', '/etc/passwd', '']) symlink(target, 'refused');
    for (const name of ['file', 'dir', 'dangling', 'x/', 'file/', 'dir/', 'missing/x', '', ...escapes])
      symlink('file', name);
    g.call.path_symlink?.(outside, 16, 3, ...secondPath(g, 'x'));
    g.call.path_symlink?.(...path(g, 'file'), 3, outside, 16);
    g.call.path_symlink?.(...path(g, 'file'), 99, ...secondPath(g, 'x'));
    g.call.path_symlink?.(...path(g, 'file'), g.open('dir', { rights: 2 }), ...secondPath(g, 'x'));
  });

  golden('path_readlink', (g) => {
    const read = (name: string, length = 100): void =>
      void g.call.path_readlink?.(3, ...path(g, name), buffer, length, result);
    for (const name of ['link', 'dirlink', 'dangling', 'loop', 'up', 'absolute']) read(name);
    read('dangling', 4);
    read('dangling', 0);
    for (const name of [
      'file',
      'dir',
      'missing',
      'dirlink/',
      'up/',
      'absolute/',
      'magic/',
      'link/',
      '.',
      '',
      '/proc/self/exe',
      'up/x',
      'magic/proc/self/exe',
    ])
      read(name);
    g.call.path_readlink?.(3, ...path(g, 'link'), outside, 100, result);
    g.call.path_readlink?.(3, ...path(g, 'link'), buffer, 100, outside + 5);
    g.call.path_readlink?.(3, outside, 16, buffer, 100, result);
    g.call.path_readlink?.(99, ...path(g, 'link'), buffer, 100, result);
    g.call.path_readlink?.(g.open('dir', { rights: 2 }), ...path(g, 'link'), buffer, 100, result);
  });
});
