import { describe, expect, test } from 'vitest';
import { parseDir, parseGuestPath, parseTmpfs, parseVolume } from '../../runtime/options-paths.ts';

const dir = (host: string, guest: string, readOnly = false) => ({ value: { host, guest, readOnly } });

describe('guest paths', () => {
  test.each<[string, string]>([
    ['/', '/'],
    ['/a', '/a'],
    ['/a/', '/a'],
    ['//a///b/./c/', '/a/b/c'],
    ['.', '.'],
    ['./', '.'],
    ['././/', '.'],
    ['/..a/...', '/..a/...'],
  ])('%s is %s', (raw, value) => expect(parseGuestPath(raw)).toEqual({ value }));
  test.each<[unknown, string]>([
    ['data', '(/data) or "."'],
    ['./data', '(/data) or "."'],
    ['..', 'without ".."'],
    ['/a/..', 'without ".."'],
    ['/../a', 'without ".."'],
    ['/a\0', 'a guest path'],
    ['', 'a guest path'],
    [null, 'a guest path'],
    [`/${'a'.repeat(4096)}`, 'below 4096 bytes'],
    [`/${'\u00e9'.repeat(2048)}`, 'below 4096 bytes'],
  ])('%j is refused', (raw, expected) =>
    expect(parseGuestPath(raw)).toEqual({ expected: expect.stringContaining(expected) }),
  );
});

describe('--dir HOST[::GUEST][:ro]', () => {
  test.each<[unknown, object]>([
    ['.', dir('.', '.')],
    ['./', dir('./', '.')],
    ['.:ro', dir('.', '.', true)],
    ['/', dir('/', '/')],
    ['data', dir('data', '/data')],
    ['./a/b/', dir('./a/b/', '/a/b')],
    ['/srv/data', dir('/srv/data', '/srv/data')],
    ['a::/b', dir('a', '/b')],
    ['a::/b:ro', dir('a', '/b', true)],
    ['a::/b:rw', dir('a', '/b')],
    ['a::.', dir('a', '.')],
    ['../a::/b', dir('../a', '/b')],
    // Single colons belong to the path, as in wasmtime.
    ['a:b', dir('a:b', '/a:b')],
    ['a:b::/c:d', dir('a:b', '/c:d')],
    ['a:ro::/c', dir('a:ro', '/c')],
    ['a:rox', dir('a:rox', '/a:rox')],
    [{ host: '/a::b', guest: '/c', readOnly: true }, dir('/a::b', '/c', true)],
    [{ host: 'a:ro' }, dir('a:ro', '/a:ro')],
  ])('%j', (raw, parsed) => expect(parseDir(raw)).toEqual(parsed));
  test.each<[unknown, string]>([
    ['', 'HOST[::GUEST][:ro]'],
    ['::/a', 'neither of them empty'],
    ['a::', 'neither of them empty'],
    [':ro', 'neither of them empty'],
    ['a::b::c', 'one "::"'],
    ['a::ro', '(/ro) or "."'],
    ['a::b', '(/b) or "."'],
    ['a::/b/../c', 'without ".."'],
    ['../a', 'as in ../a::/data'],
    ['/a/../b', 'as in /a/../b::/data'],
    ['a\0b', 'a path of this machine'],
    [`a${'b'.repeat(5000)}::/c`, 'below 4096 bytes'],
    [5, 'HOST'],
    [null, 'HOST'],
    [['a'], 'HOST'],
    [{ host: 'a', gest: '/b' }, '"guest": PATH'],
    [{ host: 'a', readOnly: 'yes' }, '"readOnly": true or false'],
    [{ host: 'a', guest: null }, '"guest": PATH'],
    [{ guest: '/a' }, '"host": PATH'],
    [{ host: '../a' }, 'without ".."'],
  ])('%j is refused', (raw, expected) =>
    expect(parseDir(raw)).toEqual({ expected: expect.stringContaining(expected) }),
  );
});

describe('-v HOST:GUEST[:ro]', () => {
  test.each<[string, object]>([
    ['/a:/b', dir('/a', '/b')],
    ['/a:/b:ro', dir('/a', '/b', true)],
    ['/a:/b:rw', dir('/a', '/b')],
    ['./a:/b', dir('./a', '/b')],
    ['../a:/b', dir('../a', '/b')],
    ['.:/b', dir('.', '/b')],
    ['..:/b', dir('..', '/b')],
    ['/:/host', dir('/', '/host')],
  ])('%s', (raw, parsed) => expect(parseVolume(raw)).toEqual(parsed));
  test.each<[unknown, string]>([
    ['data:/data', 'there are no named volumes: ./data is the folder'],
    ['.data:/data', 'there are no named volumes'],
    ['/data', 'use --tmpfs GUEST'],
    ['/a:b:/c', 'use --dir HOST::GUEST'],
    ['/a:/b:z', 'no other colon or mode'],
    ['/a:/b:ro:ro', 'no other colon or mode'],
    [':/b', 'neither of them empty'],
    ['/a:', 'neither of them empty'],
    ['/a:b', '(/b) or "."'],
    ['/a:/../b', 'without ".."'],
    ['', 'HOST:GUEST'],
    [null, 'HOST:GUEST'],
  ])('%j is refused', (raw, expected) =>
    expect(parseVolume(raw)).toEqual({ expected: expect.stringContaining(expected) }),
  );
});

describe('--tmpfs GUEST[:SIZE]', () => {
  test.each<[unknown, object]>([
    ['/tmp', { value: { guest: '/tmp', sizeBytes: null } }],
    ['/tmp:64MiB', { value: { guest: '/tmp', sizeBytes: 67_108_864 } }],
    ['/tmp:size=64m', { value: { guest: '/tmp', sizeBytes: 67_108_864 } }],
    ['//tmp/:8192', { value: { guest: '/tmp', sizeBytes: 8192 } }],
    [{ guest: '/a:b', size: '1m' }, { value: { guest: '/a:b', sizeBytes: 1_048_576 } }],
    [{ guest: '/a' }, { value: { guest: '/a', sizeBytes: null } }],
    [{ guest: '/a', size: 4096 }, { value: { guest: '/a', sizeBytes: 4096 } }],
  ])('%j', (raw, parsed) => expect(parseTmpfs(raw)).toEqual(parsed));
  test.each<[unknown, string]>([
    ['', 'GUEST[:SIZE]'],
    ['tmp', '(/tmp)'],
    ['.', 'an absolute guest path'],
    ['/tmp:', 'a size such as'],
    ['/tmp:big', 'a size such as'],
    ['/tmp:noexec', 'a size such as'],
    ['/tmp:1', 'at least 4KiB'],
    ['/tmp:-1', 'a size such as'],
    [{ guest: '/a', sise: 1 }, '"size": SIZE'],
    [{ guest: 5 }, 'a guest path'],
    [null, 'GUEST[:SIZE]'],
  ])('%j is refused', (raw, expected) =>
    expect(parseTmpfs(raw)).toEqual({ expected: expect.stringContaining(expected) }),
  );
});
