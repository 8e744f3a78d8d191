/**
 * One command, from the launcher's hand-over to its exit code. For `run` the container is forked before anything of the
 * caller is read, so that none of it can be in the container's memory.
 */
import { runGuest } from '../../host/main.ts';
import { fileKinds } from '../../native/data.ts';
import { deliveryFrom } from '../../native/delivery.ts';
import type { EarlyForked } from '../../native/freeze.ts';
import type { Native } from '../../native/native.ts';
import { type Caller, readCaller } from '../caller.ts';
import type { StartRecorder } from '../frozen/recorder.ts';
import { checkStdin } from '../module-file.ts';
import type { StartKind } from '../result.ts';
import { abandon, planContainer, runContainer, type Supervisor } from '../run.ts';
import { type DetectCgroups, type Started, startContainer, startWithBroker } from '../start.ts';
import { stdioKinds } from '../stdio-kinds.ts';
import { main } from './main.ts';
import { readText } from './read-text.ts';
import { describeError } from './report.ts';
import { writeAll, writeStdout } from './write-all.ts';

/** Of `openStdio`. */
const stdoutBit = 1 << 1;

/** What a start is told: by arguments, or in a process that comes from an image by the launcher's own hand. */
export interface Start {
  mode: string;
  callerFd: number;
  /** A bit for each of stdin, stdout and stderr that the caller has open. */
  openStdio: number;
  /** module, component or unknown. */
  programKind: string;
  /** network or offline: whether its flags may want a network. */
  network: string;
  kind: StartKind;
  /** The container of a restored process. */
  early: EarlyForked | null;
  /** For a record of a restored process's start: what the launcher knew (−1: none is wanted), and its program. */
  situationFd: number;
  programArgument: number;
  /** Whether the launcher wants the program's machine code kept. */
  keepsCode: boolean;
  detectCgroups: DetectCgroups;
}

/** A container that waits, until a command takes it. */
type Waiting = Extract<Started, { role: 'parent' }>;

interface Hand {
  waiting: Waiting | null;
  /** What is left to do when the command has said everything. */
  afterwards: (() => Promise<void>) | null;
}

export async function runCommand(native: Native, start: Start): Promise<number> {
  const waiting = start.mode === 'run' ? await startWaiting(native, start) : null;
  const hand: Hand = { waiting, afterwards: null };
  try {
    const exitCode = await commandOf(native, start, readCaller(start.callerFd), hand);
    // A cache that can't be filled is no reason to fail.
    await hand.afterwards?.().catch(() => {});
    return exitCode;
  } catch (error) {
    // Arguments that no command can take: the rest of errors are told by the command itself.
    const { text, exitCode } = describeError(error);
    writeAll(2, text);
    return exitCode;
  } finally {
    // Refused before it came to a run.
    if (hand.waiting !== null) await abandon(hand.waiting);
  }
}

/** Does not return in the container. */
async function startWaiting(
  native: Native,
  { programKind, network, early, detectCgroups: detect }: Start,
): Promise<Waiting> {
  // After the fork it would be too late: the container has no files.
  const components = programKind === 'module' ? null : await import('../../host/component/component.ts');
  const start = network === 'network' ? startWithBroker : startContainer;
  const started = start(native, { early, detect });
  if (started.role === 'broker') return (await import('../net/broker.ts')).runBroker(native, started.controlFd);
  if (started.role === 'child') return runGuest(native, deliveryFrom(native.awaitPlan()), components);
  return started;
}

function commandOf(native: Native, start: Start, caller: Caller, hand: Hand): Promise<number> {
  const supervisor = (recorder: StartRecorder | null = null): Supervisor => {
    if (hand.waiting === null) throw new Error('only `run` and `learn` fork a container');
    const taken = hand.waiting;
    hand.waiting = null;
    const later = (work: () => Promise<void>): void => {
      hand.afterwards = work;
    };
    return makeSupervisor(native, { start, caller, waiting: taken, later, recorder });
  };
  const stderr = (text: string): void => writeAll(2, text);
  const run: typeof runContainer = async (...given) => {
    const result = { ...(await runContainer(...given)), start: start.kind };
    try {
      given[0].recorder?.ended(result);
    } catch {
      // A record that can't be written is no reason to fail.
    }
    return result;
  };
  return main({
    argv: caller.argv.slice(1),
    env: caller.env,
    stdout: (text) => writeStdout(text, (start.openStdio & stdoutBit) !== 0),
    stderr,
    inspect: async (file) => {
      checkStdin(file, stdioKinds(native, start.openStdio)[0] !== null);
      return (await import('./inspect-file.ts')).inspectFile(native, file);
    },
    types: async (request) => {
      checkStdin(request.file, stdioKinds(native, start.openStdio)[0] !== null);
      return (await import('./types-file.ts')).typesFile(native, request);
    },
    cache: async (request) => (await import('./cache-command.ts')).cacheCommand(native, caller.env, request),
    compile: async (request) => {
      const { compileCommand } = await import('./compile-command.ts');
      const onSlow = (file: string): Promise<void> => tellSlow(native, start.openStdio, file);
      return compileCommand({ native, env: caller.env, stderr, onSlow }, request);
    },
    doctor: async () => (await import('../doctor-command.ts')).doctorCommand(native, caller.env, start.kind.detail),
    run: async (spec) => run(supervisor(await recorderOf(native, start, caller)), spec),
    learn: async (spec, stdoutFd) => {
      const { learn } = await import('../learn.ts');
      return learn({ supervisor: supervisor(), spec, stdoutFd, run });
    },
    plan: (spec) => planContainer(supervisor(), spec),
  });
}

interface Taken {
  start: Pick<Start, 'openStdio' | 'keepsCode'>;
  caller: Caller;
  waiting: Waiting;
  later(work: () => Promise<void>): void;
  recorder: StartRecorder | null;
}

async function recorderOf(
  native: Native,
  { situationFd, programArgument }: Start,
  { argv, env }: Caller,
): Promise<StartRecorder | null> {
  if (situationFd < 0) return null;
  const { startRecorder } = await import('../frozen/record.ts');
  return startRecorder({ native, situationFd, programArgument, argv, env });
}

function makeSupervisor(native: Native, { start, caller: { env }, waiting, later, recorder }: Taken): Supervisor {
  const { openStdio, keepsCode } = start;
  const stdio = stdioKinds(native, openStdio);
  const openPack: Supervisor['openPack'] = async (component) => {
    const { openPack: open } = await import('../components/open-pack.ts');
    return open(component, { native, env, onSlow: () => tellSlow(native, openStdio, component.file) });
  };
  const findCode: Supervisor['findCode'] = async (program) => {
    const { findCode: find } = await import('../kept-code/find.ts');
    return find(keepsCode ? { ...program, refresh: true } : program, { native, env, later });
  };
  return { ...waiting, readText, stdio, openPack, findCode, recorder };
}

/** For a person who waits; a log needs no progress. */
async function tellSlow(native: Native, openStdio: number, file: string): Promise<void> {
  if (stdioKinds(native, openStdio)[2] !== fileKinds.terminal) return;
  const { escapeControls } = await import('./terminal.ts');
  writeAll(2, `wasmctr: transpiling ${escapeControls(file)} …\n`);
}
