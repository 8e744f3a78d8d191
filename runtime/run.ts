/** One run, from a resolved spec to its result, in a process that is its own template. */

import { readFileSync } from 'node:fs';
import { type FileKind, fileKinds } from '../native/data.ts';
import { signals } from '../native/linux.ts';
import type { Native } from '../native/native.ts';
import { isWasmctrError } from './errors.ts';
import { ownMaps } from './frozen/own-maps.ts';
import type { Sent, StartRecorder } from './frozen/recorder.ts';
import { type GrantContext, type Grants, type OpenPack, openGrants } from './grants.ts';
import { isInterrupted } from './interrupted.ts';
import type { FindCode } from './kept-code/find.ts';
import { errnoName } from './kernel-error.ts';
import type { Learner } from './learner.ts';
import { checkStdin } from './module-file.ts';
import { makeConfig, makePlan, type Plan } from './plan.ts';
import type { RunResult } from './result.ts';
import { buildResult, failedResult, interruptedResult, type Violation } from './result-build.ts';
import { startClock } from './run-clock.ts';
import { limitGroup } from './run-group.ts';
import { runningGrants } from './running.ts';
import type { Cgroup, CgroupHost } from './sandbox/cgroup.ts';
import { journaled } from './sandbox/cgroup-files.ts';
import { builtInFilter, type Filter } from './sandbox/filter.ts';
import { parseHardLimits } from './sandbox/rlimits.ts';
import type { PolicyNeeds } from './sandbox/seccomp.ts';
import type { Arch } from './sandbox/syscalls-table.ts';
import type { RunSpec } from './spec.ts';
import { type Ending, supervise } from './supervise.ts';
import { type Container, describeFork } from './template.ts';

export interface Supervisor {
  native: Native;
  /** Kept: its code marks the place of all WebAssembly code, which is looked for when the plan is made. */
  engine: WebAssembly.Instance;
  container: Container;
  /** Forked before anything of the caller was in memory; null: where one is needed, it is forked then. */
  broker: Container | null;
  cgroups: CgroupHost;
  /** Made before the fork where the kernel wants a process to be born in it. */
  cgroup: Cgroup;
  /** What the caller's stdin, stdout and stderr are; null where it closed one. */
  stdio: readonly (FileKind | null)[];
  readText(path: string, label: string): string;
  openPack: OpenPack | null;
  /** null: no code is kept. */
  findCode: FindCode | null;
  /** null: this start is not to be written down. */
  recorder: StartRecorder | null;
}

interface Prepared {
  grants: Grants;
  plan: Plan;
  /** Into files of its control groups. */
  groupWrites: Sent['groupWrites'];
  learner: Learner | null;
}

const utf8 = new TextEncoder();

/** Ids above all that systemd and useradd hand out, and below 2^31; pids are unique among what lives. */
const firstContainerId = 0x70000000;
/** Never rejects for a reason that is the user's: a refused run is a result too. */
export async function runContainer(
  supervisor: Supervisor,
  spec: RunSpec,
  learner: Learner | null = null,
): Promise<RunResult> {
  const { native, container, cgroup } = supervisor;
  const clock = startClock(container);
  try {
    const prepared = container.isRunning ? null : await prepare(supervisor, spec, learner);
    const grants = prepared?.grants ?? runningGrants;
    learner?.watchGrants(grants);
    // Watched first: a container that fails at once must be heard.
    const ended = supervise(native, container, spec.limits, learner?.receive);
    const broker = grants.network?.broker ?? null;
    // Its guest would wait for answers for ever.
    broker?.watch(() => native.kill(container.pidfd, signals.SIGKILL));
    try {
      if (prepared !== null) send(supervisor, spec, { ...prepared, learner });
    } catch (error) {
      // The container died while it waited: its last message and its status say why.
      if (errnoName(error) !== 'EPIPE') throw error;
    } finally {
      grants.close();
      cgroup.closeFds();
    }
    clock.planned();
    const ending = await ended;
    const network = broker && (await broker.finish());
    const cgroupUsage = cgroup.usage();
    learner?.ended(ending, cgroupUsage);
    if (ending.messages.hot !== undefined) grants.module.code?.learned?.(ending.messages.hot.functions);
    const violation = await describeViolation(ending);
    return buildResult({
      file: spec.file,
      violation,
      ending,
      cgroupUsage,
      durations: clock.stop(ending),
      enforced: prepared?.plan.enforced ?? {},
      pack: grants.module.pack,
      network,
    });
  } catch (error) {
    discard(native, container);
    if (isWasmctrError(error)) return failedResult(error, clock.stop(null));
    if (isInterrupted(error)) return interruptedResult(error.signal, clock.stop(null));
    throw error;
  } finally {
    await cgroup.remove();
    await supervisor.cgroups.sweepStale();
  }
}

/** The table of names is loaded for the call that broke the filter, and only then. */
async function describeViolation({ messages }: Ending): Promise<Violation | null> {
  if (messages.seccomp === undefined) return null;
  const { describeStack, nameCall } = await import('./sandbox/filter-custom.ts');
  const { nr, frames } = messages.seccomp;
  return { call: nameCall(process.arch as Arch, nr), stack: describeStack(frames, ownMaps()) };
}

