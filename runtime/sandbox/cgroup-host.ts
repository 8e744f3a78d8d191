/** Finds out once what the host offers, and makes groups there. */
import {
  baseControllers,
  type Cgroup,
  type CgroupController,
  type CgroupHost,
  type CgroupRefusal,
  type ControllerHome,
  cgroupControllers,
} from './cgroup.ts';
import { errorCode, readControl, refusalOf, refuse } from './cgroup-files.ts';
import { cgroupFs } from './cgroup-fs.ts';
import { Group, type Homes } from './cgroup-group.ts';
import { type Hierarchy, parseHierarchies } from './cgroup-hierarchies.ts';
import { groupName, ownSupervisor, type Supervisor } from './cgroup-name.ts';
import { choosePlace, findPlace, isPlace, type Place, settle } from './cgroup-place.ts';
import { sweep } from './cgroup-sweep.ts';
import { v1ControllerNames } from './cgroup-v1.ts';

/** @param hasGroup the launcher has made the first of this process's groups (native/launcher/groups.c) */
export function detectCgroups(hasGroup = false): CgroupHost {
  return new Host(readHierarchies(), ownSupervisor(), hasGroup);
}

/** The host as if only these hierarchies were there. */
export function cgroupHost(hierarchies: readonly Hierarchy[]): CgroupHost {
  return new Host(hierarchies, ownSupervisor(), false);
}

export function readHierarchies(): readonly Hierarchy[] {
  const mountinfo = cgroupFs.readText('/proc/self/mountinfo');
  return parseHierarchies(mountinfo, cgroupFs.readText('/proc/self/cgroup'));
}

class Host implements CgroupHost {
  readonly mode: CgroupHost['mode'];
  readonly controllers: Homes;
  readonly #self: Supervisor;
  /** What every container's group takes from v2, and where; null: v1 has it all. */
  readonly #v2Base: readonly CgroupController[];
  readonly #place: Place | null;
  /** Every group of ours has its first directory here, and its last. */
  readonly #anchor: ControllerHome | null;
  readonly #mounts: readonly string[];
  #settled = false;
  #hasGroup: boolean;
  #count = 0;

  constructor(hierarchies: readonly Hierarchy[], self: Supervisor, hasGroup: boolean) {
    this.#self = self;
    this.#hasGroup = hasGroup;
    const v2 = hierarchies.find((hierarchy) => hierarchy.version === 2);
    const v1 = hierarchies.filter((hierarchy) => hierarchy.version === 1);
    this.mode = modeOf(v1.length > 0, v2 !== undefined);
    this.#v2Base = v2 === undefined ? [] : baseControllers.filter((controller) => isOn(v2, controller, v1));
    const made = hasGroup && v2 !== undefined ? findPlace(v2, groupName(self, 0)) : null;
    const place = made ?? (v2 === undefined ? null : choosePlace(v2, this.#v2Base));
    const homes = cgroupControllers.map((controller) => [controller, homeOf(controller, v1, v2, place)] as const);
    this.controllers = Object.fromEntries(homes) as unknown as Homes;
    // A process is born into v2 before anyone knows which limits it gets.
    const needed = homes.some(([, home]) => 'version' in home && home.version === 2);
    this.#place = needed && place !== null && isPlace(place) ? place : null;
    this.#anchor = this.#place === null ? anchorOf(v1) : { version: 2, parent: this.#place.parent };
    this.#mounts = hierarchies.map(({ mount }) => mount);
  }

  create(): Cgroup {
    const first = this.#settledAnchor();
    if (this.#hasGroup) {
      this.#hasGroup = false;
      return new Group(groupName(this.#self, this.#count++), this.controllers, first, true);
    }
    for (;;) {
      const name = groupName(this.#self, this.#count++);
      try {
        return new Group(name, this.controllers, first);
      } catch (error) {
        // A second copy of this code in the same process counts from 0 too.
        if (errorCode(error) === 'EEXIST') continue;
        if (first === null || !('parent' in first)) throw error;
        // On v1 the same refusal will come again, for the controller that it concerns.
        return new Group(name, this.controllers, first.version === 2 ? refusalOf(error, 2, first.parent) : null);
      }
    }
  }

  #settledAnchor(): ControllerHome | CgroupRefusal | null {
    if (this.#place === null || this.#settled) return this.#anchor;
    try {
      settle(this.#place, this.#v2Base, this.#self);
      this.#settled = true;
      return this.#anchor;
    } catch (error) {
      return refusalOf(error, 2, this.#place.parent);
    }
  }

  async sweepStale(): Promise<readonly string[]> {
    return this.#anchor === null ? [] : sweep(this.#anchor.parent, this.#mounts, this.#self);
  }
}

/**
 * The hierarchy in which our own group is nearest to the root: the next supervisor may come from another session, with a
 * group of its own where sessions have groups, and must still see what this one leaves.
 */
function anchorOf(v1: readonly Hierarchy[]): ControllerHome | null {
  let best: { home: ControllerHome; depth: number } | null = null;
  for (const controller of baseControllers) {
    const hierarchy = v1Of(controller, v1);
    const home = hierarchy === undefined ? null : v1Home(hierarchy);
    if (hierarchy === undefined || home === null || 'reason' in home) continue;
    const depth = hierarchy.own.slice(hierarchy.mount.length).split('/').length;
    if (best === null || depth < best.depth) best = { home, depth };
  }
  return best?.home ?? null;
}

function modeOf(hasV1: boolean, hasV2: boolean): CgroupHost['mode'] {
  if (hasV1) return hasV2 ? 'hybrid' : 'v1';
  return hasV2 ? 'v2' : 'none';
}

/** A controller is in one hierarchy at a time; where v1 has it, v2 does not list it. */
function isOn(v2: Hierarchy, controller: CgroupController, v1: readonly Hierarchy[]): boolean {
  return v1Of(controller, v1) === undefined && controllersOf(v2.mount).includes(controller);
}

function v1Of(controller: CgroupController, v1: readonly Hierarchy[]): Hierarchy | undefined {
  return v1.find((hierarchy) => hierarchy.names.includes(v1ControllerNames[controller]));
}

function controllersOf(dir: string): readonly string[] {
  return (readControl(`${dir}/cgroup.controllers`) ?? '').trim().split(' ');
}

function homeOf(
  controller: CgroupController,
  v1: readonly Hierarchy[],
  v2: Hierarchy | undefined,
  place: Place | CgroupRefusal | null,
): ControllerHome | CgroupRefusal {
  const old = v1Of(controller, v1);
  if (old !== undefined) return v1Home(old);
  if (v2 === undefined || place === null) {
    return v1.length === 0
      ? refuse('no-cgroupfs', 'no cgroup file system is mounted')
      : refuse('not-mounted', `no hierarchy has ${v1ControllerNames[controller]}`);
  }
  if (controller !== 'freezer' && !controllersOf(v2.mount).includes(controller)) {
    return refuse('not-mounted', `${v2.mount} has no ${controller} controller`);
  }
  if (!isPlace(place)) return place;
  const { parent } = place;
  if (controller !== 'freezer' && !controllersOf(parent).includes(controller)) {
    return refuse('not-delegated', `${parent} has no ${controller} controller to give`);
  }
  return { version: 2, parent };
}

function v1Home(hierarchy: Hierarchy): ControllerHome | CgroupRefusal {
  if (hierarchy.readOnly) return refuse('read-only', hierarchy.mount);
  try {
    cgroupFs.checkWritable(hierarchy.own);
    return { version: 1, parent: hierarchy.own };
  } catch (error) {
    return refusalOf(error, 1, hierarchy.own);
  }
}
