import { describe } from 'vitest';
import { golden } from './golden.ts';
import { allRights, dirRights } from './guest.ts';
import { buffer, outside, putIovecs, putText, result } from './layout.ts';

const readOnly = 0x6n;

describe('open files', () => {
  golden('fd_read', (g) => {
    const fd = g.open('file');
    g.call.fd_read?.(fd, ...putIovecs(g, [buffer, 5]), result);
    g.call.fd_read?.(fd, ...putIovecs(g, [buffer, 2], [buffer + 16, 100]), result);
    g.call.fd_read?.(fd, ...putIovecs(g, [buffer, 8]), result);
    g.call.fd_read?.(fd, ...putIovecs(g), result);
    g.call.fd_read?.(fd, ...putIovecs(g, [outside, 16]), result);
    g.call.fd_read?.(fd, ...putIovecs(g, [buffer, 0xffff_ffff]), result);
    g.call.fd_read?.(fd, outside, 1, result);
    g.call.fd_read?.(fd, 0x200, 1025, result);
    g.call.fd_read?.(fd, 0x200, -1, result);
    g.call.fd_read?.(fd, ...putIovecs(g, [buffer, 8]), outside);
    g.call.fd_read?.(99, ...putIovecs(g, [buffer, 8]), result);
    g.call.fd_read?.(-1, ...putIovecs(g, [buffer, 8]), result);
    g.call.fd_read?.(3, ...putIovecs(g, [buffer, 8]), result);
    const writeOnly = g.open('file', { rights: 0x40 });
    g.call.fd_read?.(writeOnly, ...putIovecs(g, [buffer, 8]), result);
  });

  golden('fd_write', (g) => {
    const fd = g.open('new', { oflags: 1 });
    g.call.fd_write?.(fd, ...putText(g, 'hello\n'), result);
    g.call.fd_write?.(fd, ...putIovecs(g, [buffer, 2], [buffer + 2, 3]), result);
    g.call.fd_write?.(fd, ...putIovecs(g), result);
    g.call.fd_write?.(fd, ...putText(g, ''), result);
    g.call.fd_write?.(fd, ...putText(g, 'quotes " \\ \t and \x00\xff bytes, and more than thirty-two'), result);
    g.call.fd_write?.(fd, ...putIovecs(g, [outside, 16]), result);
    g.call.fd_write?.(fd, outside, 1, result);
    g.call.fd_write?.(fd, 0x200, 1025, result);
    // Empty ones are stepped over, the first 1024 others are written.
    const many = Array.from({ length: 3000 }, (_, i) => [buffer, i % 2] as const);
    g.call.fd_write?.(fd, ...putIovecs(g, ...many), result);
    g.call.fd_tell?.(fd, result);
    g.call.fd_write?.(fd, ...putText(g, 'lost'), outside);
    g.call.fd_write?.(99, ...putText(g, 'x'), result);
    g.call.fd_write?.(3, ...putText(g, 'x'), result);
    g.call.fd_write?.(g.open('file', { rights: Number(readOnly) }), ...putText(g, 'x'), result);
    g.call.fd_filestat_get?.(fd, buffer);
  });

  golden('fd_pread', (g) => {
    const fd = g.open('file');
    g.call.fd_pread?.(fd, ...putIovecs(g, [buffer, 5]), 7n, result);
    g.call.fd_pread?.(fd, ...putIovecs(g, [buffer, 5]), 1000n, result);
    g.call.fd_pread?.(fd, ...putIovecs(g, [buffer, 5]), -1n, result);
    g.call.fd_pread?.(fd, ...putIovecs(g, [buffer, 5]), 0x7fff_ffff_ffff_ffffn, result);
    g.call.fd_pread?.(fd, ...putIovecs(g, [outside, 5]), 0n, result);
    g.call.fd_pread?.(fd, ...putIovecs(g, [buffer, 5]), 0n, outside);
    g.call.fd_tell?.(fd, result);
    g.call.fd_pread?.(99, ...putIovecs(g, [buffer, 5]), 0n, result);
    g.call.fd_pread?.(3, ...putIovecs(g, [buffer, 5]), 0n, result);
    g.call.fd_pread?.(g.open('file', { rights: 2 }), ...putIovecs(g, [buffer, 5]), 0n, result);
  });

  golden('fd_pwrite', (g) => {
    const fd = g.open('new', { oflags: 1 });
    g.call.fd_pwrite?.(fd, ...putText(g, 'at ten'), 10n, result);
    g.call.fd_pwrite?.(fd, ...putText(g, 'x'), -1n, result);
    g.call.fd_pwrite?.(fd, ...putText(g, 'x'), 0x7fff_ffff_ffff_ffffn, result);
    g.call.fd_pwrite?.(fd, ...putText(g, 'lost'), 0n, outside);
    g.call.fd_tell?.(fd, result);
    g.call.fd_filestat_get?.(fd, buffer);
    g.call.fd_pwrite?.(99, ...putText(g, 'x'), 0n, result);
    g.call.fd_pwrite?.(3, ...putText(g, 'x'), 0n, result);
    g.call.fd_pwrite?.(g.open('new', { rights: 0x40 }), ...putText(g, 'x'), 0n, result);
  });

  golden('fd_seek', (g) => {
    const fd = g.open('file');
    g.call.fd_seek?.(fd, 5n, 0, result);
    g.call.fd_seek?.(fd, -2n, 1, result);
    g.call.fd_seek?.(fd, -1n, 2, result);
    g.call.fd_seek?.(fd, 1000n, 2, result);
    g.call.fd_seek?.(fd, -2000n, 1, result);
    g.call.fd_seek?.(fd, 0n, 3, result);
    g.call.fd_seek?.(fd, 0n, 0, outside);
    g.call.fd_tell?.(fd, result);
    g.call.fd_tell?.(fd, outside);
    g.call.fd_seek?.(99, 0n, 0, result);
    g.call.fd_tell?.(99, result);
    g.call.fd_seek?.(3, 0n, 0, result);
    g.call.fd_tell?.(3, result);
    const tellOnly = g.open('file', { rights: 0x22 });
    g.call.fd_seek?.(tellOnly, 0n, 1, result);
    g.call.fd_seek?.(tellOnly, 1n, 1, result);
    g.call.fd_tell?.(g.open('file', { rights: 0x2 }), result);
  });

  golden('fd_filestat', (g) => {
    const fd = g.open('file');
    g.call.fd_filestat_get?.(fd, buffer);
    g.call.fd_filestat_get?.(3, buffer);
    g.call.fd_filestat_get?.(fd, outside);
    g.call.fd_filestat_get?.(99, buffer);
    g.call.fd_filestat_get?.(g.open('file', { rights: 2 }), buffer);
    g.call.fd_filestat_set_size?.(fd, 4n);
    g.call.fd_filestat_set_size?.(fd, 40n);
    g.call.fd_filestat_set_size?.(fd, -1n);
    g.call.fd_filestat_get?.(fd, buffer);
    g.call.fd_filestat_set_size?.(99, 0n);
    g.call.fd_filestat_set_size?.(3, 0n);
    g.call.fd_filestat_set_size?.(g.open('file', { rights: 2 }), 0n);
    g.call.fd_filestat_set_times?.(fd, 1n, 2_000_000_001n, 5);
    g.call.fd_filestat_set_times?.(fd, 0n, 0n, 0);
    g.call.fd_filestat_set_times?.(fd, 0n, 0n, 10);
    g.call.fd_filestat_set_times?.(fd, 0n, 0n, 3);
    g.call.fd_filestat_set_times?.(fd, 0n, 0n, 12);
    g.call.fd_filestat_set_times?.(fd, 0n, 0n, 16);
    g.call.fd_filestat_set_times?.(3, 0n, 0n, 5);
    g.call.fd_filestat_set_times?.(99, 0n, 0n, 5);
    g.call.fd_filestat_set_times?.(g.open('file', { rights: 2 }), 0n, 0n, 5);
  });

  golden('fd_allocate', (g) => {
    const fd = g.open('new', { oflags: 1 });
    g.call.fd_allocate?.(fd, 0n, 100n);
    g.call.fd_allocate?.(fd, 10n, 10n);
    g.call.fd_filestat_get?.(fd, buffer);
    g.call.fd_allocate?.(fd, 90n, 20n);
    g.call.fd_filestat_get?.(fd, buffer);
    g.call.fd_allocate?.(fd, 0n, 0n);
    g.call.fd_allocate?.(fd, -1n, 1n);
    g.call.fd_allocate?.(fd, 0x7fff_ffff_ffff_ffffn, 0x7fff_ffff_ffff_ffffn);
    g.call.fd_allocate?.(3, 0n, 1n);
    g.call.fd_allocate?.(99, 0n, 1n);
    g.call.fd_allocate?.(g.open('new', { rights: 2 }), 0n, 1n);
  });

  golden('fd_advise', (g) => {
    const fd = g.open('file');
    for (const advice of [0, 1, 2, 3, 4, 5, 6, -1]) g.call.fd_advise?.(fd, 0n, 10n, advice);
    g.call.fd_advise?.(fd, -1n, 10n, 0);
    g.call.fd_advise?.(fd, 0n, -1n, 0);
    g.call.fd_advise?.(3, 0n, 10n, 0);
    g.call.fd_advise?.(99, 0n, 10n, 0);
    g.call.fd_advise?.(g.open('file', { rights: 2 }), 0n, 10n, 0);
  });

  golden('fd_sync', (g) => {
    const fd = g.open('file');
    g.call.fd_sync?.(fd);
    g.call.fd_datasync?.(fd);
    g.call.fd_sync?.(3);
    g.call.fd_datasync?.(3);
    g.call.fd_sync?.(99);
    g.call.fd_datasync?.(99);
    const plain = g.open('file', { rights: 2 });
    g.call.fd_sync?.(plain);
    g.call.fd_datasync?.(plain);
  });

  golden('fd_fdstat', (g) => {
    g.call.fd_fdstat_get?.(3, buffer);
    const fd = g.open('file', { inheriting: 0, fdflags: 1 });
    g.call.fd_fdstat_get?.(fd, buffer);
    g.call.fd_fdstat_get?.(g.open('dir', { rights: dirRights }), buffer);
    g.call.fd_fdstat_get?.(g.open('file', { rights: allRights, fdflags: 31 }), buffer);
    g.call.fd_fdstat_get?.(fd, outside);
    g.call.fd_fdstat_get?.(99, buffer);
    g.call.fd_fdstat_set_flags?.(fd, 5);
    g.call.fd_fdstat_get?.(fd, buffer);
    g.call.fd_fdstat_set_flags?.(fd, 0);
    g.call.fd_fdstat_set_flags?.(fd, 2);
    g.call.fd_fdstat_set_flags?.(fd, 8);
    g.call.fd_fdstat_set_flags?.(fd, 16);
    g.call.fd_fdstat_set_flags?.(fd, 32);
    g.call.fd_fdstat_set_flags?.(3, 4);
    g.call.fd_fdstat_set_flags?.(99, 0);
    g.call.fd_fdstat_set_flags?.(g.open('file', { rights: 2 }), 0);
    g.call.fd_fdstat_set_rights?.(fd, 6n, 0n);
    g.call.fd_fdstat_get?.(fd, buffer);
    g.call.fd_fdstat_set_rights?.(fd, 0x46n, 0n);
    g.call.fd_fdstat_set_rights?.(fd, 6n, 1n);
    g.call.fd_fdstat_set_rights?.(fd, -1n, 0n);
    g.call.fd_fdstat_set_rights?.(99, 0n, 0n);
  });

  golden('fd_close', (g) => {
    const fd = g.open('file');
    g.call.fd_close?.(fd);
    g.call.fd_close?.(fd);
    g.call.fd_close?.(-1);
    g.open('file');
    g.call.fd_close?.(3);
    g.call.fd_prestat_get?.(3, buffer);
    g.call.fd_close?.(0);
    g.call.fd_fdstat_get?.(0, buffer);
  });

  golden('fd_renumber', (g) => {
    const [from, to] = [g.open('file'), g.open('dir/inner')];
    g.call.fd_renumber?.(from, to);
    g.call.fd_read?.(to, ...putIovecs(g, [buffer, 5]), result);
    g.call.fd_close?.(from);
    g.call.fd_renumber?.(to, to);
    g.call.fd_renumber?.(to, from);
    g.call.fd_renumber?.(99, to);
    g.call.fd_renumber?.(to, -1);
    g.call.fd_renumber?.(3, to);
    g.call.fd_prestat_get?.(to, buffer);
    g.call.fd_prestat_get?.(3, buffer);
  });

  golden('fd_prestat', (g) => {
    g.call.fd_prestat_get?.(3, buffer);
    g.call.fd_prestat_dir_name?.(3, buffer, 1);
    g.call.fd_prestat_dir_name?.(3, buffer, 10);
    g.call.fd_prestat_dir_name?.(3, buffer, 0);
    g.call.fd_prestat_dir_name?.(3, outside, 1);
    g.call.fd_prestat_get?.(3, outside + 1);
    for (const fd of [0, 4, 99, -1, g.open('dir', { rights: dirRights })]) {
      g.call.fd_prestat_get?.(fd, buffer);
      g.call.fd_prestat_dir_name?.(fd, buffer, 10);
    }
  });

  golden('fd_readdir', (g) => {
    const dir = g.open('dir', { rights: dirRights });
    g.call.fd_readdir?.(dir, buffer, 1024, 0n, result);
    g.call.fd_readdir?.(dir, buffer, 0, 0n, result);
    g.call.fd_readdir?.(dir, buffer, 10, 0n, result);
    g.call.fd_readdir?.(dir, buffer, 1024, -1n, result);
    g.call.fd_readdir?.(dir, outside, 1024, 0n, result);
    g.call.fd_readdir?.(dir, buffer, 1024, 0n, outside + 5);
    g.call.fd_readdir?.(99, buffer, 1024, 0n, result);
    g.call.fd_readdir?.(g.open('file'), buffer, 1024, 0n, result);
    g.call.fd_readdir?.(g.open('dir', { rights: 2 }), buffer, 1024, 0n, result);
  });
});
