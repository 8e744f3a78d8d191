/** Reads the JSON form of a seccomp policy; every error names its place in the JSON. `policies/*.json` are examples. */
import { WasmctrError } from '../errors.ts';
import { fail, fields, list, words } from './seccomp-json.ts';
import type { Alternative, CallRule, Condition, Policy } from './seccomp-policy.ts';
import { readTest } from './seccomp-tests.ts';
import { callsWithSignatures, parametersOf } from './syscalls-signatures.ts';
import { isSyscall, nearestName, syscallNames } from './syscalls-table.ts';

/**
 * The file is its author's own, but each alternative becomes instructions that the kernel runs at every call: more
 * than this is a mistake.
 */
const maxAlternatives = 16;

/** `source` names the file in errors. */
export function loadPolicy(text: string, source: string): Policy {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new WasmctrError('usage', `can't read the seccomp policy: ${source}: ${detail}`, null, { cause });
  }
  return readPolicy(json, source);
}

export function readPolicy(json: unknown, source: string): Policy {
  const { name, calls } = fields(json, ['name', 'calls'], [], source);
  const rules = list(calls, `${source}: calls`).map((call, i) => readCall(call, `${source}: calls[${i}]`));
  for (const [i, rule] of rules.entries())
    if (rules.findIndex((other) => other.name === rule.name) < i)
      fail(`${source}: calls[${i}].name`, `${rule.name} is listed twice`, 'put both forms into one "when"');
  return { name: words(name, `${source}: name`), calls: rules };
}

function readCall(json: unknown, at: string): CallRule {
  const call = fields(json, ['name', 'reason'], ['when'], at);
  const name = words(call.name, `${at}.name`);
  if (!isSyscall(name)) {
    const near = nearestName(name, [...syscallNames('x64').keys(), ...syscallNames('arm64').keys()]);
    fail(`${at}.name`, `no system call ${JSON.stringify(name)}`, near && `did you mean ${near}?`);
  }
  const reason = words(call.reason, `${at}.reason`);
  if (call.when === undefined) return { name, reason, alternatives: [[]], added: false };
  const alternatives = list(call.when, `${at}.when`);
  if (alternatives.length === 0) fail(`${at}.when`, 'is empty: it would never allow the call', 'leave the call out');
  if (alternatives.length > maxAlternatives) fail(`${at}.when`, `has more than ${maxAlternatives} alternatives`);
  return {
    name,
    reason,
    alternatives: alternatives.map((json, i) => readAlternative(name, json, `${at}.when[${i}]`)),
    added: false,
  };
}

/** One object: argument name → a test, or a list of tests that must all hold. */
function readAlternative(call: string, json: unknown, at: string): Alternative {
  const parameters = parametersOf(call);
  if (!parameters)
    fail(at, `the arguments of ${call} can't be checked`, `these can: ${callsWithSignatures().join(', ')}`);
  const names = parameters.map((p) => p.name);
  const conditions = Object.entries(fields(json, [], names, at)).flatMap(([name, value]): Condition[] => {
    const parameter = parameters.find((p) => p.name === name);
    if (!parameter) return [];
    return (Array.isArray(value) ? value : [value]).map((test, i) => {
      const place = `${at}.${name}${Array.isArray(value) ? `[${i}]` : ''}`;
      return { parameter, test: readTest(test, { parameter, parameters, at: place }) };
    });
  });
  if (conditions.length === 0) fail(at, 'names no argument', 'leave "when" out to allow the call always');
  return conditions;
}
