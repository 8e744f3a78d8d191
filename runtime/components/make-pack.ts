/** Has a component's pack made by the tool process (tool.ts), and takes from it bytes and a report, nothing else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { type SignalName, signals } from '../../native/linux.ts';
import { type ErrorCode, WasmctrError } from '../errors.ts';
import { Interrupted } from '../interrupted.ts';
import { pathError } from '../kernel-error.ts';
import type { RunResult } from '../result.ts';
import { type CallerSignal, endingSignals } from '../signals.ts';
import { reportFd, toolLimits } from './tool-protocol.ts';

export interface PackRequest {
  /** Open for reading, at any position. */
  fd: number;
  bytes: number;
  /** For messages. */
  file: string;
  bestEffort: boolean;
}

/** Attack: glue without end, for a component of a few bytes. */
const maxGlueBytes = 64 * 1024 * 1024;
/** Attack: a report without end. The tool process is ours, but what it reports about comes from a hostile one. */
const maxReportBytes = 1024 * 1024;

/**
 * As in native/launcher/node.c (a test compares), without tier-up: the bindgen runs once, and the optimizing compiler
 * would take six times as long as it does.
 */
export const toolFlags: readonly string[] = [
  '--single-threaded',
  '--v8-pool-size=0',
  '--disable-sigusr1',
  '--wasm-sync-tier-up',
  '--no-memory-protection-keys',
  '--no-rehash-snapshot',
  '--invocation-count-for-maglev=1000',
  '--no-warnings',
  '--liftoff',
  '--no-wasm-dynamic-tiering',
];

/** Beside the bundle's other files. */
const toolScript = join(__dirname, 'component-tool.cjs');

/** Throws a WasmctrError for what is wrong with the component, Interrupted when the caller's signal came first. */
export async function makePack(request: PackRequest): Promise<Buffer> {
  // Before there is a tool process: a signal must not find it without us.
  const signal = watchSignals(() => child.kill('SIGTERM'));
  const child = startTool(request);
  try {
    const [pack, report] = await Promise.all([
      collect(child.stdout as Readable, request, request.bytes + maxGlueBytes),
      collect(child.stdio[reportFd] as Duplex, request, maxReportBytes),
      ended(child),
    ]);
    if (signal.received !== null) throw new Interrupted(signal.received);
    checkReport(report, request.file);
    return pack;
  } catch (error) {
    // The tool process ends its container when it is asked to, and removes its control group.
    child.kill('SIGTERM');
    await ended(child).catch(() => {});
    throw error;
  } finally {
    signal.stop();
  }
}

function startTool({ bestEffort, fd }: PackRequest): ChildProcess {
  const args = [...toolFlags, toolScript, ...(bestEffort ? ['--best-effort'] : [])];
  return spawn(process.execPath, args, { env: {}, stdio: ['ignore', 'pipe', 'ignore', 'pipe', fd] });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(pathError('system', "can't start the tool process", process.execPath, error)),
    );
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
}

async function collect(from: Readable, { file }: PackRequest, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of from as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > maxBytes) throw tooComplex(file, `what it becomes has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, total);
}

interface SignalWatch {
  received: CallerSignal | null;
  stop(): void;
}

/** The caller's signals end the tool process first, and then us. */
function watchSignals(end: () => void): SignalWatch {
  const handlers = endingSignals.map((name): [CallerSignal, () => void] => [name, () => interrupt(name)]);
  const stop = (): void => {
    for (const [name, handler] of handlers) process.off(name, handler);
  };
  const watch: SignalWatch = { received: null, stop };
  for (const [name, handler] of handlers) process.on(name, handler);
  return watch;

  function interrupt(name: CallerSignal): void {
    watch.received ??= name;
    end();
  }
}

function tooComplex(file: string, what: string): WasmctrError {
  const hint = 'it may be made of too many or too deeply nested types';
  return new WasmctrError('module', `component too complex to transpile: ${file}: ${what}`, hint);
}

/** Throws unless the report says that the pack was made. */
export function checkReport(report: Buffer, file: string): void {
  const result = readReport(report);
  if (result === null) throw new WasmctrError('internal', `can't transpile: ${file}: the tool process ended early`);
  if (result.ok) return;
  if (result.timedOut) throw tooComplex(file, `it takes more than ${toolLimits.timeout}`);
  if (result.cpuTimeExceeded) throw tooComplex(file, `it takes more than ${toolLimits.cpuTime} of CPU time`);
  if (result.oomKilled) throw tooComplex(file, `it takes more than ${toolLimits.memory} of memory`);
  if (result.error !== null) {
    const { code, message, hint: known } = result.error;
    throw new WasmctrError(code as ErrorCode, message.replace(/\/proc\/self\/fd\/\d+/, file), known);
  }
  const how = result.seccompViolation ?? signalText(result) ?? `exit code ${result.exitCode}`;
  throw new WasmctrError('internal', `can't transpile: ${file}: the tools were stopped: ${how}`, 'please report it');
}

function signalText({ signal }: RunResult): string | null {
  return signal === null ? null : `${signal} ${signals[signal as SignalName] ?? ''}`.trim();
}

function readReport(report: Buffer): RunResult | null {
  try {
    return JSON.parse(report.toString()) as RunResult;
  } catch {
    return null;
  }
}
