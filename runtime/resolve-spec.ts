/** Options from the library, `--config` and flags, checked and merged into one frozen RunSpec. Pure: files are read by the caller's function. */
import { WasmctrError } from './errors.ts';
import { maxArgumentBytes, maxListeners, maxMounts, maxNetRules } from './limits.ts';
import { parseEnvFile } from './options-env.ts';
import { parseText } from './options-parse.ts';
import { parseHostPath } from './options-paths.ts';
import {
  badValue,
  checked,
  checkKeys,
  kept,
  list,
  type OptionSource,
  quote,
  type Seen,
  scalar,
} from './options-read.ts';
import type { EnvEntry } from './options-types.ts';
import type { DirSpec, LimitSpec, NetRule, NetSpec, RunSpec, TmpfsSpec } from './spec.ts';

export interface ResolveContext {
  /** The caller's environment, `K=V`. */
  env: readonly string[];
  /** Reads a text file named by an option; throws a WasmctrError. */
  readText(path: string, label: string): string;
}

/** What the command line does around a run; no part of the container. */
export interface OutputSpec {
  stats: 'text' | 'json' | null;
  statsFile: string | null;
  printPlan: boolean;
}

export interface Resolved {
  spec: RunSpec;
  output: OutputSpec;
}

/** Later sources go over earlier ones. */
export function resolveSpec(sources: readonly OptionSource[], context: ResolveContext): Resolved {
  for (const source of sources) checkKeys(source);
  const file = resolveFile(sources);
  const workdir = scalar(sources, 'workdir');
  const spec: RunSpec = {
    file,
    args: resolveArgs(sources),
    // As typed, which is what a shell gives a program.
    argv0: scalar(sources, 'argv0') ?? file,
    env: resolveEnv(sources, context, workdir),
    ...resolveMounts(sources),
    workdir,
    listen: resolveListeners(sources),
    net: resolveNet(sources),
    invoke: scalar(sources, 'invoke'),
    importsFd: scalar(sources, 'importsFd'),
    unknownImports: scalar(sources, 'unknownImports'),
    warm: resolveWarm(sources),
    strace: scalar(sources, 'strace'),
    bestEffort: scalar(sources, 'bestEffort'),
    limits: resolveLimits(sources),
    seccomp: scalar(sources, 'seccomp'),
    seccompAllow: Object.freeze([...new Set(list(sources, 'seccompAllow', new Map()))]),
  };
  checkTotals(spec);
  const output: OutputSpec = {
    stats: scalar(sources, 'stats'),
    statsFile: scalar(sources, 'statsFile'),
    printPlan: scalar(sources, 'printPlan'),
  };
  return { spec: Object.freeze(spec), output };
}

function resolveWarm(sources: readonly OptionSource[]): RunSpec['warm'] {
  if (scalar(sources, 'noWarm')) return 'never';
  return scalar(sources, 'warm') ? 'again' : 'auto';
}

function resolveLimits(sources: readonly OptionSource[]): LimitSpec {
  return Object.freeze({
    timeoutMs: scalar(sources, 'timeout'),
    cpuTimeMs: scalar(sources, 'cpuTime'),
    memoryBytes: scalar(sources, 'memory'),
    cpus: scalar(sources, 'cpus'),
    cpuWeight: scalar(sources, 'cpuWeight'),
    cpuset: scalar(sources, 'cpuset'),
    pids: scalar(sources, 'pids'),
    maxFiles: scalar(sources, 'maxFiles'),
    maxOutputBytes: scalar(sources, 'maxOutput'),
    diskBytes: scalar(sources, 'maxDisk'),
    ioReadBytesPerSecond: scalar(sources, 'ioRead'),
    ioWriteBytesPerSecond: scalar(sources, 'ioWrite'),
  });
}

const mountKeys = ['dir', 'volume', 'tmpfs'] as const;
type MountKey = (typeof mountKeys)[number];
type Mount = DirSpec | TmpfsSpec;

/** `--dir`, `-v` and `--tmpfs` share one map of guest paths, so that none hides another. */
function resolveMounts(sources: readonly OptionSource[]): Pick<RunSpec, 'dirs' | 'tmpfs' | 'mountOrder'> {
  const seen: Seen = new Map();
  const given: Record<MountKey, readonly Mount[]> = {
    dir: list(sources, 'dir', seen),
    volume: list(sources, 'volume', seen),
    tmpfs: list(sources, 'tmpfs', seen),
  };
  // Only now: a later source may have put a --tmpfs where an earlier one had a --dir.
  const last = new Set([...seen.values()].map(({ value }) => value));
  const mounts = inOrder(sources, given).filter((mount) => last.has(mount));
  return {
    dirs: freezeAll(mounts.filter((mount) => 'host' in mount)),
    tmpfs: freezeAll(mounts.filter((mount) => 'sizeBytes' in mount)),
    mountOrder: Object.freeze(mounts.map(({ guest }) => guest)),
  };
}

