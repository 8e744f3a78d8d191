/**
 * Where bin/wasmctr lands: `node … dist/cli.cjs run|main FD STDIO module|component|unknown network|offline`. For `run` the container is
 * forked before anything of the caller is read, so that none of it can be in the container's memory.
 */
import { writeSync } from 'node:fs';
import { runGuest } from '../../host/main.ts';
import { fileKinds } from '../../native/data.ts';
import { loadNative } from '../../native/load.ts';
import type { Native } from '../../native/native.ts';
import { type Caller, readCaller } from '../caller.ts';
import { errnoName } from '../kernel-error.ts';
import { checkStdin } from '../module-file.ts';
import { abandon, planContainer, runContainer, type Supervisor } from '../run.ts';
import { type Started, startContainer, startWithBroker } from '../start.ts';
import { stdioKinds } from '../stdio-kinds.ts';
import { warm } from '../warm.ts';
import { main } from './main.ts';
import { readText } from './read-text.ts';
import { describeError } from './report.ts';

const [, , mode, callerFd, openStdio, programKind, network] = process.argv;
const native = nativeOrExit();
/** What is left to do when the command has said everything. */
let afterwards: (() => Promise<void>) | null = null;
/** A container that waits, until a command takes it. */
let waiting: Extract<Started, { role: 'parent' }> | null = null;

async function command(): Promise<number> {
  if (mode === 'run') {
    // After the fork it would be too late: the container has no files.
    const components = programKind === 'module' ? null : await import('../../host/component/component.ts');
    const started = network === 'network' ? startWithBroker(native) : startContainer(native);
    if (started.role === 'broker') return (await import('../net/broker.ts')).runBroker(native, started.controlFd);
    if (started.role === 'child') return runGuest(native, native.awaitPlan(), components);
    waiting = started;
  }
  try {
    return await commandOf(readCaller(Number(callerFd)));
  } catch (error) {
    // Arguments that no command can take: the rest of errors are told by the command itself.
    const { text, exitCode } = describeError(error);
    writeAll(2, text);
    return exitCode;
  } finally {
    // Refused before it came to a run.
    if (waiting !== null) await abandon(waiting);
  }
}

function commandOf(caller: Caller): Promise<number> {
  const stderr = (text: string): void => writeAll(2, text);
  return main({
    argv: caller.argv.slice(1),
    env: caller.env,
    stdout: (text) => writeAll(1, text),
    stderr,
    inspect: async (file) => {
      checkStdin(file, stdioKinds(native, Number(openStdio))[0] !== null);
      return (await import('./inspect-file.ts')).inspectFile(native, file);
    },
    types: async (request) => {
      checkStdin(request.file, stdioKinds(native, Number(openStdio))[0] !== null);
      return (await import('./types-file.ts')).typesFile(native, request);
    },
    doctor: async () => (await import('../doctor.ts')).doctor(native),
    cache: async (request) => (await import('./cache-command.ts')).cacheCommand(native, caller.env, request),
    compile: async (request) => {
      const { compileCommand } = await import('./compile-command.ts');
      return compileCommand({ native, env: caller.env, stderr, onSlow: tellSlow }, request);
    },
    run: (spec) => runContainer(supervisor(caller), spec),
    learn: async (spec, stdoutFd) => {
      const { learn } = await import('../learn.ts');
      return learn({ supervisor: supervisor(caller), spec, stdoutFd, run: runContainer });
    },
    plan: (spec) => planContainer(supervisor(caller), spec),
  });
}

function supervisor({ env }: Caller): Supervisor {
  if (waiting === null) throw new Error('only `run` and `learn` fork a container');
  const taken = waiting;
  waiting = null;
  const stdio = stdioKinds(native, Number(openStdio));
  const openPack: Supervisor['openPack'] = async (component) => {
    const { openPack: open } = await import('../components/open-pack.ts');
    return open(component, { native, env, onSlow: () => tellSlow(component.file) });
  };
  const findCode: Supervisor['findCode'] = async (program) => {
    const { findCode: find } = await import('../kept-code/find.ts');
    const later = (work: () => Promise<void>): void => {
      afterwards = work;
    };
    return find(program, { native, env, later });
  };
  return { ...taken, readText, stdio, openPack, findCode };
}

/** For a person who waits; a log needs no progress. */
async function tellSlow(file: string): Promise<void> {
  if (stdioKinds(native, Number(openStdio))[2] !== fileKinds.terminal) return;
  const { escapeControls } = await import('./terminal.ts');
  writeAll(2, `wasmctr: transpiling ${escapeControls(file)} …\n`);
}

/** Without the addon there is not even exitNow. */
function nativeOrExit(): Native {
  try {
    return loadNative();
  } catch (error) {
    writeAll(2, `wasmctr: ${error instanceof Error ? error.message : String(error)}\n`);
    return process.exit(125);
  }
}

/** A pipe that is full or closed early: what is left waits, or is dropped, as any program's output would be. */
function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if (errnoName(error) !== 'EAGAIN') return;
    }
  }
}

/** Where the build fills the code cache there is no caller; otherwise the process ends with the command. */
export const done: Promise<void> = mode === 'warm' ? warmOnly() : commandAndExit();

async function warmOnly(): Promise<void> {
  await warm(native);
}

/** Node's own shutdown would free what the kernel frees anyway, in 2 ms. */
async function commandAndExit(): Promise<never> {
  try {
    const exitCode = await command();
    // A cache that can't be filled is no reason to fail.
    await afterwards?.().catch(() => {});
    return native.exitNow(exitCode);
  } catch (error) {
    writeAll(2, `wasmctr: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
    return native.exitNow(125);
  }
}
