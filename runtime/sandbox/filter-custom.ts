/** Filters that a user's policy shapes, and the readable form of any. Loaded only for them. */
import type { RunSpec } from '../spec.ts';
import type { CodeRange, Filter } from './filter.ts';
import { allowCalls, describePolicy, narrowPolicy, type PolicyNeeds, policyFor } from './seccomp.ts';
import { compileSeccomp } from './seccomp-compile.ts';
import { loadPolicy, readPolicy } from './seccomp-load.ts';
import type { Policy } from './seccomp-policy.ts';
import { type Arch, syscallName } from './syscalls-table.ts';

export { printPolicy } from './seccomp.ts';

export interface CustomFilterRequest {
  spec: Pick<RunSpec, 'seccomp' | 'seccompAllow'>;
  needs: Pick<PolicyNeeds, 'files' | 'network'>;
  readText(path: string, label: string): string;
}

/** `--seccomp` narrows, then `--seccomp-allow` adds. */
export function customPolicy({ spec, needs, readText }: CustomFilterRequest): Policy {
  const base = policyFor({ ...needs, bigModule: true, clockCalls: true });
  const given = userPolicy(spec.seccomp, readText);
  const narrowed = given === null ? base : narrowPolicy(base, given);
  return spec.seccompAllow.length === 0 ? narrowed : allowCalls(narrowed, spec.seccompAllow);
}

function userPolicy(given: RunSpec['seccomp'], readText: CustomFilterRequest['readText']): Policy | null {
  if (given === null) return null;
  if (typeof given === 'object') return readPolicy(given, '"seccomp" of the config');
  const label = `--seccomp ${given}`;
  return loadPolicy(readText(given, label), label);
}

/** For `wasmctr learn`: nothing more is allowed, but the supervisor sees each call before it is made. */
export function notifyingFilter(arch: Arch, policy: Policy, { start, end }: CodeRange): Filter {
  const parameters = { codeStart: start, codeEnd: end };
  const bytes = compileSeccomp(policy, { arch, parameters, violation: 'trap', allowed: 'notify' });
  return { bytes, description: describePolicy(policy), notifies: true };
}

export function customFilter(arch: Arch, policy: Policy, { start, end }: CodeRange): Filter {
  const bytes = compileSeccomp(policy, { arch, parameters: { codeStart: start, codeEnd: end }, violation: 'trap' });
  return { bytes, description: describePolicy(policy), notifies: false };
}

export { describeStack } from './native-stack.ts';

export function nameCall(arch: Arch, number: number): string {
  return syscallName(arch, number);
}
