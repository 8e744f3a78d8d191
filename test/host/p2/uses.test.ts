/** What a guest of WASI 0.2 used of what it was given, for `wasmctr learn`. */
import { expect, test } from 'vitest';
import { result } from './guest.ts';
import { planted } from './tree.ts';

const learn = { stdoutFd: 1 };

test('nobody asks: nothing is noted', () => {
  expect(planted().guest.wasi.uses()).toBe(null);
});

test('directories that are read, written, or left alone', () => {
  const { folder } = planted();
  const dirs = ['/left', '/read', '/written', '/refused'].map((guest) => ({
    host: folder,
    guest,
    readOnly: guest === '/refused',
  }));
  const { guest } = planted({ dirs, learn });
  const [, read = 0, written = 0, refused = 0] = guest.preopens().map(({ handle }) => handle);
  expect(guest.wasi.uses()?.preopens).toEqual(['none', 'none', 'none', 'none']);
  guest.open('file', { dir: read });
  guest.open('file', { dir: written, flags: ['write'] });
  guest.try('create-directory-at', 1, refused, ...guest.path('made'));
  expect(guest.wasi.uses()?.preopens).toEqual(['none', 'read', 'write', 'read']);
});

test('the most files that were open at once, and whether the environment was asked for', () => {
  const { guest } = planted({ learn });
  expect(guest.wasi.uses()).toMatchObject({ files: 4, environment: false });
  const handles = [guest.open('file'), guest.open('dir')];
  for (const handle of handles) guest.closeDescriptor(handle);
  guest.entries(guest.root);
  guest.call('wasi:cli/environment', 'get-environment', result);
  expect(guest.wasi.uses()).toMatchObject({ files: 6, environment: true });
});
