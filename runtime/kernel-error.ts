/** What the kernel answered, as an error for the user. */
import { type ErrorCode, WasmctrError } from './errors.ts';

/** ENAME of a Node or addon error, or null. */
export function errnoName(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

const pathHints: Readonly<Record<string, string>> = {
  ENOENT: 'check the path',
  ENOTDIR: 'give a directory',
  EACCES: 'check the permissions of the path and its parents',
  ELOOP: 'a symbolic link points to itself',
  EMFILE: 'raise ulimit -n',
};

/** `what: on which object: ENAME: likely fix`. */
export function pathError(code: ErrorCode, what: string, path: string, error: unknown): WasmctrError {
  const name = errnoName(error) ?? 'EIO';
  return new WasmctrError(code, `${what}: ${path}: ${name}`, pathHints[name] ?? null, { cause: error });
}
