import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import { errno } from '../../../host/kernel/errno.ts';
import { filetypeOf, wasiErrno, wasiErrnoNames } from '../../../host/p1/abi.ts';
import { fileKinds } from '../../../native/data.ts';

describe('errno', () => {
  test('has the numbers of this system', () => {
    const known = Object.entries(errno).filter(([name]) => name in constants.errno);
    expect(known.length).toBeGreaterThan(60);
    for (const [name, number] of known) expect([name, number]).toEqual([name, constants.errno[name as 'EPERM']]);
  });

  test('maps each name to the same name of WASI', () => {
    for (const [name, number] of Object.entries(errno)) {
      const expected = { SUCCESS: 'SUCCESS', EOPNOTSUPP: 'ENOTSUP' }[name] ?? name;
      expect(wasiErrnoNames[wasiErrno(-number)]).toBe(expected);
    }
  });

  test('what WASI has no number for is EIO, counts are success', () => {
    for (const number of [41, 61, 524, 999, 1001, 1e9]) expect(wasiErrnoNames[wasiErrno(-number)]).toBe('EIO');
    for (const count of [0, 1, 2 ** 40]) expect(wasiErrno(count)).toBe(0);
  });

  test('has the specification’s numbers', () => {
    const numbers = {
      E2BIG: 1,
      EBADF: 8,
      EEXIST: 20,
      EINVAL: 28,
      ENOENT: 44,
      ENOTDIR: 54,
      ENOTSUP: 58,
      ENOTCAPABLE: 76,
    };
    for (const [name, number] of Object.entries(numbers)) expect(wasiErrnoNames[number]).toBe(name);
    expect(wasiErrnoNames.length).toBe(77);
  });

  test('a terminal is a character device to WASI', () => {
    expect(filetypeOf(fileKinds.terminal)).toBe(2);
    expect(filetypeOf(fileKinds.regularFile)).toBe(4);
  });
});
