/**
 * Runs what a start runs, against a kernel that is played: V8 then has compiled it. The build keeps that code in the
 * cache beside the bundle, and an image has it in memory.
 */
import { readFileSync } from 'node:fs';
import type { Components } from '../host/component/component.ts';
import type { GuestConfig } from '../host/config.ts';
import { runGuest, warmUp, warmUpCode, warmUpDelivery } from '../host/main.ts';
import { warmUpModule } from '../host/warm-up-module.ts';
import type { Delivery } from '../native/delivery.ts';
import type { Told } from '../native/freeze.ts';
import type { Native } from '../native/native.ts';
import { runCommand } from './cli/command.ts';
import type { CacheContents, RehearsalCache } from './frozen/rehearsal-cache.ts';
import { playContainer, playSupervisor } from './played-kernel.ts';
import { detectCgroups } from './sandbox/cgroup-host.ts';

/** Long enough for a rehearsal; what waits for its timers to be over does not wait longer. */
export const rehearsedTimeoutMs = 250;

const memoryMebibytes = 64;
const limits = ['--timeout', `${rehearsedTimeoutMs}ms`, '--memory', `${memoryMebibytes}MiB`];
const usedFlags = ['--dir', '/::/data:ro', '--env', 'K=V', ...limits];

/** For the build's cache of code, which is for starts without an image. */
export async function warm(native: Native): Promise<void> {
  warmUp(native);
  const supervise = (callerFd: number): Promise<number> =>
    runCommand(native, {
      mode: 'run',
      callerFd,
      openStdio: 0,
      programKind: 'module',
      network: 'offline',
      kind: { frozen: false, detail: '' },
      early: null,
      situationFd: -1,
      programArgument: 0,
      keepsCode: false,
      detectCgroups,
    });
  for (const cgroups of [1, 2] as const) {
    await playSupervisor(native, cgroups, () => withCaller(native, { flags: usedFlags }, supervise));
  }
  await deliver(native, warmUpDelivery(native), null);
}

/** What one of the two processes of a restored start does; `round` tells how, 0 is the plainest way. */
export type Rehearsal = (round: number) => Promise<void>;

export interface RehearsalOptions {
  /** What restored processes do, to their end. */
  run: (told: Told) => Promise<never>;
  /** Makes a cache that runs with `memoryBytes` find something in. */
  openCache: (contents: Pick<CacheContents, 'module' | 'code' | 'memoryBytes'>) => Promise<RehearsalCache | null>;
}

export function rehearsals(
  native: Native,
  { run, openCache }: RehearsalOptions,
): readonly [supervisor: Rehearsal, container: Rehearsal] {
  const byRoot = Number(native.canBecomeOthers());
  const told = (role: 0 | 1 | 2, kind: 0 | 1, argumentsFd: number): Told =>
    Float64Array.of(process.pid, argumentsFd, 0, kind, 0, 1.5, 1, role, 1, -1, -1, byRoot, -1, 0, 0);
  let code: Uint8Array | null = null;
  let cache: Promise<RehearsalCache | null> | null = null;
  const callerWithCache = async (isComponent: boolean): Promise<Caller> => {
    code ??= warmUpCode(native);
    cache ??= openCache({ module: warmUpModule(), code, memoryBytes: memoryMebibytes * 2 ** 20 });
    const made = await cache;
    if (made === null) return { flags: usedFlags };
    return { flags: usedFlags, cacheHome: made.home, file: isComponent ? made.component : made.module };
  };
  const supervise: Rehearsal = async (round) => {
    const isPlain = round % 2 === 0;
    const isComponent = !isPlain && round % 4 === 3;
    const start = (callerFd: number): Promise<never> => run(told(isPlain ? 1 : 0, isComponent ? 1 : 0, callerFd));
    const caller = isPlain ? { flags: [] } : await callerWithCache(isComponent);
    await playSupervisor(native, isPlain ? 1 : 2, () => withCaller(native, caller, start));
  };
  const contain: Rehearsal = async (round) => {
    const isPlain = round % 2 === 0;
    if (!isPlain) code ??= warmUpCode(native);
    const delivery = warmUpDelivery(native, isPlain ? null : code);
    const start = (): Promise<never> => run(told(2, 0, -1));
    await playContainer(native, delivery, start);
    for (const fd of delivery.fds) native.close(fd);
  };
  return [supervise, contain];
}

/** What a component does when it starts (host/component/warm-up.wat), from the pack that the build made of it. */
export async function warmComponent(native: Native, components: Components, packPath: string): Promise<void> {
  const pack = readFileSync(packPath);
  const warmed = warmUpDelivery(native);
  const packFd = native.memfd('warm-up', pack);
  const config = JSON.parse(new TextDecoder().decode(warmed.config)) as GuestConfig;
  const component = { packFd: 0, packBytes: pack.length };
  const bytes = new TextEncoder().encode(JSON.stringify({ ...config, component }));
  await deliver(native, { ...warmed, config: bytes, fds: [packFd] }, components);
  for (const fd of warmed.fds) native.close(fd);
}

/** What a container does beside its guest. */
async function deliver(native: Native, delivery: Delivery, components: Components | null): Promise<void> {
  await playContainer(native, delivery, async () => runGuest(native, delivery, components));
  for (const fd of delivery.fds) native.close(fd);
}

interface Caller {
  flags: readonly string[];
  /** A module without a name when it is absent. */
  file?: string;
  cacheHome?: string;
}

/** Calls `act` with the words of a caller as the launcher hands them over. */
async function withCaller(
  native: Native,
  { flags, file, cacheHome }: Caller,
  act: (fd: number) => Promise<unknown>,
): Promise<void> {
  const module = native.memfd('warm-up', warmUpModule());
  try {
    // Long and short: V8 has several kinds of strings.
    const words = [
      'wasmctr',
      'run',
      ...flags,
      file ?? `/proc/self/fd/${module}`,
      'argument',
      '--an-argument-of-some-length',
    ];
    const env = ['PATH=/usr/local/bin:/usr/bin:/bin', 'HOME=/root', 'LANG=C.UTF-8', 'TERM=xterm-256color'];
    if (cacheHome !== undefined) env.push(`XDG_CACHE_HOME=${cacheHome}`);
    const handedOver = [String(words.length), ...words, ...env, ''].join('\0');
    await act(native.memfd('warm-up', Buffer.from(handedOver)));
  } finally {
    native.close(module);
  }
}
