/** From how a container ended to the one result that the caller sees. */

import type { IoCounters } from '../host/config.ts';
import { type SignalName, signals } from '../native/linux.ts';
import { WasmctrError } from './errors.ts';
import { guestFailure, stageFailure } from './failure.ts';
import type { NetOutcome } from './net/broker-process.ts';
import type { Durations, EnforcedLayer, PackOrigin, RunResult } from './result.ts';
import type { CgroupUsage } from './sandbox/cgroup.ts';
import type { CallerSignal } from './signals.ts';
import type { Ending, KillReason } from './supervise.ts';

/** The system call that broke the filter, and the native stack that made it. */
export interface Violation {
  call: string;
  stack: readonly string[];
}

export interface ResultInput {
  file: string;
  ending: Ending;
  violation: Violation | null;
  cgroupUsage: CgroupUsage | null;
  durations: Durations;
  enforced: Readonly<Record<string, EnforcedLayer>>;
  pack: PackOrigin | null;
  /** null: it had no network. */
  network: NetOutcome | null;
}

const noIo: IoCounters = { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false };
/** abort(3) begins with them: V8 ends itself when its heap is full, and the filter is there first. */
const abortCalls: readonly string[] = ['gettid', 'tgkill'];
const exitCodes = { timeout: 124, trap: 134, signalBase: 128 } as const;

export function buildResult(input: ResultInput): RunResult {
  const { ending, cgroupUsage } = input;
  return {
    ...emptyResult(input),
    ...reason(input),
    usage: usageOf(ending, cgroupUsage),
    pack: input.pack,
    network: input.network?.usage ?? null,
    code: codeOf(ending),
  };
}

/** A run that failed before there was a container. */
export function failedResult(error: WasmctrError, durations: Durations): RunResult {
  const result = emptyResult({ durations, enforced: {} });
  return { ...result, exitCode: error.exitCode, error: { code: error.code, message: error.message, hint: error.hint } };
}

/** The caller's signal came before the guest began. */
export function interruptedResult(signal: CallerSignal, durations: Durations): RunResult {
  return { ...emptyResult({ durations, enforced: {} }), ...killed(signal) };
}

function emptyResult({ durations, enforced }: Pick<ResultInput, 'durations' | 'enforced'>): RunResult {
  return {
    ok: false,
    exitCode: 125,
    guestExitCode: null,
    signal: null,
    trap: null,
    timedOut: false,
    cpuTimeExceeded: false,
    oomKilled: false,
    seccompViolation: null,
    seccompStack: [],
    error: null,
    results: [],
    start: { frozen: false, detail: '' },
    durations,
    usage: {
      userMs: 0,
      systemMs: 0,
      peakMemoryBytes: 0,
      minorFaults: 0,
      majorFaults: 0,
      io: noIo,
      codeBytes: 0,
      cgroup: null,
    },
    code: null,
    pack: null,
    network: null,
    enforced,
  };
}

/** The first reason that applies: what stopped the guest goes before what it reported. */
function reason(input: ResultInput): Partial<RunResult> {
  const { ending, cgroupUsage } = input;
  const { stage, failed, outcome } = ending.messages;
  if (stage !== undefined) return failure(stageFailure(stage));
  if (input.violation !== null && abortCalls.includes(input.violation.call)) {
    const error = new WasmctrError('internal', `the engine gave up: ${input.file}: ENOMEM`, 'raise --memory');
    return { ...violation(input.violation), ...failure(error), signal: null };
  }
  if (input.violation !== null) return violation(input.violation);
  if (input.network?.lost) return failure(input.network.lost);
  if (ending.killedFor !== null) return killed(ending.killedFor);
  if (ending.status.signal !== 0) return signalled(signalName(ending.status.signal), cgroupUsage);
  if (failed !== undefined) return failure(guestFailure(failed, input.file));
  if (outcome !== undefined && ending.status.code === 0) return ended(outcome.outcome);
  return failure(
    new WasmctrError('internal', `the container ended without a result: exit status ${ending.status.code}`),
  );
}

function failure(error: WasmctrError): Partial<RunResult> {
  return { exitCode: error.exitCode, error: { code: error.code, message: error.message, hint: error.hint } };
}

function violation({ call, stack }: Violation): Partial<RunResult> {
  const exitCode = exitCodes.signalBase + signals.SIGSYS;
  return { exitCode, signal: 'SIGSYS', seccompViolation: call, seccompStack: stack };
}

function killed(by: KillReason): Partial<RunResult> {
  if (by === 'timeout') return { exitCode: exitCodes.timeout, timedOut: true, signal: 'SIGKILL' };
  if (by === 'cpu-time') return { exitCode: exitCodes.timeout, cpuTimeExceeded: true, signal: 'SIGKILL' };
  if (by === 'protocol')
    return failure(new WasmctrError('internal', 'the container sent what no container sends; it was killed'));
  return { exitCode: exitCodes.signalBase + signals[by], signal: by };
}

function signalled(name: string, usage: CgroupUsage | null): Partial<RunResult> {
  const number = signals[name as SignalName] ?? 0;
  const oomKilled = name === 'SIGKILL' && (usage?.oomKills ?? 0) > 0;
  if (name === 'SIGXCPU') return { exitCode: exitCodes.timeout, cpuTimeExceeded: true, signal: name };
  if (name === 'SIGSYS') return violation({ call: 'unknown', stack: [] });
  return { exitCode: exitCodes.signalBase + number, signal: name, oomKilled };
}

function ended(outcome: NonNullable<Ending['messages']['outcome']>['outcome']): Partial<RunResult> {
  switch (outcome.kind) {
    case 'exit':
      return { ok: outcome.code === 0, exitCode: processCode(outcome.code), guestExitCode: outcome.code };
    case 'returned':
      return { ok: true, exitCode: 0, guestExitCode: 0, results: outcome.results };
    case 'raised':
      return { exitCode: exitCodes.signalBase + outcome.signal, signal: signalName(outcome.signal) };
    case 'trap': {
      const { name, message, backtrace } = outcome;
      return { exitCode: exitCodes.trap, trap: { name, message, backtrace } };
    }
  }
}

/** exit(3) keeps the low byte; a failure must not become success by that. */
function processCode(code: number): number {
  const low = code & 0xff;
  return low === 0 && code !== 0 ? 255 : low;
}

function signalName(number: number): string {
  return Object.entries(signals).find(([, n]) => n === number)?.[0] ?? `signal ${number}`;
}

function codeOf({ messages: { ready } }: Ending): RunResult['code'] {
  if (ready === undefined) return null;
  return ready.isKept ? 'kept' : 'compiled';
}

function usageOf(ending: Ending, cgroup: CgroupUsage | null): RunResult['usage'] {
  const { status, messages } = ending;
  return {
    userMs: status.userUs / 1000,
    systemMs: status.systemUs / 1000,
    peakMemoryBytes: status.maxRssBytes,
    minorFaults: status.minorFaults,
    majorFaults: status.majorFaults,
    io: messages.outcome?.io ?? noIo,
    codeBytes: messages.ready?.codeBytes ?? 0,
    cgroup: cgroup && {
      memoryPeakBytes: cgroup.memoryPeakBytes ?? 0,
      throttledMs: (cgroup.throttledUs ?? 0) / 1000,
      oomEvents: cgroup.oomKills ?? 0,
      ioReadBytes: cgroup.ioReadBytes ?? 0,
      ioWriteBytes: cgroup.ioWriteBytes ?? 0,
    },
  };
}
