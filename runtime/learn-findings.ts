/** What `wasmctr learn` tells people: what was seen, and what it made of it. */
import { usesByMount } from './learn-grants.ts';
import type { Observed } from './learn-policy.ts';
import { formatDuration, formatSize } from './options-parse.ts';
import type { JsonPolicy } from './sandbox/seccomp.ts';
import type { RunSpec } from './spec.ts';

export type Finding = readonly [label: string, text: string];

export function findingsOf(observed: Observed, learned: RunSpec, { calls }: JsonPolicy): readonly Finding[] {
  return [
    ...endFinding(observed),
    callsFinding(observed, calls),
    ...mountFindings(observed),
    ...limitFindings(observed, learned),
  ];
}

/** What fails early has not shown what it needs. */
function endFinding({ isComplete, uses, result }: Observed): Finding[] {
  if (!isComplete || uses === null) {
    return [
      ['incomplete', 'it was ended before it could tell what it used: directories, variables and limits are as given'],
    ];
  }
  if (result.ok) return [];
  const how = result.trap === null ? `exit code ${result.exitCode}` : `a trap (${result.trap.name})`;
  return [['failed', `${how}: the policy has what it needed to get there`]];
}

function callsFinding({ calls, allowed }: Observed, kept: JsonPolicy['calls']): Finding {
  const names = [...calls].sort(([, a], [, b]) => b - a).map(([name, times]) => `${name} ${times}`);
  const unseen = kept.filter(({ name }) => !calls.has(name)).map(({ name }) => name);
  const rest = unseen.length === 0 ? '' : `; kept for the engine: ${unseen.join(', ')}`;
  return ['system calls', `${kept.length} of ${allowed.calls.length}: ${names.join(', ')}${rest}`];
}

const words = { none: 'not used, left out', read: 'read', write: 'written' } as const;

function mountFindings({ spec, uses }: Observed): Finding[] {
  if (uses === null) return [];
  const mounts = [...usesByMount(spec, uses)].map(([guest, use]): Finding => [guest, words[use]]);
  // PWD is --workdir's own.
  if (spec.env.every((variable) => variable === `PWD=${spec.workdir}`)) return mounts;
  return [...mounts, ['variables', uses.environment ? 'asked for' : 'not used, left out']];
}

function limitFindings({ isComplete, uses, result, disks }: Observed, { limits }: RunSpec): Finding[] {
  if (!isComplete || uses === null) return [];
  const { usage, durations } = result;
  const used = (limit: string, value: string): string => `${limit} (used ${value})`;
  const memory = uses.memoryBytes === null ? 'an unknown part' : formatBytes(uses.memoryBytes);
  const cpuMs = Math.ceil(usage.userMs + usage.systemMs);
  const wallMs = Math.ceil(durations.readyMs + durations.guestMs);
  return [
    ['memory', used(formatSize(limits.memoryBytes), memory)],
    ['cpu-time', used(formatDuration(limits.cpuTimeMs ?? 0), `${cpuMs}ms`)],
    ['timeout', used(formatDuration(limits.timeoutMs ?? 0), `${wallMs}ms`)],
    ['max-files', used(`${limits.maxFiles}`, `${uses.files}`)],
    ['max-output', used(formatSize(limits.maxOutputBytes), formatBytes(usage.io.outputBytes))],
    ...disks.map(({ guest, peakBytes }): Finding => [`tmpfs ${guest}`, `used ${formatBytes(peakBytes)}`]),
  ];
}

/** In the largest unit that keeps one digit behind the point honest. */
function formatBytes(bytes: number): string {
  if (bytes >= 1024 ** 2) return `${(bytes / 1024 ** 2).toFixed(1)}MiB`;
  return bytes >= 1024 ? `${(bytes / 1024).toFixed(1)}KiB` : `${bytes}B`;
}