/** `--print-plan`: everything resolved, nothing run. */
export async function planContainer(supervisor: Supervisor, spec: RunSpec): Promise<object> {
  try {
    const { grants, plan } = await prepare(supervisor, spec, null);
    await giveBack(grants);
    const { customPolicy, printPolicy } = await import('./sandbox/filter-custom.ts');
    const { seccomp, ...sandbox } = plan.sandbox;
    const policy = customPolicy({ spec, needs: filterNeeds(supervisor, grants), readText: supervisor.readText });
    const fork = describeFork(supervisor.container.mode);
    return { fork, sandbox, seccomp: printPolicy(policy), filterBytes: seccomp.length, enforced: plan.enforced };
  } finally {
    await abandon(supervisor);
  }
}

/** Ends a container that will not be run, and removes its group. */
export async function abandon(
  supervisor: Pick<Supervisor, 'native' | 'container' | 'broker' | 'cgroup'>,
): Promise<void> {
  const { native, container, cgroup } = supervisor;
  discard(native, container);
  discardWaiting(supervisor);
  cgroup.closeFds();
  await cgroup.remove();
}

async function prepare(
  supervisor: Supervisor,
  spec: RunSpec,
  learner: Learner | null,
): Promise<Omit<Prepared, 'learner'>> {
  const { native, container, cgroup, stdio, openPack, readText } = supervisor;
  const { mode, pid } = container;
  checkStdin(spec.file, stdio[0] !== null);
  const id = mode === 'root' ? firstContainerId + pid : (process.geteuid?.() ?? 0);
  const openBroker: GrantContext['openBroker'] = async (packFd) => {
    const { startBroker } = await import('./net/broker-process.ts');
    const waiting = supervisor.broker;
    supervisor.broker = null;
    return startBroker({ native, waiting, mode, cgroup, spec, packFd, readText });
  };
  // What is learned of a run should not depend on the runs before it.
  const findCode = learner === null ? supervisor.findCode : null;
  const grants = await openGrants(spec, { native, mode, id, openPack, openBroker, findCode });
  // The guess was wrong: this guest needs none.
  discardWaiting(supervisor);
  try {
    const { result: controllers, writes } = journaled(() => limitGroup(cgroup, spec, grants));
    const plan = makePlan(spec, grants, {
      mode,
      id,
      landlockAbi: native.landlockAbi(),
      cgroup: controllers,
      rlimits: { hard: parseHardLimits(readFileSync('/proc/self/limits', 'utf8')), data: null },
      filter: learner?.filter(filterNeeds(supervisor, grants)) ?? (await chooseFilter(supervisor, spec, grants)),
    });
    return { grants, plan, groupWrites: writes };
  } catch (error) {
    await giveBack(grants);
    throw error;
  }
}

/** What was opened for a container that will not be run. */
async function giveBack({ close, network }: Grants): Promise<void> {
  close();
  await network?.broker.finish();
}

/** Ends a broker that nobody took. */
function discardWaiting(supervisor: Pick<Supervisor, 'native' | 'broker'>): void {
  if (supervisor.broker === null) return;
  discard(supervisor.native, supervisor.broker);
  supervisor.broker = null;
}

async function chooseFilter(supervisor: Supervisor, spec: RunSpec, grants: Grants): Promise<Filter> {
  const { native, readText } = supervisor;
  const needs = filterNeeds(supervisor, grants);
  const arch = process.arch as Arch;
  if (spec.seccomp === null && spec.seccompAllow.length === 0) {
    return builtInFilter(arch, needs, native.wasmCodeRange());
  }
  const { customFilter, customPolicy } = await import('./sandbox/filter-custom.ts');
  return customFilter(arch, customPolicy({ spec, needs, readText }), native.wasmCodeRange());
}

export function filterNeeds(
  { stdio }: Pick<Supervisor, 'stdio'>,
  grants: Pick<Grants, 'preopens' | 'listeners' | 'network'>,
): Pick<PolicyNeeds, 'files' | 'network'> {
  // A guest whose stdin, stdout or stderr is a file may seek in it and sync it.
  const stdioIsFile = stdio.some((kind) => kind === fileKinds.regularFile || kind === fileKinds.blockDevice);
  return {
    files: grants.preopens.length > 0 || stdioIsFile,
    network: grants.listeners.length > 0 || grants.network !== null,
  };
}

function send(
  { native, container, cgroup, stdio, recorder }: Supervisor,
  spec: RunSpec,
  { grants, plan, groupWrites, learner }: Prepared,
): void {
  const tasks = cgroup.taskFds();
  const fds = [...grants.fds, ...tasks];
  const cgroupTasks = tasks.map((_, position) => grants.fds.length + position);
  const config = utf8.encode(
    JSON.stringify({ ...makeConfig(spec, stdio, grants), learn: learner && { stdoutFd: learner.stdoutFd } }),
  );
  const sandbox = { ...plan.sandbox, cgroupTasks };
  native.sendPlan(container.controlFd, sandbox, config, fds);
  recorder?.sent({ spec, grants, container, cgroup, groupWrites, plan: sandbox, config });
}

/** A container that got no plan: the closed channel ends it. */
function discard(native: Native, { controlFd, pidfd }: Container): void {
  native.kill(pidfd, signals.SIGKILL);
  native.close(controlFd);
  native.close(pidfd);
}
