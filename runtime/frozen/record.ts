/**
 * Writes down a start that went well, so that the launcher can repeat it without a supervisor (native/launcher/container.c).
 * Only starts whose container gets nothing but its module and directories, and that a supervisor need not watch: what else
 * a run can ask for has no record, and every start of it is a full one.
 */
import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { StartRecord } from '../../native/freeze.ts';
import type { Native } from '../../native/native.ts';
import { isSettled } from '../components/file-digest.ts';
import { storePlace } from '../components/store-place.ts';
import type { Grants } from '../grants.ts';
import { mountAttributesOf } from '../grants-mounts.ts';
import { flagsOf } from '../template.ts';
import { imageFolder } from './images.ts';
import type { Sent, StartRecorder } from './recorder.ts';

export interface RecordOptions {
  native: Native;
  /** Holds the record's name (REPEAT_NAME of native/src/freeze/repeat.h), then the situation. */
  situationFd: number;
  programArgument: number;
  argv: readonly string[];
  /** `K=V`. */
  env: readonly string[];
}

const nameBytes = 96;
/** Of one image; the oldest goes first. */
const maxRecords = 128;

/** The launcher watches no deadline, and hands over to a supervisor after 200 ms (WATCH_MS). */
const minTimeMs = 1000;

/** Flags whose whole effect is in the plan, the config, the control group and the list of directories. */
const literalFlags = new Set([
  ...['--memory', '--cpus', '--cpu-weight', '--pids', '--max-files', '--max-output'],
  ...['--timeout', '--cpu-time', '--env', '--dir', '--volume', '-v'],
]);

export function startRecorder(options: RecordOptions): StartRecorder {
  let sent: Sent | null = null;
  return {
    sent: (what) => {
      if (isPlain(options, what)) sent = what;
    },
    ended: ({ guestExitCode, error }) => {
      if (sent !== null && guestExitCode !== null && error === null) write(options, sent);
    },
  };
}

function isPlain({ argv, programArgument }: RecordOptions, { spec, grants, cgroup }: Sent): boolean {
  if (argv[1] !== 'run' || argv[programArgument] !== spec.file) return false;
  const flags = argv.slice(2, programArgument);
  const { limits, strace, bestEffort, invoke, warm, dirs } = spec;
  return (
    isLiteral(flags) &&
    isGiven(grants, spec.file) &&
    cgroup.homes().length > 0 &&
    // A program, its code, and directories: nothing else.
    grants.preopens.length === dirs.length &&
    grants.fds.length === (grants.module.code?.stored == null ? 1 : 2) + dirs.length &&
    dirs.every((dir, i) => grants.preopens[i]?.guestPath === dir.guest) &&
    grants.module.code?.learned == null &&
    (limits.timeoutMs ?? minTimeMs) >= minTimeMs &&
    (limits.cpuTimeMs ?? minTimeMs) >= minTimeMs &&
    !strace &&
    !bestEffort &&
    invoke === null &&
    warm === 'auto'
  );
}

/** A module is handed over as it is. The pack of a component is chosen by the digest of its file. */
function isGiven({ module: { pack, packName } }: Grants, file: string): boolean {
  if (pack === null) return true;
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return pack.cache === 'hit' && packName !== null && stat !== undefined && isSettled(stat);
}

/** As `--flag value` and `--flag=value`; a variable without a value would be the caller's. */
function isLiteral(flags: readonly string[]): boolean {
  for (let at = 0; at < flags.length; at++) {
    const [flag = '', ...given] = (flags[at] ?? '').split('=');
    if (!literalFlags.has(flag)) return false;
    const value = given.length > 0 ? given.join('=') : (flags[++at] ?? '');
    if (flag === '--env' && !value.includes('=')) return false;
  }
  return true;
}

function write({ native, situationFd, env }: RecordOptions, sent: Sent): void {
  const place = storePlace(env, process.geteuid?.() ?? 0);
  if (typeof place === 'string') return;
  const folder = imageFolder(place.folder);
  const all = readAll(situationFd);
  const name = all.toString('latin1', 0, all.indexOf(0));
  const situation = all.subarray(nameBytes);
  if (!hasStayed(situation)) return;
  const record = native.encodeRecord(recordOf(situation, sent, place.folder));
  if (record.length === 0) return;
  const path = `${folder}/${name}`;
  const partial = `${path}.${process.pid}`;
  // Of one that was killed, and had this pid.
  rmSync(partial, { force: true });
  const fd = openSync(partial, 'wx', 0o600);
  try {
    writeSync(fd, record);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  removeOldest(folder, name.slice(0, name.lastIndexOf('-') + 1));
}

/** One that stepped aside (../sandbox/cgroup-place.ts) made a place that the launcher would not find: it can't do the same. */
function hasStayed(situation: Buffer): boolean {
  const groups = readFileSync('/proc/self/cgroup');
  return situation.subarray(-groups.length).equals(groups);
}

function recordOf(situation: Uint8Array, sent: Sent, storeFolder: string): StartRecord {
  const { container, cgroup, groupWrites, plan, config, grants, spec } = sent;
  const { code, packName } = grants.module;
  const pack = packName === null ? [] : [`${storeFolder}/${packName}`];
  const kept = code?.stored == null || code.path === null ? [] : [code.path];
  const homes = cgroup.homes();
  const parents = homes.map(({ parent }) => parent);
  const group = (path: string): number => parents.findIndex((parent) => path.startsWith(`${parent}/${cgroup.name}/`));
  return {
    situation,
    id: Math.max(0, plan.uid),
    pid: container.pid,
    cloneFlags: flagsOf[container.mode],
    byRoot: Number(container.mode === 'root'),
    plan,
    config,
    parents,
    unified: homes.findIndex(({ version }) => version === 2),
    writes: groupWrites.map(([path, value]) => ({
      group: group(path),
      file: path.slice(path.lastIndexOf('/') + 1),
      value,
    })),
    givesProgram: packName === null ? 1 : 0,
    files: [...pack, ...kept],
    absent: kept.length > 0 ? '' : (code?.path ?? ''),
    directories: spec.dirs.map((dir) => ({ path: dir.host, attributes: mountAttributesOf(dir) })),
  };
}

function readAll(fd: number): Buffer {
  const bytes = Buffer.alloc(fstatSync(fd).size);
  readSync(fd, bytes, 0, bytes.length, 0);
  return bytes;
}

function removeOldest(folder: string, prefix: string): void {
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
  if (names.length <= maxRecords) return;
  const usedMs = (name: string): number => statSync(`${folder}/${name}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const byAge = names.map((name) => ({ name, usedMs: usedMs(name) })).sort((a, b) => a.usedMs - b.usedMs);
  for (const { name } of byAge.slice(0, names.length - maxRecords)) rmSync(`${folder}/${name}`, { force: true });
}
