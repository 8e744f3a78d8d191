/** Filters that a user's policy shapes, and the readable form of any. Loaded only for them. */
import type { RunSpec } from '../spec.ts';
import type { CodeRange, Filter } from './filter.ts';
import { allowCalls, describePolicy, narrowPolicy, type PolicyNeeds, policyFor } from './seccomp.ts';
import { compileSeccomp } from './seccomp-compile.ts';
import { loadPolicy } from './seccomp-load.ts';
import type { Policy } from './seccomp-policy.ts';
import { type Arch, syscallName } from './syscalls-table.ts';

export { printPolicy } from './seccomp.ts';

export interface CustomFilterRequest {
  spec: Pick<RunSpec, 'seccompFile' | 'seccompAllow'>;
  needs: Pick<PolicyNeeds, 'files' | 'network'>;
  readText(path: string, label: string): string;
}

/** `--seccomp` narrows, then `--seccomp-allow` adds. */
export function customPolicy({ spec, needs, readText }: CustomFilterRequest): Policy {
  const base = policyFor({ ...needs, bigModule: true, clockCalls: true });
  const label = `--seccomp ${spec.seccompFile}`;
  const narrowed =
    spec.seccompFile === null ? base : narrowPolicy(base, loadPolicy(readText(spec.seccompFile, label), label));
  return spec.seccompAllow.length === 0 ? narrowed : allowCalls(narrowed, spec.seccompAllow);
}

export function customFilter(arch: Arch, policy: Policy, { start, end }: CodeRange): Filter {
  const bytes = compileSeccomp(policy, { arch, parameters: { codeStart: start, codeEnd: end }, violation: 'trap' });
  return { bytes, description: describePolicy(policy), notifies: false };
}

export function nameCall(arch: Arch, number: number): string {
  return syscallName(arch, number);
}
