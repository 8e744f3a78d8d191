/** Removes what a supervisor left behind that was killed before it could clean up, and nothing else. */
import { readdirSync } from 'node:fs';
import { errorCode } from './cgroup-files.ts';
import { isStale, type Supervisor } from './cgroup-name.ts';
import { killGroup, removeGroup, removeNow } from './cgroup-stop.ts';

/** A directory in which our groups are made, and what it says about killing them. */
export interface SweepDir {
  version: 1 | 2;
  parent: string;
  hasPids: boolean;
  hasFreezer: boolean;
}

/**
 * @param dirs in the order in which groups are made in them. Removal goes the other way, so that whatever exists in any
 *   exists in the first: only that one is listed when nothing is stale.
 */
export async function sweep(dirs: readonly SweepDir[], own: Supervisor): Promise<readonly string[]> {
  const [first] = dirs;
  if (first === undefined) return [];
  const stale = listGroups(first.parent).filter((name) => isStale(name, own));
  for (const name of stale) await removeEverywhere(name, dirs);
  return stale;
}

function listGroups(parent: string): string[] {
  try {
    return readdirSync(parent);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'EACCES') return [];
    throw error;
  }
}

async function removeEverywhere(name: string, dirs: readonly SweepDir[]): Promise<void> {
  // A supervisor's own leaf may hold programs that it started and that outlived it: they are not ours to kill.
  const mayKill = !name.endsWith('-self');
  for (const entry of dirs.toReversed()) {
    const dir = `${entry.parent}/${name}`;
    try {
      if (removeNow(dir) || !mayKill) continue;
      await killGroup({
        dir,
        v2Dir: entry.version === 2 ? dir : null,
        v1FreezerDir: freezerDir(name, dirs),
        pidsDir: entry.hasPids ? dir : null,
      });
      await removeGroup(dir);
    } catch (error) {
      // Another user's, or another sweeper is at it: the next start finds what is left.
      if (!['EACCES', 'EPERM', 'EROFS', 'ENODEV', 'ENOENT'].includes(errorCode(error))) throw error;
    }
  }
}

function freezerDir(name: string, dirs: readonly SweepDir[]): string | null {
  const freezer = dirs.find((entry) => entry.version === 1 && entry.hasFreezer);
  return freezer === undefined ? null : `${freezer.parent}/${name}`;
}
