/** What a run leaves on stderr when it went wrong: one line a fact, `wasmctr: what: on which object: ENAME: likely fix`. */
import { signals } from '../../native/linux.ts';
import { type ErrorCode, errorExitCodes } from '../errors.ts';
import { formatDuration, formatSize } from '../options-parse.ts';
import type { RunResult } from '../result.ts';
import type { RunSpec } from '../spec.ts';
import { escapeControls } from './terminal.ts';

/** A guest can build any stack; nobody reads more of it. */
const maxFrames = 50;
/** Signals that someone sent on purpose, where a shell prints nothing either. */
const quietSignals: readonly string[] = ['SIGINT', 'SIGPIPE', 'SIGTERM', 'SIGHUP'];

export function errorLine(message: string, hint: string | null): string {
  return `wasmctr: ${escapeControls(hint === null ? message : `${message}: ${hint}`)}\n`;
}

/** By name, not by class: code in another file of the bundle has its own copy of WasmctrError. */
export function describeError(error: unknown): { text: string; exitCode: number } {
  if (error instanceof Error && error.name === 'WasmctrError' && 'code' in error && 'hint' in error) {
    const hint = typeof error.hint === 'string' ? error.hint : null;
    const exitCode = errorExitCodes[error.code as ErrorCode] ?? errorExitCodes.internal;
    return { text: errorLine(error.message, hint), exitCode };
  }
  if (error instanceof Error && error.name === 'BrokenPipe') return { text: '', exitCode: 128 + signals.SIGPIPE };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { text: errorLine(`internal error: ${message}`, 'please report it'), exitCode: errorExitCodes.internal };
}

/** Empty when the guest ended by itself, with whatever code: that is its own business. */
export function resultText(result: RunResult, spec: RunSpec): string {
  const lines = reasonLines(result, spec);
  if (result.usage.io.outputTruncated) {
    const message = `output limit reached: ${spec.file}: ENOSPC`;
    lines.push(errorLine(message, `raise --max-output (now ${formatSize(spec.limits.maxOutputBytes)})`));
  }
  return lines.join('');
}

/** The first reason wins: a guest that is out of memory was also killed by a signal. */
function reasonLines(result: RunResult, spec: RunSpec): string[] {
  const { file, limits } = spec;
  if (result.error !== null) return [errorLine(result.error.message, result.error.hint)];
  if (result.seccompViolation !== null) {
    const message = `forbidden system call: ${file}: ${result.seccompViolation}`;
    const hint = 'the guest left the runtime or the policy is too narrow; see wasmctr help sandbox';
    const frames = spec.strace ? result.seccompStack.map((frame) => `    at ${escapeControls(frame, 512)}\n`) : [];
    return [errorLine(message, hint), ...frames];
  }
  if (result.oomKilled) {
    return [errorLine(`out of memory: ${file}: ENOMEM`, `raise --memory (now ${formatSize(limits.memoryBytes)})`)];
  }
  if (result.timedOut) {
    return [errorLine(`timed out: ${file}: ETIMEDOUT`, `raise --timeout (now ${formatLimit(limits.timeoutMs)})`)];
  }
  if (result.cpuTimeExceeded) {
    return [errorLine(`out of CPU time: ${file}`, `raise --cpu-time (now ${formatLimit(limits.cpuTimeMs)})`)];
  }
  if (result.trap !== null) return trapLines(result.trap, file);
  if (result.signal !== null && !quietSignals.includes(result.signal)) {
    return [errorLine(`killed: ${file}: ${result.signal}`, null)];
  }
  return [];
}

function formatLimit(ms: number | null): string {
  return ms === null ? 'none' : formatDuration(ms);
}

function trapLines(trap: NonNullable<RunResult['trap']>, file: string): string[] {
  const what = trap.message === '' || trap.message === trap.name ? trap.name : `${trap.name}: ${trap.message}`;
  const frames = trap.backtrace.slice(0, maxFrames).map((frame) => `    at ${escapeControls(frame, 512)}\n`);
  const more = trap.backtrace.length - frames.length;
  if (more > 0) frames.push(`    ... ${more} more\n`);
  return [errorLine(`trap: ${file}: ${what}`, null), ...frames];
}
