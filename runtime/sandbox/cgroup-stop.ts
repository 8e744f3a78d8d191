/** Freezing, killing and removing groups, v1 and v2: what has to wait for the kernel, each with a bound. */
import { readdirSync } from 'node:fs';
import { WasmctrError } from '../errors.ts';
import { errorCode, ignoring, readControl, readKeyed, writeControl } from './cgroup-files.ts';
import { cgroupFs } from './cgroup-fs.ts';

/** Not node:timers/promises: loading it costs every start half a millisecond. */
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const freezeTimeoutMs = 2_000;
const killTimeoutMs = 5_000;
/** 1, 2, 4, … ms: about two seconds in all. Node has nothing shorter than 1 ms. */
const removeAttempts = 11;

export async function freezeGroup(dir: string, version: 1 | 2): Promise<void> {
  await until(dir, 'freezing', freezeTimeoutMs, () => {
    // v1 can stop half-way, in FREEZING, and goes on only when it is told again.
    startFreezing(dir, version);
    return isFrozen(dir, version);
  });
}

function startFreezing(dir: string, version: 1 | 2): void {
  writeControl(version === 2 ? `${dir}/cgroup.freeze` : `${dir}/freezer.state`, version === 2 ? '1' : 'FROZEN');
}

function isFrozen(dir: string, version: 1 | 2): boolean {
  if (version === 2) return readKeyed(`${dir}/cgroup.events`).get('frozen') === 1;
  return readControl(`${dir}/freezer.state`)?.trim() === 'FROZEN';
}

export function thawGroup(dir: string, version: 1 | 2): void {
  writeControl(version === 2 ? `${dir}/cgroup.freeze` : `${dir}/freezer.state`, version === 2 ? '0' : 'THAWED');
}

/** What stands between a group and its death: the directories of one container that help to kill it. */
export interface KillHandles {
  /** Where its processes are listed. */
  dir: string;
  /** The directory with cgroup.kill, or null. */
  v2Dir: string | null;
  v1FreezerDir: string | null;
  /** Where pids.max is, or null: with 0 nobody forks away from the list that is being killed. */
  pidsDir: string | null;
}

/** Resolves when no process is left inside. */
export async function killGroup(handles: KillHandles): Promise<void> {
  const { dir, v2Dir, v1FreezerDir, pidsDir } = handles;
  // cgroup.kill is one atomic call, but younger than the rest of v2 (Linux 5.14).
  const atOnce = v2Dir !== null && tryWrite(`${v2Dir}/cgroup.kill`, '1');
  if (!atOnce && pidsDir !== null) tryWrite(`${pidsDir}/pids.max`, '0');
  await until(dir, 'killing', killTimeoutMs, () => {
    if (!atOnce) killListed(dir, v1FreezerDir);
    return isEmpty(dir);
  });
}

function killListed(dir: string, v1FreezerDir: string | null): void {
  if (v1FreezerDir !== null) tryWrite(`${v1FreezerDir}/freezer.state`, 'FROZEN');
  for (const line of (readControl(`${dir}/cgroup.procs`) ?? '').split('\n')) {
    const pid = Number(line);
    // 0 is a process of a pid namespace that we don't see: kill(0) would be us and our whole group.
    if (pid > 1 && pid !== process.pid) ignoring(['ESRCH'], () => process.kill(pid, 'SIGKILL'));
  }
  // On v1 the frozen don't die before they are thawed.
  if (v1FreezerDir !== null) tryWrite(`${v1FreezerDir}/freezer.state`, 'THAWED');
}

function isEmpty(dir: string): boolean {
  return (readControl(`${dir}/cgroup.procs`) ?? '') === '';
}

function tryWrite(path: string, value: string): boolean {
  return ignoring(['ENOENT', 'ENODEV', 'EOPNOTSUPP'], () => writeControl(path, value));
}

/** True when the directory is gone, false when the kernel says that something is inside. */
export function removeNow(dir: string): boolean {
  try {
    cgroupFs.rmdir(dir);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return true;
    if (code === 'EBUSY' || code === 'ENOTEMPTY') return false;
    throw error;
  }
}

/** Retries: a process that was reaped a moment ago may still be counted. */
export async function removeGroup(dir: string): Promise<void> {
  for (let attempt = 0; !removeNow(dir); attempt++) {
    if (attempt === removeAttempts) throw new WasmctrError('system', `removing the cgroup: ${dir}: EBUSY`);
    await sleep(2 ** attempt);
    for (const child of childGroups(dir)) await removeGroup(`${dir}/${child}`);
  }
}

function childGroups(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

async function until(dir: string, what: string, timeoutMs: number, done: () => boolean): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!done()) {
    if (performance.now() > deadline) throw new WasmctrError('system', `${what} the cgroup: ${dir}: ETIMEDOUT`);
    await sleep(1);
  }
}
