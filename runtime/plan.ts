/** Pure: what was asked for, and what this machine has → one SandboxPlan, and what of it will be enforced. */
import type { GuestConfig } from '../host/config.ts';
import type { SandboxPlan } from '../native/control.ts';
import { cloneFlags } from '../native/linux.ts';
import { WasmctrError } from './errors.ts';
import type { Grants } from './grants.ts';
import type { EnforcedLayer } from './result.ts';
import type { CgroupController, ControllerReport } from './sandbox/cgroup.ts';
import type { Filter } from './sandbox/filter.ts';
import { planLandlock } from './sandbox/landlock.ts';
import { describeRlimits, planRlimits, type RlimitFacts } from './sandbox/rlimits.ts';
import type { RunSpec } from './spec.ts';
import type { ForkMode } from './template.ts';

const { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWUTS } = cloneFlags;

/** What the machine and the moment decide. */
export interface PlanFacts {
  mode: ForkMode;
  /** The container's own id (root mode), or the caller's. */
  id: number;
  landlockAbi: number;
  cgroup: readonly ControllerReport[];
  rlimits: RlimitFacts;
  filter: Filter;
}

export interface Plan {
  sandbox: SandboxPlan;
  enforced: Record<string, EnforcedLayer>;
}

export function makePlan(spec: RunSpec, grants: Pick<Grants, 'preopens' | 'fds' | 'network'>, facts: PlanFacts): Plan {
  const enforced = Object.fromEntries(cgroupLayers(facts.cgroup));
  const landlock = planLandlock(facts.landlockAbi, grants.preopens);
  const rlimits = planRlimits(spec.limits, facts.rlimits);
  Object.assign(enforced, namespaceLayers(facts.mode), {
    mounts: mountLayer(facts.mode, landlock.enforced.enforced),
    landlock: landlock.enforced,
    rlimits: { enforced: true, detail: describeRlimits(rlimits) },
    seccomp: { enforced: true, detail: facts.filter.description },
    ...(grants.network && { network: { enforced: true, detail: grants.network.broker.description } }),
  });
  refuseMissing(enforced, spec.bestEffort);
  const sandbox: SandboxPlan = {
    cgroupTasks: [],
    joinNamespaces: [],
    ...idsPlan(facts),
    hostname: facts.mode === 'none' ? '' : 'wasmctr',
    // The root was entered while the plan was awaited.
    emptyRoot: 0,
    dropCapabilities: facts.mode === 'none' ? 0 : 1,
    noNewPrivs: 1,
    ...landlock.plan,
    keepFds: grants.fds.map((_, position) => position),
    rlimits,
    seccomp: facts.filter.bytes,
    seccompNotify: facts.filter.notifies ? 1 : 0,
  };
  return { sandbox, enforced };
}

function idsPlan({ mode, id }: PlanFacts): Pick<SandboxPlan, 'unshareFlags' | 'uidMap' | 'gidMap' | 'uid' | 'gid'> {
  const own = CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
  const map = `${id} ${id} 1`;
  if (mode === 'root') return { unshareFlags: own | CLONE_NEWUSER, uidMap: map, gidMap: map, uid: id, gid: id };
  if (mode === 'user') return { unshareFlags: own, uidMap: map, gidMap: map, uid: -1, gid: -1 };
  return { unshareFlags: 0, uidMap: '', gidMap: '', uid: -1, gid: -1 };
}

function cgroupLayers(reports: readonly ControllerReport[]): [string, EnforcedLayer][] {
  return reports.map((report) => {
    const detail = report.enforced ? report.detail : `${report.detail}: ${report.fix}`;
    return [`cgroup.${report.controller satisfies CgroupController}`, { enforced: report.enforced, detail }];
  });
}

function namespaceLayers(mode: ForkMode): Record<string, EnforcedLayer> {
  const enforced = mode !== 'none';
  const refused = 'the kernel refused new namespaces: EPERM';
  const layer = (detail: string): EnforcedLayer => ({ enforced, detail: enforced ? detail : refused });
  return {
    namespaces: layer('user mnt pid ipc uts cgroup net'),
    root: layer('empty read-only tmpfs'),
    capabilities: layer('none in any set'),
    uid:
      mode === 'root' ? layer('own, chosen per container') : { enforced, detail: enforced ? "the caller's" : refused },
  };
}

/** Read-only directories and what lies above them: by mounts of their own, or by Landlock where mounting is not allowed. */
function mountLayer(mode: ForkMode, hasLandlock: boolean): EnforcedLayer {
  if (mode === 'root') return { enforced: true, detail: 'detached mounts: ro, nosuid, nodev, noexec, id-mapped' };
  const detail = hasLandlock
    ? 'no mounts without privilege: Landlock keeps read-only directories read-only'
    : 'no mounts without privilege, and no Landlock: EPERM';
  return { enforced: hasLandlock, detail };
}

/** A layer that can't be enforced is an error unless the user said otherwise. */
function refuseMissing(enforced: Record<string, EnforcedLayer>, bestEffort: boolean): void {
  if (bestEffort) return;
  const missing = Object.entries(enforced).find(([, layer]) => !layer.enforced);
  if (missing === undefined) return;
  const [name, { detail }] = missing;
  throw new WasmctrError(
    'enforcement',
    `can't enforce ${name}: ${detail}`,
    '--best-effort runs without it; see `wasmctr doctor`',
  );
}

/** What crosses to the host code in the container. */
export function makeConfig(
  spec: RunSpec,
  stdio: GuestConfig['stdio'],
  grants: Pick<Grants, 'preopens' | 'listeners' | 'imports' | 'module' | 'network'>,
): GuestConfig {
  const [name, ...args] = spec.invoke === null ? [] : [spec.invoke, ...spec.args];
  return {
    moduleFd: 0,
    moduleBytes: grants.module.bytes,
    brokerFd: grants.network?.fd ?? null,
    component: grants.module.pack ? { packFd: 0, packBytes: grants.module.bytes } : null,
    args: [spec.argv0, ...spec.args],
    env: spec.env,
    stdio,
    preopens: grants.preopens,
    workdir: spec.workdir,
    listeners: grants.listeners,
    invoke: name === undefined ? null : { name, args },
    imports: grants.imports,
    unknownImports: spec.unknownImports,
    strace: spec.strace,
    learn: null,
    limits: {
      maxFiles: spec.limits.maxFiles,
      maxOutputBytes: spec.limits.maxOutputBytes,
      memoryBytes: spec.limits.memoryBytes,
    },
  };
}
