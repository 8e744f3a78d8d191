/**
 * Where on cgroup v2 our groups can live. A group other than the root can't hold processes and hand controllers to groups
 * beneath it at once (the "no internal processes" rule), and our own group holds at least us.
 */
import { dirname } from 'node:path';
import type { CgroupController, CgroupRefusal } from './cgroup.ts';
import { readControl, refusalOf, refuse, writeControl } from './cgroup-files.ts';
import { cgroupFs } from './cgroup-fs.ts';
import type { Hierarchy } from './cgroup-hierarchies.ts';
import { groupName, type Supervisor } from './cgroup-name.ts';

export interface Place {
  parent: string;
  /** We are alone in `parent` and must step aside, into a leaf beneath it. */
  moveSelf: boolean;
}

/**
 * Looks only. In order: beneath our own group; beneath the nearest one above that already hands out what every container
 * needs, which is where session managers put siblings of ours; then where that can be switched on; then where a part of it is.
 */
export function choosePlace(hierarchy: Hierarchy, wanted: readonly CgroupController[]): Place | CgroupRefusal {
  const { own } = hierarchy;
  if (hierarchy.readOnly) return refuse('read-only', hierarchy.mount);
  const mine = canCreate(own);
  if (mine && (wanted.length === 0 || isRoot(own))) return { parent: own, moveSelf: false };
  if (mine && isAlone(own)) return { parent: own, moveSelf: true };
  const above = ancestors(hierarchy).filter(canCreate);
  const parent =
    above.find((dir) => hasAll(`${dir}/cgroup.subtree_control`, wanted)) ??
    above.find((dir) => hasAll(`${dir}/cgroup.controllers`, wanted) && (isRoot(dir) || isEmpty(dir))) ??
    above.find((dir) => wanted.some((controller) => hasAll(`${dir}/cgroup.subtree_control`, [controller])));
  if (parent !== undefined) return { parent, moveSelf: false };
  if (mine) return refuse('occupied', `${own} holds other processes: groups beneath it would get no controllers`);
  return refuse('not-delegated', `${own} is not writable`);
}

/** Where the launcher has made a group of this name: what it went by may have changed since. */
export function findPlace(hierarchy: Hierarchy, name: string): Place | null {
  const parent = [hierarchy.own, ...ancestors(hierarchy)].find((dir) => cgroupFs.exists(`${dir}/${name}`));
  return parent === undefined ? null : { parent, moveSelf: false };
}

/** Makes the chosen place usable, once. */
export function settle(place: Place, wanted: readonly CgroupController[], self: Supervisor): void {
  if (place.moveSelf) {
    // Named like our groups: the next start removes it when it is empty.
    const leaf = `${place.parent}/${groupName(self, 'self')}`;
    cgroupFs.mkdir(leaf);
    writeControl(`${leaf}/cgroup.procs`, '0');
  }
  for (const controller of wanted) enable(place.parent, controller);
}

/** Hands a controller to the groups beneath `parent`; returns why that can't be done. */
export function enable(parent: string, controller: CgroupController): CgroupRefusal | null {
  const file = `${parent}/cgroup.subtree_control`;
  if (hasAll(file, [controller])) return null;
  if (!hasAll(`${parent}/cgroup.controllers`, [controller])) {
    return refuse('not-delegated', `${parent} has no ${controller} controller to give`);
  }
  try {
    writeControl(file, `+${controller}`);
    return null;
  } catch (error) {
    return refusalOf(error, 2, file);
  }
}

export function isPlace(place: Place | CgroupRefusal): place is Place {
  return 'parent' in place;
}

/** Only the root of the whole hierarchy has no type; the root of a container's view has one. */
function isRoot(dir: string): boolean {
  return !cgroupFs.exists(`${dir}/cgroup.type`);
}

/** The right to write `cgroup.procs` of the common ancestor is what moving or cloning a process into a group takes. */
function canCreate(dir: string): boolean {
  try {
    cgroupFs.checkWritable(dir);
    cgroupFs.checkWritable(`${dir}/cgroup.procs`);
    return true;
  } catch {
    return false;
  }
}

function isAlone(dir: string): boolean {
  return readControl(`${dir}/cgroup.procs`)?.trim() === String(process.pid);
}

function isEmpty(dir: string): boolean {
  return readControl(`${dir}/cgroup.procs`) === '';
}

function ancestors({ own, mount }: Hierarchy): string[] {
  const found: string[] = [];
  for (let dir = own; dir !== mount && dir !== '/'; ) {
    dir = dirname(dir);
    found.push(dir);
  }
  return found;
}

function hasAll(file: string, controllers: readonly CgroupController[]): boolean {
  const present = (readControl(file) ?? '').trim().split(' ');
  return controllers.every((controller) => present.includes(controller));
}
