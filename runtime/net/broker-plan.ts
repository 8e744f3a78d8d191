/** Pure: the plan by which a broker locks itself up. The stages are a container's; it differs in what it may still do. */
import type { SandboxPlan } from '../../native/control.ts';
import { cloneFlags } from '../../native/linux.ts';
import type { Filter } from '../sandbox/filter.ts';
import { planLandlock } from '../sandbox/landlock.ts';
import { planRlimits, type RlimitFacts } from '../sandbox/rlimits.ts';
import type { NetRule, NetSpec, RunSpec } from '../spec.ts';
import type { ForkMode } from '../template.ts';

const { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWUTS } = cloneFlags;

export interface BrokerFacts {
  mode: ForkMode;
  /** Its own id (root mode), or the caller's. */
  id: number;
  landlockAbi: number;
  rlimits: RlimitFacts;
  filter: Filter;
  /** Descriptors sent along, and how many of the first it keeps; v1 `tasks` files follow. */
  keptFds: number;
  taskFds: number;
}

export function planBroker(spec: RunSpec, facts: BrokerFacts): SandboxPlan {
  const { mode, id, keptFds, taskFds } = facts;
  const own = CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNS;
  const map = mode === 'none' ? '' : `${id} ${id} 1`;
  const landlock = planLandlock(facts.landlockAbi, []).plan;
  return {
    cgroupTasks: Array.from({ length: taskFds }, (_, i) => keptFds + i),
    joinNamespaces: [],
    unshareFlags: mode === 'none' ? 0 : mode === 'root' ? own | CLONE_NEWUSER : own,
    uidMap: map,
    gidMap: map,
    uid: mode === 'root' ? id : -1,
    gid: mode === 'root' ? id : -1,
    hostname: '',
    // What it needs of /etc was read before.
    emptyRoot: mode === 'none' ? 0 : 1,
    dropCapabilities: mode === 'none' ? 0 : 1,
    noNewPrivs: 1,
    ...landlock,
    ...landlockPorts(spec.net, landlock.landlockNet),
    keepFds: Array.from({ length: keptFds }, (_, i) => i),
    rlimits: planRlimits({ ...spec.limits, pids: 1 }, facts.rlimits),
    seccomp: facts.filter.bytes,
    seccompNotify: 0,
  };
}

/** LANDLOCK_ACCESS_NET_* */
const bindTcp = 1;
const connectTcp = 2;
const dnsPort = 53;
/** A rule a port: longer ranges are left to the broker itself. */
const maxPorts = 1024;

/** TCP ports are few where the rules name them: the kernel then holds the broker to them, too. */
function landlockPorts(net: NetSpec, handled: number): Pick<SandboxPlan, 'landlockNet' | 'landlockPorts'> {
  const connect = portsOf(net, ({ protocol }) => protocol === null || protocol === 'tcp');
  const bind = portsOf(net, ({ protocol }) => protocol === 'listen');
  const rules = [
    ...(connect ?? []).concat(connect === null ? [] : [dnsPort]).map((port) => ({ port, access: connectTcp })),
    // 0: any free port, for a socket that is going to connect.
    ...(bind ?? []).concat(bind === null ? [] : [0]).map((port) => ({ port, access: bindTcp })),
  ];
  const limited = (connect === null ? 0 : connectTcp) | (bind === null ? 0 : bindTcp);
  return { landlockNet: handled & limited, landlockPorts: handled === 0 ? [] : rules };
}

/** null: all of them, or too many. */
function portsOf(net: NetSpec, isMeant: (rule: NetRule) => boolean): number[] | null {
  if (net.mode === 'host') return null;
  const ports = new Set<number>();
  for (const { ports: range } of net.allow.filter(isMeant)) {
    if (range === null || range.last - range.first + ports.size >= maxPorts) return null;
    for (let port = range.first; port <= range.last; port++) ports.add(port);
  }
  return [...ports];
}
