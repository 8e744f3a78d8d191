/** One container's group: a directory in each hierarchy that its limits need, made when they first need it. */
import { closeSync, constants } from 'node:fs';
import type { Fd } from '../../native/native.ts';
import { WasmctrError } from '../errors.ts';
import {
  baseControllers,
  type Cgroup,
  type CgroupController,
  type CgroupLimits,
  type CgroupRefusal,
  type CgroupUsage,
  type ControllerHome,
  type ControllerReport,
  cgroupControllers,
} from './cgroup.ts';
import { emptyUsage } from './cgroup-driver.ts';
import { errorCode, refusalOf } from './cgroup-files.ts';
import { cgroupFs } from './cgroup-fs.ts';
import { enable } from './cgroup-place.ts';
import { freezeGroup, type KillHandles, killGroup, removeGroup, removeNow, thawGroup } from './cgroup-stop.ts';
import { v1Drivers } from './cgroup-v1.ts';
import { v2Drivers } from './cgroup-v2.ts';

interface Slot {
  version: 1 | 2;
  parent: string;
  dir: string;
  /** The v1 `tasks` file or the v2 directory; -1 once closed. */
  fd: Fd;
}

export type Homes = Readonly<Record<CgroupController, ControllerHome | CgroupRefusal>>;

export class Group implements Cgroup {
  readonly name: string;
  readonly #homes: Homes;
  readonly #v2Refusal: CgroupRefusal | null;
  readonly #isThere: boolean;
  /** In the order of their making. The first is the one that sweepers look at, so it is removed last. */
  readonly #slots: Slot[] = [];
  readonly #applied = new Map<CgroupController, Slot>();

  /**
   * @param first where its first directory is made at once, or why that can't be; null: nowhere
   * @param isThere its directories are there already
   */
  constructor(name: string, homes: Homes, first: ControllerHome | CgroupRefusal | null, isThere = false) {
    this.name = name;
    this.#isThere = isThere;
    this.#homes = homes;
    this.#v2Refusal = first !== null && 'reason' in first ? first : null;
    if (first !== null && 'parent' in first) this.#slot(first);
    if (isThere) this.#takeOver();
  }

  /** Every container's group has a directory for each of these, with its process inside. */
  #takeOver(): void {
    for (const controller of baseControllers) {
      const home = this.#homes[controller];
      if (!('reason' in home)) this.#applied.set(controller, this.#slot(home));
    }
  }

  get dirFd(): Fd {
    return this.#v2()?.fd ?? -1;
  }

  limit(limits: CgroupLimits): readonly ControllerReport[] {
    return cgroupControllers
      .filter((controller) => isAsked(controller, limits))
      .map((controller) => this.#limitOne(controller, limits));
  }

  #limitOne(controller: CgroupController, limits: CgroupLimits): ControllerReport {
    const home = this.#homes[controller];
    if ('reason' in home) return { controller, enforced: false, ...home };
    const outcome = this.#apply(controller, home, limits);
    if (typeof outcome === 'string') return { controller, enforced: true, detail: outcome };
    return { controller, enforced: false, ...outcome };
  }

  #apply(controller: CgroupController, home: ControllerHome, limits: CgroupLimits): string | CgroupRefusal {
    // A v2 directory made later would be no use: a process is born into it or nowhere.
    if (home.version === 2 && this.#v2Refusal !== null) return this.#v2Refusal;
    const dir = `${home.parent}/${this.name}`;
    const driver = (home.version === 1 ? v1Drivers : v2Drivers)[controller];
    const fresh = !this.#applied.has(controller);
    try {
      const slot = this.#slot(home);
      this.#applied.set(controller, slot);
      return driver.apply(slot.dir, limits, fresh);
    } catch (error) {
      if (home.version === 1 || errorCode(error) !== 'ENOENT') return refusalOf(error, home.version, dir);
    }
    // No such file on v2: the groups above have not been told to hand the controller down.
    const refusal = enable(home.parent, controller);
    if (refusal !== null) return refusal;
    try {
      return driver.apply(dir, limits, fresh);
    } catch (error) {
      return refusalOf(error, 2, dir);
    }
  }

  #slot({ version, parent }: ControllerHome): Slot {
    const existing = this.#slots.find((slot) => slot.parent === parent);
    if (existing !== undefined) return existing;
    const dir = `${parent}/${this.name}`;
    if (!this.#isThere) cgroupFs.mkdir(dir);
    const slot = { version, parent, dir, fd: -1 };
    this.#slots.push(slot);
    if (this.#isThere) return slot;
    slot.fd =
      version === 1 ? cgroupFs.open(`${dir}/tasks`, constants.O_WRONLY) : cgroupFs.open(dir, constants.O_DIRECTORY);
    return slot;
  }

  #v2(): Slot | undefined {
    return this.#slots.find((slot) => slot.version === 2);
  }

  homes(): readonly ControllerHome[] {
    return this.#slots.map(({ version, parent }) => ({ version, parent }));
  }

  taskFds(): readonly Fd[] {
    return this.#slots.filter((slot) => slot.version === 1).map((slot) => slot.fd);
  }

  closeFds(): void {
    for (const slot of this.#slots) {
      if (slot.fd !== -1) closeSync(slot.fd);
      slot.fd = -1;
    }
  }

  usage(): CgroupUsage {
    const usage = emptyUsage();
    for (const [controller, slot] of this.#applied) {
      (slot.version === 1 ? v1Drivers : v2Drivers)[controller].read(slot.dir, usage);
    }
    return usage;
  }

  async freeze(): Promise<void> {
    const slot = this.#freezer();
    await freezeGroup(slot.dir, slot.version);
  }

  thaw(): void {
    const slot = this.#freezer();
    thawGroup(slot.dir, slot.version);
  }

  #freezer(): Slot {
    const slot = this.#v2() ?? this.#applied.get('freezer');
    if (slot === undefined) throw new WasmctrError('enforcement', `pausing: ${this.name}: it joined no freezer`);
    return slot;
  }

  async kill(): Promise<void> {
    for (const handles of this.#killHandles()) await killGroup(handles);
  }

  /** v2 knows all of its processes; on v1 one that died while joining may be in some of the directories only. */
  #killHandles(): KillHandles[] {
    const v2Dir = this.#v2()?.dir ?? null;
    const v1FreezerDir = v2Dir === null ? (this.#applied.get('freezer')?.dir ?? null) : null;
    const pidsDir = this.#applied.get('pids')?.dir ?? null;
    return this.#slots.map(({ dir }) => ({ dir, v2Dir, v1FreezerDir, pidsDir }));
  }

  async remove(): Promise<void> {
    this.closeFds();
    for (const { dir } of this.#slots.toReversed()) {
      if (removeNow(dir)) continue;
      await this.kill();
      await removeGroup(dir);
    }
  }
}

function isAsked(controller: CgroupController, limits: CgroupLimits): boolean {
  if (controller === 'io') return limits.io.length > 0;
  if (controller === 'cpuset') return limits.cpuset !== null;
  if (controller === 'freezer') return limits.freezer;
  return baseControllers.includes(controller);
}
