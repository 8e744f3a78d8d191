/** Directories and tmpfs, each as a mount of its own, and what a working directory takes. */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { PreopenConfig } from '../host/config.ts';
import { mountAttributes, O_CLOEXEC, O_PATH } from '../native/linux.ts';
import type { Native } from '../native/native.ts';
import { WasmctrError } from './errors.ts';
import type { GrantContext } from './grants.ts';
import { errnoName, pathError } from './kernel-error.ts';
import type { DirSpec, RunSpec, TmpfsSpec } from './spec.ts';

const { MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY } = mountAttributes;

type MountContext = Pick<GrantContext, 'native' | 'mode' | 'id'>;

/** Inodes of a tmpfs. Attack: a million empty files, each a kilobyte of kernel memory that no size limit counts. */
const tmpfsBytesPerInode = 16 * 1024;

/** In the order of the guest's descriptors; `add` takes over each one opened. */
export function openMounts(spec: RunSpec, context: MountContext, add: (fd: number) => number): PreopenConfig[] {
  if (spec.dirs.length + spec.tmpfs.length > 0) requireOpenat2(context.native);
  const preopens = spec.mountOrder.map((guest) => {
    const dir = spec.dirs.find((candidate) => candidate.guest === guest);
    const fd = dir ? openDir(dir, dir.host, context) : openTmpfs(tmpfsAt(spec, guest), spec, context);
    return preopen(guest, add(fd), dir?.readOnly ?? false);
  });
  if (spec.workdir !== null) preopens.push(...workdirPreopen(spec, spec.workdir, context, add));
  return preopens;
}

/** A path walk of our own would race with renames: no openat2, no directories. */
function requireOpenat2(native: Native): void {
  if (native.hasOpenat2()) return;
  const message = "can't grant directories: openat2: ENOSYS";
  throw new WasmctrError('enforcement', message, 'a kernel from 5.6 on, whose filters let openat2 through, is needed');
}

const preopen = (guestPath: string, fd: number, readOnly: boolean): PreopenConfig => ({ guestPath, fd, readOnly });

export function mountAttributesOf({ readOnly }: DirSpec): number {
  return MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | (readOnly ? MOUNT_ATTR_RDONLY : 0);
}

/** A directory as a mount of its own: the kernel enforces its attributes and its id map, and `..` ends at its root. */
function openDir(dir: DirSpec, path: string, { native, mode, id }: MountContext): number {
  const fd = openDirectory(path);
  if (mode !== 'root') return fd;
  const attributes = mountAttributesOf(dir);
  try {
    const { uid, gid } = fstatSync(fd);
    const usernsFd = native.idmapNamespace(`${uid} ${id} 1`, `${gid} ${id} 1`);
    try {
      return cloneMapped(native, fd, { attributes, usernsFd });
    } finally {
      native.close(usernsFd);
    }
  } catch (error) {
    const hint = 'this file system may not support id-mapped mounts; use a directory on another one';
    throw new WasmctrError('enforcement', `can't mount: ${path}: ${errnoName(error) ?? 'EIO'}`, hint, { cause: error });
  } finally {
    closeSync(fd);
  }
}

/** With what is mounted beneath; without it where one of those can't be id-mapped (/proc beneath /): it stays out of reach. */
function cloneMapped(native: Native, fd: number, options: { attributes: number; usernsFd: number }): number {
  try {
    return native.cloneTree(fd, { recursive: 1, ...options });
  } catch (error) {
    if (errnoName(error) !== 'EINVAL') throw error;
    return native.cloneTree(fd, { recursive: 0, ...options });
  }
}

function openDirectory(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | O_CLOEXEC);
  } catch (error) {
    // A directory that may be entered but not listed is still worth granting.
    if (errnoName(error) === 'EACCES') return openSearchOnly(path);
    throw pathError('path', "can't open the directory", path, error);
  }
}

function openSearchOnly(path: string): number {
  try {
    return openSync(path, O_PATH | constants.O_DIRECTORY | O_CLOEXEC);
  } catch (error) {
    throw pathError('path', "can't open the directory", path, error);
  }
}

function tmpfsAt(spec: RunSpec, guest: string): TmpfsSpec {
  const tmpfs = spec.tmpfs.find((candidate) => candidate.guest === guest);
  if (tmpfs === undefined) throw new Error(`nothing is mounted at ${guest}`);
  return tmpfs;
}

function openTmpfs(tmpfs: TmpfsSpec, spec: RunSpec, { native, mode, id }: MountContext): number {
  if (mode !== 'root') {
    const hint = 'run as root, or give a directory with --dir';
    throw new WasmctrError('enforcement', `can't mount a tmpfs: ${tmpfs.guest}: EPERM`, hint);
  }
  const sizeBytes = tmpfs.sizeBytes ?? spec.limits.diskBytes;
  const inodes = Math.max(16, Math.ceil(sizeBytes / tmpfsBytesPerInode));
  return native.tmpfs({ sizeBytes, inodes, uid: id, gid: id, mode: '0755' });
}

/**
 * WASI 0.1 has no working directory, and few libraries ask WASI 0.2 for its own (initial-cwd). What all of them have is
 * a preopen called ".". It is the directory beneath the mount that holds the path, opened a second time.
 */
function workdirPreopen(
  spec: RunSpec,
  workdir: string,
  context: MountContext,
  add: (fd: number) => number,
): PreopenConfig[] {
  if (spec.dirs.some((dir) => dir.guest === '.')) return [];
  const inside = (guest: string): boolean => guest === '/' || workdir === guest || workdir.startsWith(`${guest}/`);
  const holder = spec.dirs.filter((dir) => inside(dir.guest)).sort((a, b) => b.guest.length - a.guest.length)[0];
  if (holder === undefined) {
    if (spec.tmpfs.some((tmpfs) => inside(tmpfs.guest))) return [];
    throw new WasmctrError('path', `no such working directory: ${workdir}: ENOENT`, 'grant it with --dir HOST::GUEST');
  }
  const rest = workdir.slice(holder.guest === '/' ? 1 : holder.guest.length + 1);
  const path = rest === '' ? holder.host : `${holder.host}/${rest}`;
  return [preopen('.', add(openDir(holder, path, context)), holder.readOnly)];
}
