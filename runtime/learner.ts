/** Where `wasmctr learn` steps into a run. */
import type { Grants } from './grants.ts';
import type { CgroupUsage } from './sandbox/cgroup.ts';
import type { Filter } from './sandbox/filter.ts';
import type { PolicyNeeds } from './sandbox/seccomp.ts';
import type { Ending, Receive } from './supervise.ts';

/** What `wasmctr learn` makes different about a run (learn.ts). */
export interface Learner {
  /** Where the guest's stdout goes. */
  stdoutFd: number;
  /** In place of the built-in one. */
  filter(needs: Pick<PolicyNeeds, 'files' | 'network'>): Filter;
  /** Before the container has them. */
  watchGrants(grants: Grants): void;
  /** In place of the addon's receiveMessage. */
  receive: Receive;
  ended(ending: Ending, usage: CgroupUsage): void;
}
