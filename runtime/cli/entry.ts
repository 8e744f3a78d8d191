/**
 * Where bin/wasmctr lands: `node … dist/cli.cjs run|main FD STDIO module|component|unknown network|offline WHY`, WHY
 * telling why no image was used; or, `freeze …`, where an image is made and every process that comes from it goes on.
 */
import { join } from 'node:path';
import { runGuest } from '../../host/main.ts';
import { deliveryFrom } from '../../native/delivery.ts';
import { isPlainContainer, restoredFrom, type Told } from '../../native/freeze.ts';
import { loadNative } from '../../native/load.ts';
import type { Native } from '../../native/native.ts';
import { becomeRestored, prepareToBeRestored } from '../frozen/restored.ts';
import { detectCgroups } from '../sandbox/cgroup-host.ts';
import { earlyStart } from '../start.ts';
import { rehearsals, rehearsedTimeoutMs, warm, warmComponent } from '../warm.ts';
import { runCommand, type Start } from './command.ts';
import { describeError } from './report.ts';
import { writeAll } from './write-all.ts';

const [, , mode = '', ...rest] = process.argv;
const native = nativeOrExit();

/** Without the addon there is not even exitNow. */
function nativeOrExit(): Native {
  try {
    return loadNative();
  } catch (error) {
    writeAll(2, `wasmctr: ${error instanceof Error ? error.message : String(error)}\n`);
    return process.exit(125);
  }
}

/** Where the build fills the code cache there is no caller; otherwise the process ends with the command. */
export const done: Promise<void> = startAs(mode);

async function startAs(mode: string): Promise<void> {
  if (mode === 'warm') return warm(native);
  if (mode === 'freeze') return freezeThenRun();
  const [callerFd, openStdio, programKind = '', network = '', why = ''] = rest;
  return commandAndExit({
    mode,
    callerFd: Number(callerFd),
    openStdio: Number(openStdio),
    programKind,
    network,
    kind: { frozen: false, detail: why },
    early: null,
    situationFd: -1,
    programArgument: 0,
    keepsCode: false,
    detectCgroups,
  });
}

/** Goes on in each process that is restored from the image, and there only. */
async function freezeThenRun(): Promise<never> {
  const { freezeOrders, freezeWarm, rehearsalFolder } = await import('../frozen/freeze.ts');
  // Loaded now: most starts read no code at all.
  const components = await import('../../host/component/component.ts');
  await import('../kept-code/find.ts');
  await import('../net/broker.ts');
  const { makeRehearsalCache, removeRehearsalCache } = await import('../frozen/rehearsal-cache.ts');
  prepareToBeRestored(native);
  const orders = freezeOrders(rest);
  const home = rehearsalFolder(orders);
  const packPath = join(__dirname, 'warm-up.pack');
  const told = await freezeWarm(native, orders, {
    bundle: __filename,
    early: earlyStart(),
    settleMs: rehearsedTimeoutMs + 50,
    rehearsals: rehearsals(native, {
      run: runRestored,
      openCache: (contents) => makeRehearsalCache(native, home, { ...contents, packPath }),
    }),
    warmUp: () => warmComponent(native, components, packPath),
    cleanUp: () => removeRehearsalCache(home),
  });
  if (told === null) return native.exitNow(0);
  return runRestored(told);
}

function runRestored(told: Told): Promise<never> {
  if (isPlainContainer(told)) return containPlainly();
  const restored = restoredFrom(told);
  becomeRestored(restored);
  return commandAndExit({
    mode: 'run',
    callerFd: restored.argumentsFd,
    openStdio: restored.openStdio,
    programKind: restored.kind,
    network: restored.network,
    kind: { frozen: true, detail: 'from an image' },
    early: restored.forked,
    situationFd: restored.situationFd,
    programArgument: restored.programArgument,
    keepsCode: restored.keepsCode,
    detectCgroups,
  });
}

/** What startContainer() and all that leads to it come to there: every function that a start calls costs it a page. */
async function containPlainly(): Promise<never> {
  try {
    return runGuest(native, deliveryFrom(native.awaitPlan()), null);
  } catch (error) {
    return native.exitNow(exitCodeAfter(error));
  }
}

/** Node's own shutdown would free what the kernel frees anyway, in 2 ms. */
async function commandAndExit(start: Start): Promise<never> {
  return native.exitNow(await exitCodeOf(start));
}

async function exitCodeOf(start: Start): Promise<number> {
  try {
    return await runCommand(native, start);
  } catch (error) {
    return exitCodeAfter(error);
  }
}

function exitCodeAfter(error: unknown): number {
  // Where a rehearsal ends (../played-kernel.ts).
  if (!(error instanceof Error)) throw error;
  const isTold = error.name === 'WasmctrError';
  writeAll(2, isTold ? describeError(error).text : `wasmctr: internal error: ${error.stack}\n`);
  return 125;
}
