/** wasi:filesystem/types' error-code, from Linux's errnos. */
import { type ErrnoName, errno } from '../kernel/errno.ts';
import type { GuestMemory } from '../kernel/memory.ts';
import type { FilesystemTypes } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { IoError } from './stream-error.ts';

/** In WIT's order. */
const namesInOrder: readonly ErrnoName[] = [
  'EACCES',
  'EAGAIN',
  'EALREADY',
  'EBADF',
  'EBUSY',
  'EDEADLK',
  'EDQUOT',
  'EEXIST',
  'EFBIG',
  'EILSEQ',
  'EINPROGRESS',
  'EINTR',
  'EINVAL',
  'EIO',
  'EISDIR',
  'ELOOP',
  'EMLINK',
  'EMSGSIZE',
  'ENAMETOOLONG',
  'ENODEV',
  'ENOENT',
  'ENOLCK',
  'ENOMEM',
  'ENOSPC',
  'ENOTDIR',
  'ENOTEMPTY',
  'ENOTRECOVERABLE',
  'EOPNOTSUPP',
  'ENOTTY',
  'ENXIO',
  'EOVERFLOW',
  'EPERM',
  'EPIPE',
  'EROFS',
  'ESPIPE',
  'ETXTBSY',
  'EXDEV',
];

/** Errnos without a code of their own. */
const alike: readonly (readonly [ErrnoName, ErrnoName])[] = [
  ['ENOSYS', 'EOPNOTSUPP'],
  // A path that leads out of its directory (the WIT's first comment).
  ['ENOTCAPABLE', 'EPERM'],
  // Too many open files: the nearest that there is.
  ['EMFILE', 'ENOMEM'],
  ['ENFILE', 'ENOMEM'],
];

/** By Linux's number; all others are `io`. */
const codes: Uint8Array = makeCodes();

function makeCodes(): Uint8Array {
  const table = new Uint8Array(errno.ENOTCAPABLE + 1).fill(namesInOrder.indexOf('EIO'));
  for (const [code, name] of namesInOrder.entries()) table[errno[name]] = code;
  for (const [name, like] of alike) table[errno[name]] = namesInOrder.indexOf(like);
  return table;
}

/** The error-code for −errno. */
export function errorCodeOf(result: number): number {
  return codes[-result] ?? codes[errno.EIO] ?? 0;
}

/** `result<…, error-code>` at `at`, whose payload begins at +`payload`: tells whether it is ok, and stores the error. */
export function storeOutcome(memory: GuestMemory, at: number, payload: number, result: number): boolean {
  if (result >= 0) {
    memory.setU8(at, 0);
    return true;
  }
  memory.setU8(at, 1);
  memory.setU8(at + payload, errorCodeOf(result));
  return false;
}

export function errorCodeFunctions({ resources }: Context): Pick<FilesystemTypes, 'filesystem-error-code'> {
  return {
    /** option<error-code> */
    'filesystem-error-code': (lower) => (handle, result) => {
      const at = returnPointer(lower, result, 2, 1);
      const error = resources.get(lower.tables.error, handle, IoError);
      lower.memory.setU8(at, error.errno === 0 ? 0 : 1);
      if (error.errno !== 0) lower.memory.setU8(at + 1, errorCodeOf(-error.errno));
    },
  };
}
