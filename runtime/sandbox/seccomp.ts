/** Which system calls a container may make: built-in policies by tier, and the user's changes to them. */
import { WasmctrError } from '../errors.ts';
import bigModule from './policies/big-module.json' with { type: 'json' };
import broker from './policies/broker.json' with { type: 'json' };
import clock from './policies/clock.json' with { type: 'json' };
import compute from './policies/compute.json' with { type: 'json' };
import files from './policies/files.json' with { type: 'json' };
import network from './policies/network.json' with { type: 'json' };
import { readPolicy } from './seccomp-load.ts';
import { type CallRule, intersectPolicies, isUnconditional, type Policy, unitePolicies } from './seccomp-policy.ts';
import { refusedReason } from './seccomp-refused.ts';
import { writeTest } from './seccomp-tests.ts';
import { isSyscall, nearestName, syscallNames } from './syscalls-table.ts';

export interface PolicyNeeds {
  files: boolean;
  network: boolean;
  /** The module needs executable memory after lockdown: compileSeccomp() then needs codeStart and codeEnd. */
  bigModule: boolean;
  /** Clocks by system call: the CPU-time clocks, and all of them where the kernel has no vDSO clock. */
  clockCalls?: boolean;
}

/** The smallest built-in policy for what a container needs. */
export function policyFor(needs: PolicyNeeds): Policy {
  const chosen = [
    compute,
    ...(needs.bigModule ? [bigModule] : []),
    ...(needs.clockCalls ? [clock] : []),
    ...(needs.files ? [files] : []),
    ...(needs.network ? [network] : []),
  ].map((json) => readPolicy(json, json.name));
  return unitePolicies(chosen.map((policy) => policy.name).join('+'), chosen);
}

/** Of a network broker (runtime/net/broker.ts): Node's event loop and sockets, no files. */
export function brokerPolicy(): Policy {
  const parts = [compute, bigModule, clock, broker].map((json) => readPolicy(json, json.name));
  return unitePolicies('broker', parts);
}

/** What `--seccomp FILE` does: a call stays only when both allow it, with arguments that both allow. */
export function narrowPolicy(base: Policy, user: Policy): Policy {
  return intersectPolicies(base, user);
}

/** What `--seccomp-allow NAME` does: calls without argument checks, except those that would undo other layers. */
export function allowCalls(policy: Policy, names: readonly string[]): Policy {
  const added = [...new Set(names)].map((name): CallRule => {
    if (!isSyscall(name)) {
      const near = nearestName(name, [...syscallNames('x64').keys(), ...syscallNames('arm64').keys()]);
      throw new WasmctrError(
        'usage',
        `can't allow the system call ${JSON.stringify(name)}: there is none of this name`,
        near && `did you mean ${near}?`,
      );
    }
    const refused = refusedReason(name);
    if (refused) throw new WasmctrError('usage', `can't allow the system call ${name}: it ${refused}`);
    return { name, reason: 'added by the user, arguments unchecked', alternatives: [[]], added: true };
  });
  const replaced = new Set(added.map((rule) => rule.name));
  return { name: policy.name, calls: [...policy.calls.filter((rule) => !replaced.has(rule.name)), ...added] };
}

/** One line for reports. */
export function describePolicy({ name, calls }: Policy): string {
  const added = calls.filter((rule) => rule.added).map((rule) => rule.name);
  const counted = `${calls.length} system calls (${name})`;
  return added.length === 0 ? counted : `${counted}, ${added.length} added by the user: ${added.join(', ')}`;
}

/** The form that `loadPolicy` reads. */
export interface JsonPolicy {
  name: string;
  calls: { name: string; reason: string; when?: Record<string, unknown>[] }[];
}

/** The reverse of `loadPolicy`, for `--print-plan`. */
export function printPolicy({ name, calls }: Policy): JsonPolicy {
  return {
    name,
    calls: calls.map(({ name, reason, alternatives }) => {
      if (isUnconditional(alternatives)) return { name, reason };
      return { name, reason, when: alternatives.map(printAlternative) };
    }),
  };
}

function printAlternative(conditions: CallRule['alternatives'][number]): Record<string, unknown> {
  const byName = new Map<string, unknown[]>();
  for (const { parameter, test } of conditions)
    byName.set(parameter.name, [...(byName.get(parameter.name) ?? []), writeTest(parameter, test)]);
  return Object.fromEntries([...byName].map(([name, tests]) => [name, tests.length === 1 ? tests[0] : tests]));
}
