/**
 * Where bin/wasmctr lands: `node … dist/cli.cjs run|main FD`. For `run` the container is forked before anything of the
 * caller is read, so that none of it can be in the container's memory.
 */
import { writeSync } from 'node:fs';
import { runGuest } from '../../host/main.ts';
import { loadNative } from '../../native/load.ts';
import { type Caller, readCaller } from '../caller.ts';
import { errnoName } from '../kernel-error.ts';
import { planContainer, runContainer, type Supervisor } from '../run.ts';
import { printPolicy } from '../sandbox/seccomp.ts';
import { type Started, startContainer } from '../start.ts';
import { stdioKinds } from '../stdio-kinds.ts';
import { main } from './main.ts';
import { readText } from './read-text.ts';
import { describeError } from './report.ts';

const [, , mode, callerFd, openStdio] = process.argv;
const native = loadNative();

async function command(): Promise<number> {
  const started = mode === 'run' ? startContainer(native) : null;
  if (started?.role === 'child') return runGuest(native, native.awaitPlan());
  const caller = callerOrExit(Number(callerFd));
  return main({
    argv: caller.argv.slice(1),
    env: caller.env,
    stdout: (text) => writeAll(1, text),
    stderr: (text) => writeAll(2, text),
    inspect: async (file) => (await import('./inspect-file.ts')).inspectFile(native, file),
    doctor: async () => (await import('../doctor.ts')).doctor(native),
    run: (spec) => runContainer(supervisor(started), spec),
    plan: async (spec) => {
      const plan = await planContainer(supervisor(started), spec);
      const { seccomp, ...sandbox } = plan.sandbox;
      return { sandbox, seccomp: printPolicy(plan.policy), filterBytes: seccomp.length, enforced: plan.enforced };
    },
  });
}

function supervisor(started: Started | null): Supervisor {
  if (started?.role !== 'parent') throw new Error('only `run` forks a container');
  return { ...started, readText, stdio: stdioKinds(native, Number(openStdio)) };
}

/** Arguments that no command can take are refused before there is one. */
function callerOrExit(fd: number): Caller {
  try {
    return readCaller(fd);
  } catch (error) {
    const { text, exitCode } = describeError(error);
    writeAll(2, text);
    return native.exitNow(exitCode);
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

// Node's own shutdown frees what the kernel frees anyway, in 2 ms.
command().then(
  (code) => native.exitNow(code),
  (error: unknown) => {
    writeAll(2, `wasmctr: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
    native.exitNow(125);
  },
);
