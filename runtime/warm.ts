/**
 * Runs what a start runs, on made-up input and without effect: V8 then has compiled it. The build keeps that code in the
 * cache beside the bundle.
 */
import { warmUp } from '../host/main.ts';
import type { Native } from '../native/native.ts';
import { main } from './cli/main.ts';
import { parseContainerMessage } from './guest-message.ts';
import { makeConfig, makePlan } from './plan.ts';
import type { RunResult } from './result.ts';
import { buildResult } from './result-build.ts';
import { builtInFilter } from './sandbox/filter.ts';
import type { RunSpec } from './spec.ts';

const usedFlags = ['--dir', '/tmp::/data:ro', '--env', 'K=V', '--timeout', '5s', '--memory', '64MiB'];

export async function warm(native: Native): Promise<void> {
  warmUp(native);
  await main({
    argv: ['run', ...usedFlags, 'app.wasm', 'argument'],
    env: ['PATH=/bin'],
    stdout: () => {},
    stderr: () => {},
    run: async (spec) => warmPlan(spec),
    plan: async () => ({}),
    inspect: async () => ({ json: null, text: '', exitCode: 0 }),
    doctor: async () => ({ json: null, text: '', exitCode: 0 }),
  });
}

function warmPlan(spec: RunSpec): RunResult {
  const grants = {
    fds: [0, 1],
    module: { fd: 0, bytes: 8 },
    preopens: [{ guestPath: '/data', fd: 1, readOnly: true }],
    listeners: [],
  };
  const plan = makePlan(spec, grants, {
    mode: 'root',
    id: 1,
    landlockAbi: 7,
    cgroup: [],
    rlimits: { hard: new Map(), data: null },
    filter: builtInFilter('x64', { files: true, network: false }, { start: 0x1000n, end: 0x2000n }),
  });
  JSON.stringify(makeConfig(spec, [null, null, null], grants));
  const usage = { maxRssBytes: 0, minorFaults: 0, majorFaults: 0, voluntarySwitches: 0, involuntarySwitches: 0 };
  const io = { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false };
  const outcome = { type: 'outcome', outcome: { kind: 'exit', code: 0 }, io };
  const message = parseContainerMessage(new TextEncoder().encode(JSON.stringify(outcome)));
  return buildResult({
    file: spec.file,
    ending: {
      status: { code: 0, signal: 0, userUs: 0, systemUs: 0, ...usage },
      messages: message?.type === 'outcome' ? { outcome: message } : {},
      killedFor: null,
      readyAtMs: 0,
      endedAtMs: 0,
    },
    violation: null,
    cgroupUsage: null,
    durations: { totalMs: 0, bootMs: 0, planMs: 0, forkMs: 0, readyMs: 0, compileMs: 0, guestMs: 0 },
    enforced: plan.enforced,
  });
}
