/** One call of every function that takes a file or a stream: arguments behind `self` and before the result. */
import { bufferAt, pathAt } from './guest.ts';

export type Argument = number | bigint;
export type Calls = Readonly<Record<string, readonly Argument[]>>;

const length = 4;

/** Of descriptor: on a file, or on anything. */
export const onFile: Calls = {
  'read-via-stream': [0n],
  'write-via-stream': [0n],
  'append-via-stream': [],
  advise: [0n, 0n, 0],
  'sync-data': [],
  'get-flags': [],
  'get-type': [],
  'set-size': [0n],
  'set-times': [0, 0n, 0, 0, 0n, 0],
  read: [1n, 0n],
  write: [bufferAt, 1, 0n],
  sync: [],
  stat: [],
  'metadata-hash': [],
};

/** Of descriptor: on a directory; paths are `pathAt`, 4. */
export const onDirectory: Calls = {
  'read-directory': [],
  'create-directory-at': [pathAt, length],
  'stat-at': [0, pathAt, length],
  'set-times-at': [0, pathAt, length, 0, 0n, 0, 0, 0n, 0],
  'link-at': [0, pathAt, length, 1, pathAt, length],
  'open-at': [0, pathAt, length, 0, 1],
  'readlink-at': [pathAt, length],
  'remove-directory-at': [pathAt, length],
  'rename-at': [pathAt, length, 1, pathAt, length],
  'symlink-at': [pathAt, length, pathAt, length],
  'unlink-file-at': [pathAt, length],
  'metadata-hash-at': [0, pathAt, length],
};

export const onInput: Calls = { read: [1n], 'blocking-read': [1n], skip: [1n], 'blocking-skip': [1n] };

export const onOutput: Calls = {
  'check-write': [],
  write: [bufferAt, 1],
  'blocking-write-and-flush': [bufferAt, 1],
  flush: [],
  'blocking-flush': [],
  'write-zeroes': [1n],
  'blocking-write-zeroes-and-flush': [1n],
  splice: [1, 1n],
  'blocking-splice': [1, 1n],
};
