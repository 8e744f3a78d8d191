/** What the canonical ABI asks of every function of wasi:filesystem: wrong handles, pointers and strings trap. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ErrnoName, errno } from '../../../host/kernel/errno.ts';
import { witTables } from '../../../host/p2/abi.generated.ts';
import { errorCodeOf } from '../../../host/p2/filesystem-error-code.ts';
import { errorCodes } from './filesystem.ts';
import { type Argument, onDirectory, onFile } from './filesystem-calls.ts';
import { outside, pathAt, result } from './guest.ts';
import { planted } from './tree.ts';

const types = 'wasi:filesystem/types';
const all = { ...onFile, ...onDirectory };

/** Where a path's pointer stands among the arguments. */
const pathsIn = (args: readonly Argument[]): number[] => args.flatMap((value, i) => (value === pathAt ? [i] : []));

test('the tables above have every method', () => {
  const methods = Object.keys(witTables[types] ?? {}).filter((name) => name.startsWith('[method]descriptor.'));
  const named = [...Object.keys(all), 'is-same-object'].map((name) => `[method]descriptor.${name}`);
  expect(named.sort()).toEqual(methods.sort());
});

describe.each(Object.entries(all))('%s', (name, args) => {
  const isFile = name in onFile;

  test('on a handle that is none', () => {
    const { guest } = planted();
    for (const handle of [0, 99, -1, 0x4000_0000, 0x7fff_ffff]) {
      expect(() => guest.try(name, 8, handle, ...args)).toThrow(WebAssembly.RuntimeError);
    }
    const file = guest.open('file');
    guest.closeDescriptor(file);
    expect(() => guest.try(name, 8, file, ...args)).toThrow(/unknown handle index/);
  });

  test('with a place for the result that is none: nothing is done', () => {
    const { guest, folder } = planted();
    guest.path('made');
    const handle = isFile ? guest.open('file', { flags: ['write'] }) : guest.root;
    const before = readdirSync(folder);
    for (const at of [outside, -1, 0x40_0000 - 1]) {
      expect(() => guest.call(types, `[method]descriptor.${name}`, handle, ...args, at)).toThrow(
        WebAssembly.RuntimeError,
      );
    }
    expect(readdirSync(folder)).toEqual(before);
    expect(guest.stat(guest.open('file'))).toMatchObject({ size: 13n });
  });

  test('on the other kind of descriptor', () => {
    const { guest } = planted();
    guest.path('made');
    const refused = isFile ? guest.try(name, 4, guest.root, ...args) : guest.try(name, 4, guest.open('file'), ...args);
    const anyKind = ['sync-data', 'sync', 'get-flags', 'get-type', 'set-times', 'stat', 'metadata-hash'];
    if (anyKind.includes(name)) expect(refused).toBe('ok');
    else expect(refused).not.toBe('ok');
  });

  test.runIf(!isFile && pathsIn(args).length > 0)('with a path that is no string', () => {
    const { guest } = planted();
    for (const at of pathsIn(args)) {
      const withPath = (pointer: number, bytes: number): (() => string) => {
        guest.path('file');
        return () => guest.try(name, 8, guest.root, ...args.with(at, pointer).with(at + 1, bytes));
      };
      expect(withPath(outside, 16)).toThrow(/outside of memory/);
      expect(withPath(pathAt, -1)).toThrow(/outside of memory/);
      // Neither a lone surrogate, an overlong form, nor half a character is UTF-8.
      for (const bytes of [[0xff], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0x66, 0xc3]]) {
        guest.put(0x5000, Uint8Array.from(bytes));
        expect(withPath(0x5000, bytes.length)).toThrow(/not valid UTF-8/);
      }
    }
  });
});

test('is-same-object on a handle that is none', () => {
  const { guest } = planted();
  const isSame = (a: number, b: number): unknown => guest.call(types, '[method]descriptor.is-same-object', a, b);
  expect(() => isSame(guest.root, 99)).toThrow(/unknown handle/);
  expect(() => isSame(99, guest.root)).toThrow(/unknown handle/);
});

test('a path that is no string traps where nobody looks at it, too', () => {
  const { guest } = planted({ readOnly: true });
  guest.put(0x5000, Uint8Array.of(0xff));
  expect(() => guest.try('create-directory-at', 1, guest.root, 0x5000, 1)).toThrow(/not valid UTF-8/);
  expect(() => guest.try('create-directory-at', 1, guest.open('file'), 0x5000, 1)).toThrow(/not valid UTF-8/);
  const handle = guest.open('file');
  expect(() => guest.try('open-at', 4, handle, 0, 0x5000, 1, 0, 1)).toThrow(/not valid UTF-8/);
});

test('read-directory-entry on a handle that is none, or with a bad place for the result', () => {
  const { guest } = planted();
  const name = '[method]directory-entry-stream.read-directory-entry';
  expect(() => guest.try(name, 4, 99)).toThrow(/unknown handle/);
  const stream = guest.readDirectory(guest.root) as number;
  expect(() => guest.call(types, name, stream, outside)).toThrow(/outside of memory/);
  expect(() => guest.call(types, name, stream, result + 1)).toThrow(/not aligned/);
  guest.drop(types, 'directory-entry-stream', stream);
  expect(() => guest.nextEntry(stream)).toThrow(/unknown handle/);
});

test('dropping twice traps', () => {
  const { guest } = planted();
  const file = guest.open('file');
  guest.closeDescriptor(file);
  expect(() => guest.closeDescriptor(file)).toThrow(/unknown handle/);
});

test('error codes have the names of their errnos', () => {
  const special: Record<string, ErrnoName> = {
    access: 'EACCES',
    'would-block': 'EAGAIN',
    'bad-descriptor': 'EBADF',
    deadlock: 'EDEADLK',
    quota: 'EDQUOT',
    'file-too-large': 'EFBIG',
    'illegal-byte-sequence': 'EILSEQ',
    'in-progress': 'EINPROGRESS',
    interrupted: 'EINTR',
    invalid: 'EINVAL',
    'is-directory': 'EISDIR',
    'too-many-links': 'EMLINK',
    'message-size': 'EMSGSIZE',
    'no-device': 'ENODEV',
    'no-entry': 'ENOENT',
    'no-lock': 'ENOLCK',
    'insufficient-memory': 'ENOMEM',
    'insufficient-space': 'ENOSPC',
    'not-directory': 'ENOTDIR',
    'not-recoverable': 'ENOTRECOVERABLE',
    unsupported: 'EOPNOTSUPP',
    'no-such-device': 'ENXIO',
    'not-permitted': 'EPERM',
    'read-only': 'EROFS',
    'invalid-seek': 'ESPIPE',
    'text-file-busy': 'ETXTBSY',
    'cross-device': 'EXDEV',
  };
  for (const [code, name] of errorCodes.entries()) {
    const plain = `E${name.replaceAll('-', '').toUpperCase()}` as ErrnoName;
    const expected = special[name] ?? plain;
    expect([name, errorCodeOf(-errno[expected])]).toEqual([name, code]);
  }
  const nameOf = (number: number): string | undefined => errorCodes[errorCodeOf(-number)];
  expect(nameOf(errno.ENOTCAPABLE)).toBe('not-permitted');
  expect(nameOf(errno.ENOSYS)).toBe('unsupported');
  expect(nameOf(errno.EMFILE)).toBe('insufficient-memory');
  for (const other of [errno.ECHILD, errno.ENOTSOCK, 999, 4000]) expect(nameOf(other)).toBe('io');
});
