/** A seccomp policy in memory: an allow-list, everything else ends the process. `seccomp-load.ts` reads the JSON form. */
import type { Parameter } from './syscalls-signatures.ts';

export interface Policy {
  name: string;
  /** No call twice. */
  calls: readonly CallRule[];
}

export interface CallRule {
  name: string;
  reason: string;
  /** Allowed when every condition of any alternative holds; `[[]]` is always. */
  alternatives: readonly Alternative[];
  /** True when the user added it by name, beyond what the built-in policies grant. */
  added: boolean;
}

export type Alternative = readonly Condition[];

export interface Condition {
  parameter: Parameter;
  test: Test;
}

export type Test =
  /** (argument & mask) == value; a mask of all ones is plain equality. */
  | { kind: 'masked'; mask: bigint; value: bigint }
  | { kind: 'in'; values: readonly bigint[] }
  /** A descriptor number: neither AT_FDCWD nor any other negative. */
  | { kind: 'descriptor' }
  /**
   * start <= argument < end; with `length` start <= argument and argument + length <= end, the length below 4 GiB.
   * Always 64 bits.
   */
  | { kind: 'within'; start: Operand; end: Operand; length: Parameter | null };

/** A number, or one that is known only when the filter is made. */
export type Operand = bigint | FilterParameter;

/** Where V8 reserved its code range, known before the fork. */
export const filterParameters = ['codeStart', 'codeEnd'] as const;
export type FilterParameter = (typeof filterParameters)[number];

/** Policies of several tiers as one: a call is allowed when any of them allows it. */
export function unitePolicies(name: string, policies: readonly Policy[]): Policy {
  const calls = new Map<string, CallRule>();
  for (const rule of policies.flatMap((policy) => policy.calls)) {
    const known = calls.get(rule.name);
    calls.set(rule.name, known ? { ...known, alternatives: anyOf(known.alternatives, rule.alternatives) } : rule);
  }
  return { name, calls: [...calls.values()] };
}

/** Two policies as one: a call is allowed when both allow it with these arguments. */
export function intersectPolicies(base: Policy, user: Policy): Policy {
  const wanted = new Map(user.calls.map((rule) => [rule.name, rule]));
  const calls = base.calls.flatMap((rule) => {
    const other = wanted.get(rule.name);
    return other ? [{ ...rule, alternatives: bothOf(rule.alternatives, other.alternatives) }] : [];
  });
  return { name: `${base.name}, narrowed by ${user.name}`, calls };
}

export function isUnconditional(alternatives: readonly Alternative[]): boolean {
  return alternatives.some((alternative) => alternative.length === 0);
}

/** Text that is equal for equal conditions. */
function conditionKey({ parameter, test }: Condition): string {
  return `${parameter.index} ${JSON.stringify(test, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}`;
}

function anyOf(a: readonly Alternative[], b: readonly Alternative[]): readonly Alternative[] {
  return withoutImplied([...a, ...b]);
}

function bothOf(a: readonly Alternative[], b: readonly Alternative[]): readonly Alternative[] {
  return withoutImplied(
    a.flatMap((left) => b.map((right) => [...new Map([...left, ...right].map((c) => [conditionKey(c), c])).values()])),
  );
}

/** Drops alternatives that ask for all that another one asks for: where that one fails, they fail too. */
function withoutImplied(alternatives: readonly Alternative[]): readonly Alternative[] {
  const keyed = alternatives.map((alternative) => ({ alternative, keys: new Set(alternative.map(conditionKey)) }));
  return keyed
    .filter(({ keys }, i) =>
      keyed.every((other, j) => {
        if (i === j || ![...other.keys].every((key) => keys.has(key))) return true;
        return other.keys.size === keys.size && i < j;
      }),
    )
    .map(({ alternative }) => alternative);
}
