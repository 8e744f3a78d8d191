/** Removes what a supervisor left behind that was killed before it could clean up, and nothing else. */
import { existsSync, readdirSync } from 'node:fs';
import { errorCode } from './cgroup-files.ts';
import { cgroupFs } from './cgroup-fs.ts';
import { type Supervisor, staleGroups } from './cgroup-name.ts';
import { killGroup, removeGroup, removeNow } from './cgroup-stop.ts';

/** Directories looked at for one stale group, in all hierarchies: hosts of containers have some thousands. */
const searchBudget = 50_000;

/**
 * @param anchor where every group has the first of its directories and the last: only that one is listed when nothing is
 *   stale
 * @param mounts of all hierarchies: the other directories of a stale group stand where its supervisor's groups did
 */
export async function sweep(anchor: string, mounts: readonly string[], own: Supervisor): Promise<readonly string[]> {
  const stale = staleGroups(listNames(anchor), own);
  for (const name of stale) {
    const last = `${anchor}/${name}`;
    const others = findDirectories(mounts, name).filter((dir) => dir !== last);
    for (const dir of [...others, last]) await removeStale(dir, others);
  }
  return stale;
}

async function removeStale(dir: string, others: readonly string[]): Promise<void> {
  try {
    // A supervisor's own leaf may hold programs that it started and that outlived it: they are not ours to kill.
    if (removeNow(dir) || dir.endsWith('-self')) return;
    await killGroup({
      dir,
      v2Dir: existsSync(`${dir}/cgroup.kill`) ? dir : null,
      v1FreezerDir: [dir, ...others].find((candidate) => existsSync(`${candidate}/freezer.state`)) ?? null,
      pidsDir: existsSync(`${dir}/pids.max`) ? dir : null,
    });
    await removeGroup(dir);
  } catch (error) {
    // Another user's, or another sweeper is at it: the next start finds what is left.
    if (!['EACCES', 'EPERM', 'EROFS', 'ENODEV', 'ENOENT'].includes(errorCode(error))) throw error;
  }
}

/** Every directory of that name in any hierarchy; breadth first, since ours are near the top. */
function findDirectories(mounts: readonly string[], name: string): string[] {
  const pending = [...mounts];
  const found: string[] = [];
  for (let i = 0; i < pending.length && i < searchBudget; i++) {
    for (const child of listNames(pending[i] ?? '', true)) {
      const dir = `${pending[i]}/${child}`;
      if (child === name) found.push(dir);
      else pending.push(dir);
    }
  }
  return found;
}

function listNames(parent: string, onlyDirectories = false): string[] {
  try {
    if (!onlyDirectories) return cgroupFs.list(parent);
    return readdirSync(parent, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENODEV'].includes(errorCode(error))) return [];
    throw error;
  }
}
