/** What a run tells of itself, for a record of its start (record.ts). */
import type { SandboxPlan } from '../../native/control.ts';
import type { Grants } from '../grants.ts';
import type { RunResult } from '../result.ts';
import type { Cgroup } from '../sandbox/cgroup.ts';
import type { RunSpec } from '../spec.ts';
import type { Container } from '../template.ts';

/** What a container was given. */
export interface Sent {
  spec: RunSpec;
  grants: Grants;
  container: Container;
  cgroup: Cgroup;
  /** Into files of its control groups. */
  groupWrites: readonly (readonly [path: string, value: string])[];
  plan: SandboxPlan;
  config: Uint8Array;
}

export interface StartRecorder {
  sent(what: Sent): void;
  ended(result: RunResult): void;
}
