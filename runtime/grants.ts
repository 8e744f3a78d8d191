/**
 * Everything a container is given as an open descriptor: its module, directories, tmpfs and listeners, in one list whose
 * positions the plan and the config refer to. The supervisor opens them, sends them, and closes its own copies.
 */
import { closeSync, fstatSync } from 'node:fs';
import type { GuestConfig, PreopenConfig } from '../host/config.ts';
import type { Native } from '../native/native.ts';
import type { PackRequest } from './components/make-pack.ts';
import type { OpenedPack } from './components/open-pack.ts';
import { WasmctrError } from './errors.ts';
import { openMounts } from './grants-mounts.ts';
import type { FindCode, FoundCode, ProgramToWarm } from './kept-code/find.ts';
import { smallModuleBytes } from './kept-code/small.ts';
import { errnoName } from './kernel-error.ts';
import { openModule } from './module-file.ts';
import type { Broker } from './net/broker-process.ts';
import type { PackOrigin } from './result.ts';
import type { ListenSpec, NetSpec, RunSpec } from './spec.ts';
import type { ForkMode } from './template.ts';

/** What is run, at position 0: a core module, or the pack of a component (host/component/pack.ts). */
export interface ProgramFile {
  bytes: number;
  /** Of a component: where its pack came from. */
  pack: PackOrigin | null;
  /** Of its entry in the cache, if it was there. */
  packName: string | null;
  /** Its machine code, and where it stands in the list. */
  code: (FoundCode & { position: number }) | null;
}

/** Has a component's pack found or made; it takes over the descriptor. */
export type OpenPack = (component: PackRequest) => Promise<OpenedPack>;

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
  /** null: no code is kept. */
  findCode: FindCode | null;
}

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
    const preopens = openMounts(spec, context, add);
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
  spec: RunSpec,
  { native, openPack, findCode }: GrantContext,
  add: (fd: number) => number,
): Promise<ProgramFile> {
  const { file, bestEffort } = spec;
  const { fd, bytes, isComponent, isNamed } = await openModule(native, file);
  if (!isComponent || openPack === null) {
    add(fd);
    const isCodeKept = isNamed && isWarmable(bytes);
    return {
      bytes,
      pack: null,
      packName: null,
      code: isCodeKept ? await codeOf({ fd, bytes, pack: null }, spec, findCode, add) : null,
    };
  }
  const pack = await openPack({ fd, bytes, file, bestEffort });
  add(pack.fd);
  const { entry, origin } = pack;
  const packed = { fd: pack.fd, bytes: pack.bytes, pack: entry };
  const code = entry && (await codeOf(packed, spec, findCode, add));
  return { bytes: pack.bytes, pack: origin, packName: entry?.name ?? null, code };
}

/** A big one that became so while it was opened runs under flags that are not for it. */
function isWarmable(bytes: number): boolean {
  return bytes <= smallModuleBytes || !process.execArgv.includes('--no-liftoff');
}

async function codeOf(
  program: Pick<ProgramToWarm, 'fd' | 'bytes' | 'pack'>,
  { file, limits: { memoryBytes }, warm, bestEffort }: RunSpec,
  findCode: FindCode | null,
  add: (fd: number) => number,
): Promise<ProgramFile['code']> {
  if (findCode === null || warm === 'never') return null;
  const found = await findCode({ ...program, file, memoryBytes, refresh: warm === 'again', bestEffort });
  return { ...found, position: found.stored === null ? -1 : add(found.stored.fd) };
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
