/** Reading and writing cgroup files, and what a refusal of the kernel means to the user. */
import { closeSync, constants, writeSync } from 'node:fs';
import type { CgroupReason, CgroupRefusal } from './cgroup.ts';
import { cgroupFs } from './cgroup-fs.ts';

/** What was written since it was begun; null: nobody asks. */
let journal: [path: string, value: string][] | null = null;

/** Every write that the kernel took while `act` ran. */
export function journaled<T>(act: () => T): { result: T; writes: readonly (readonly [path: string, value: string])[] } {
  const writes: [string, string][] = [];
  journal = writes;
  try {
    return { result: act(), writes };
  } finally {
    journal = null;
  }
}

/** Without O_CREAT, or a file that this kernel lacks answers EACCES instead of ENOENT. */
export function writeControl(path: string, value: string): void {
  const fd = cgroupFs.open(path, constants.O_WRONLY);
  try {
    writeSync(fd, value);
    journal?.push([path, value]);
  } finally {
    closeSync(fd);
  }
}

/** Null when the file does not exist: controllers come and go with kernels and delegation. */
export function readControl(path: string): string | null {
  try {
    return cgroupFs.readText(path);
  } catch (error) {
    // ENODEV: the group was removed while the file was open.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENODEV') return null;
    throw error;
  }
}

/** A file with one number; `max` and what is absent are null. */
export function readNumber(path: string): number | null {
  const text = readControl(path);
  const number = text === null ? Number.NaN : Number(text);
  return Number.isNaN(number) ? null : number;
}

/** A file of `key value` lines. */
export function readKeyed(path: string): ReadonlyMap<string, number> {
  const pairs = new Map<string, number>();
  for (const line of (readControl(path) ?? '').split('\n')) {
    const space = line.indexOf(' ');
    if (space !== -1) pairs.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return pairs;
}

export function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}

/** For a call that may find its work already done by someone else. */
export function ignoring(codes: readonly string[], act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (!codes.includes(errorCode(error))) throw error;
    return false;
  }
}

const fixes: Readonly<Record<CgroupReason, string>> = {
  'no-cgroupfs': 'mount cgroup2 at /sys/fs/cgroup; in a container, start it with its cgroup file system mounted',
  'not-mounted': 'mount this controller, or boot with cgroup v2',
  'not-delegated': 'start in a scope of your own: systemd-run --user --scope -p Delegate=yes wasmctr …',
  occupied: 'start in a scope of its own: systemd-run --scope -p Delegate=yes wasmctr …',
  permission: 'run as root, or on cgroup v2 with a delegated group',
  'read-only': 'mount the cgroup file system writable, e.g. docker run --privileged or --cgroupns=private with rw',
  'no-device': 'put the files on a file system with one local disk (ext4, xfs)',
  'buffered-writes': 'boot with cgroup v2 and use ext4, xfs, btrfs or f2fs, or limit reads only',
  value: 'choose a value that the kernel and the surrounding group allow',
  kernel: 'use a kernel with this controller',
};

export function refuse(reason: CgroupReason, detail: string): CgroupRefusal {
  return { reason, detail, fix: fixes[reason] };
}

/** The reason behind a failed call on a group's directory or file. */
export function refusalOf(error: unknown, version: 1 | 2, path: string): CgroupRefusal {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  const code = errorCode(error);
  const detail = `${path}: ${code}`;
  if (code === 'EROFS') return refuse('read-only', detail);
  if (code === 'EACCES' || code === 'EPERM') return refuse(version === 2 ? 'not-delegated' : 'permission', detail);
  if (code === 'EINVAL' || code === 'ERANGE' || code === 'ENOSPC') return refuse('value', detail);
  if (code === 'EBUSY') return refuse('occupied', detail);
  return refuse('kernel', detail);
}