/** All mounts as they stood on the command line, whatever their flags. */
function inOrder(sources: readonly OptionSource[], given: Record<MountKey, readonly Mount[]>): Mount[] {
  const next = { dir: given.dir.values(), volume: given.volume.values(), tmpfs: given.tmpfs.values() };
  const mounts: Mount[] = [];
  for (const source of sources) {
    const keys = source.order?.filter(isMountKey) ?? mountKeys.flatMap((key) => elementsOf(source, key).map(() => key));
    for (const key of keys) {
      const { value } = next[key].next();
      if (value !== undefined) mounts.push(value);
    }
  }
  return mounts;
}

function isMountKey(key: string): key is MountKey {
  return mountKeys.some((known) => known === key);
}

function elementsOf(source: OptionSource, key: MountKey): readonly unknown[] {
  const raw = source.options[key];
  return Array.isArray(raw) ? raw : [];
}

function resolveListeners(sources: readonly OptionSource[]): RunSpec['listen'] {
  const seen: Seen = new Map();
  return freezeAll(kept('listen', list(sources, 'listen', seen), seen));
}

function resolveNet(sources: readonly OptionSource[]): NetSpec {
  const rules: Seen = new Map();
  const ports: Seen = new Map();
  return Object.freeze({
    mode: scalar(sources, 'net'),
    allow: Object.freeze(kept('allowNet', list(sources, 'allowNet', rules), rules).map(frozenRule)),
    publish: freezeAll(kept('publish', list(sources, 'publish', ports), ports)),
    maxConnections: scalar(sources, 'maxConnections'),
    maxTrafficBytes: scalar(sources, 'maxTraffic'),
    tlsCa: scalar(sources, 'tlsCa'),
  });
}

function frozenRule({ protocol, to, ports }: NetRule): NetRule {
  if (to.kind === 'cidr') Object.freeze(Object.freeze(to.cidr).ip);
  return Object.freeze({ protocol, to: Object.freeze(to), ports: Object.freeze(ports) });
}

function resolveFile(sources: readonly OptionSource[]): string {
  const raw = sources.findLast((source) => source.options.file !== undefined)?.options.file;
  if (raw === undefined) {
    throw new WasmctrError('usage', 'no module given', 'wasmctr run [flags] FILE [arguments]');
  }
  return checked(`file ${quote(raw)}`, parseHostPath(raw));
}

function resolveArgs(sources: readonly OptionSource[]): readonly string[] {
  const raw = sources.findLast((source) => source.options.args !== undefined)?.options.args ?? [];
  if (!Array.isArray(raw)) throw badValue(`args ${quote(raw)}`, 'an array of texts');
  const args = raw.map((arg: unknown, index) =>
    arg === '' ? '' : checked(`argument ${index + 1} ${quote(arg)}`, parseText(arg)),
  );
  return Object.freeze(args);
}

/** Files first, in their order, then `--env`: each name once, in the place where it came first, with the last value. */
function resolveEnv(
  sources: readonly OptionSource[],
  context: ResolveContext,
  workdir: string | null,
): readonly string[] {
  const entries: EnvEntry[] = [];
  for (const source of sources) {
    for (const path of list([source], 'envFile', new Map())) {
      const label = `${source.label('env-file')} ${path}`;
      entries.push(...checked(label, parseEnvFile(context.readText(path, label))));
    }
    entries.push(...list([source], 'env', new Map()));
  }
  const variables = new Map<string, string>();
  // Programs take PWD for their working directory when it is set; WASI 0.1 has no other way to tell them.
  if (workdir !== null) variables.set('PWD', workdir);
  for (const { name, value } of entries) {
    const known = value ?? callerValue(context.env, name);
    if (known !== undefined) variables.set(name, known);
  }
  return Object.freeze([...variables].map(([name, value]) => `${name}=${value}`));
}

function callerValue(env: readonly string[], name: string): string | undefined {
  return env.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}

function checkTotals(spec: RunSpec): void {
  let bytes = 0;
  // A pointer and a NUL each, as execve(2) counts.
  for (const text of [spec.argv0, ...spec.args, ...spec.env]) bytes += Buffer.byteLength(text) + 9;
  if (bytes > maxArgumentBytes) {
    const message = `arguments and environment too long: ${bytes} bytes: E2BIG`;
    throw new WasmctrError('usage', message, `give at most ${maxArgumentBytes} bytes, or pass a file or stdin`);
  }
  const mounts = spec.dirs.length + spec.tmpfs.length;
  if (mounts > maxMounts)
    throw new WasmctrError('usage', `too many directories: ${mounts}`, `give at most ${maxMounts}`);
  const listeners = spec.listen.length + spec.net.publish.length;
  if (listeners > maxListeners) {
    throw new WasmctrError('usage', `too many listeners: ${listeners}`, `give at most ${maxListeners}`);
  }
  if (spec.net.allow.length > maxNetRules) {
    throw new WasmctrError('usage', `too many network rules: ${spec.net.allow.length}`, `give at most ${maxNetRules}`);
  }
  for (const { guest, sizeBytes } of spec.tmpfs) {
    if (sizeBytes === null || sizeBytes <= spec.limits.diskBytes) continue;
    throw new WasmctrError('usage', `tmpfs too big: ${guest}: ${sizeBytes} bytes`, 'raise --max-disk');
  }
}

function freezeAll<T extends object>(values: readonly T[]): readonly T[] {
  return Object.freeze(values.map((value) => Object.freeze(value)));
}
