/**
 * Everything a container is given as an open descriptor: its module, directories, tmpfs and listeners, in one list whose
 * positions the plan and the config refer to. The supervisor opens them, sends them, and closes its own copies.
 */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { GuestConfig, PreopenConfig } from '../host/config.ts';
import { mountAttributes, O_CLOEXEC, O_PATH } from '../native/linux.ts';
import type { Native } from '../native/native.ts';
import type { PackRequest } from './components/make-pack.ts';
import { WasmctrError } from './errors.ts';
import { errnoName, pathError } from './kernel-error.ts';
import { openModule } from './module-file.ts';
import type { Broker } from './net/broker-process.ts';
import type { PackOrigin } from './result.ts';
import type { DirSpec, ListenSpec, NetSpec, RunSpec, TmpfsSpec } from './spec.ts';
import type { ForkMode } from './template.ts';

const { MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY } = mountAttributes;

/** What is run, at position 0: a core module, or the pack of a component (host/component/pack.ts). */
export interface ProgramFile {
  bytes: number;
  /** Of a component: where its pack came from. */
  pack: PackOrigin | null;
}

/** Has a component's pack found or made; it takes over the descriptor. */
export type OpenPack = (component: PackRequest) => Promise<{ fd: number; bytes: number; origin: PackOrigin }>;

export interface Grants {
  fds: readonly number[];
  module: ProgramFile;
  preopens: readonly PreopenConfig[];
  listeners: GuestConfig['listeners'];
  /** Of a component with a network. */
  network: { fd: number; broker: Broker } | null;
  imports: GuestConfig['imports'];
  close(): void;
}

export interface GrantContext {
  native: Native;
  mode: ForkMode;
  /** The container's user and group id: what it owns on disk appears as the directory's owner's. */
  id: number;
  /** null: components are handed in as they are, to what makes packs of them. */
  openPack: OpenPack | null;
  /** Starts the network broker of a component, whose pack this is. */
  openBroker: (packFd: number) => Promise<Broker>;
}

/** Inodes of a tmpfs. Attack: a million empty files, each a kilobyte of kernel memory that no size limit counts. */
const tmpfsBytesPerInode = 16 * 1024;

export async function openGrants(spec: RunSpec, context: GrantContext): Promise<Grants> {
  const fds: number[] = [];
  const add = (fd: number): number => fds.push(fd) - 1;
  const close = (): void => {
    for (const fd of fds.splice(0)) closeSync(fd);
  };
  try {
    const module = await openProgram(spec, context, add);
    const listeners = [];
    for (const listen of module.pack === null ? listenersOf(spec) : refuseListeners(spec)) {
      const { openListener } = await import('./listeners.ts');
      listeners.push({ fd: add(await openListener(context.native, listen)) });
    }
    if (spec.dirs.length + spec.tmpfs.length > 0) requireOpenat2(context.native);
    const preopens = spec.mountOrder.map((guest) => {
      const dir = spec.dirs.find((candidate) => candidate.guest === guest);
      const fd = dir ? openDir(dir, dir.host, context) : openTmpfs(tmpfsAt(spec, guest), spec, context);
      return preopen(guest, add(fd), dir?.readOnly ?? false);
    });
    if (spec.workdir !== null) preopens.push(...workdirPreopen(spec, spec.workdir, context, add));
    const imports = spec.importsFd === null ? null : { fd: add(importsSocket(spec.importsFd, module)) };
    const broker = module.pack !== null && usesNetwork(spec.net) ? await context.openBroker(fds[0] ?? -1) : null;
    const network = broker && { fd: add(broker.channelFd), broker };
    return { fds, module, preopens, listeners, network, imports, close };
  } catch (error) {
    close();
    throw error;
  }
}

export function usesNetwork({ mode, allow, publish }: NetSpec): boolean {
  return mode === 'host' || allow.length > 0 || publish.length > 0;
}

/** WASI 0.2 has no inherited sockets: a flag without effect would pass for one that works. */
function refuseListeners({ file, listen }: RunSpec): [] {
  if (listen.length === 0) return [];
  throw new WasmctrError('usage', `can't listen for a component: ${file}: it binds itself`, 'use --publish');
}

/** A WASI 0.1 module can't bind: its published ports come as listeners do. Nor can it connect. */
function listenersOf({ file, listen, net }: RunSpec): readonly ListenSpec[] {
  if (net.mode === 'host' || net.allow.length > 0) {
    const message = `can't give a core module a network: ${file}: WASI 0.1 has no connect`;
    throw new WasmctrError('usage', message, 'use --listen or --publish, or compile to a component');
  }
  const published = net.publish.map(({ host, hostPort, protocol }) => {
    if (protocol === 'tcp') return { host, port: hostPort };
    throw new WasmctrError(
      'usage',
      `can't publish: ${host}:${hostPort}: WASI 0.1 has no UDP`,
      'compile to a component',
    );
  });
  return [...listen, ...published];
}

async function openProgram(
  { file, bestEffort }: RunSpec,
  { native, openPack }: GrantContext,
  add: (fd: number) => number,
): Promise<ProgramFile> {
  const { fd, bytes, isComponent } = await openModule(native, file);
  if (!isComponent || openPack === null) {
    add(fd);
    return { bytes, pack: null };
  }
  const pack = await openPack({ fd, bytes, file, bestEffort });
  add(pack.fd);
  return { bytes: pack.bytes, pack: pack.origin };
}

/** The caller's own descriptor: ours from now on. */
function importsSocket(fd: number, { pack }: ProgramFile): number {
  if (pack === null) {
    throw new WasmctrError('usage', "functions can't be provided to a core module", 'imports are for components');
  }
  try {
    if (fstatSync(fd).isSocket()) return fd;
  } catch (error) {
    const hint = 'give a descriptor that is open';
    throw new WasmctrError('usage', `can't use --imports-fd: ${fd}: ${errnoName(error) ?? 'EBADF'}`, hint);
  }
  throw new WasmctrError('usage', `can't use --imports-fd: ${fd}: ENOTSOCK`, 'give a Unix stream socket');
}

/** A path walk of our own would race with renames: no openat2, no directories. */
function requireOpenat2(native: Native): void {
  if (native.hasOpenat2()) return;
  const message = "can't grant directories: openat2: ENOSYS";
  throw new WasmctrError('enforcement', message, 'a kernel from 5.6 on, whose filters let openat2 through, is needed');
}

const preopen = (guestPath: string, fd: number, readOnly: boolean): PreopenConfig => ({ guestPath, fd, readOnly });

/** A directory as a mount of its own: the kernel enforces its attributes and its id map, and `..` ends at its root. */
function openDir(dir: DirSpec, path: string, { native, mode, id }: GrantContext): number {
  const fd = openDirectory(path);
  if (mode !== 'root') return fd;
  const attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | (dir.readOnly ? MOUNT_ATTR_RDONLY : 0);
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

function openTmpfs(tmpfs: TmpfsSpec, spec: RunSpec, { native, mode, id }: GrantContext): number {
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
  context: GrantContext,
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
