/** Containers of one warm template with a plan that is made once and can be thinned: what the fork path is measured by. */
import { readFileSync } from 'node:fs';
import { runGuest, warmUp } from '../host/main.ts';
import type { SandboxPlan } from '../native/control.ts';
import { cloneFlags } from '../native/linux.ts';
import type { Native } from '../native/native.ts';
import { type Grants, openGrants } from '../runtime/grants.ts';
import { makeConfig, makePlan } from '../runtime/plan.ts';
import type { Cgroup } from '../runtime/sandbox/cgroup.ts';
import { detectCgroups } from '../runtime/sandbox/cgroup-host.ts';
import { builtInFilter } from '../runtime/sandbox/filter.ts';
import { parseHardLimits } from '../runtime/sandbox/rlimits.ts';
import type { Arch } from '../runtime/sandbox/syscalls-table.ts';
import type { RunSpec } from '../runtime/spec.ts';
import { stdioKinds } from '../runtime/stdio-kinds.ts';

const { CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID } = cloneFlags;
/** Above all ids in use. */
const containerId = 0x70000000;

/** Everything between "no layer" and "all layers". */
export interface Sandbox {
  cloneFlags: number;
  aheadFlags: number;
  aheadRoot: number;
  plan: SandboxPlan;
}

/** Monotonic milliseconds of one container. */
export interface Timing {
  start: number;
  /** The clone has returned in the parent. */
  forked: number;
  planned: number;
  /** Its first message: every stage applied, module compiled and instantiated. */
  ready: number;
  end: number;
  compileUs: number;
  instantiateUs: number;
  outcome: unknown;
}

export class Bench {
  readonly native: Native;
  readonly #spec: RunSpec;
  readonly #grants: Grants;
  readonly #cgroup: Cgroup;
  readonly #taskFds: readonly number[];
  readonly full: Sandbox;
  readonly none: Sandbox;
  readonly #anchor: WebAssembly.Instance;

  static async open(native: Native, spec: RunSpec): Promise<Bench> {
    warmUp(native);
    return new Bench(native, spec, await openGrants(spec, { native, mode: 'root', id: containerId }));
  }

  private constructor(native: Native, spec: RunSpec, grants: Grants) {
    this.native = native;
    this.#spec = spec;
    this.#grants = grants;
    this.#anchor = new WebAssembly.Instance(new WebAssembly.Module(anchorModule));
    this.#cgroup = detectCgroups().create();
    const { memoryBytes, pids, cpus, cpuWeight, cpuset } = spec.limits;
    const cgroup = this.#cgroup.limit({ memoryBytes, pids, cpus, cpuWeight, cpuset, io: [], freezer: false });
    this.#taskFds = this.#cgroup.taskFds();
    const needs = { files: grants.preopens.length > 0, network: false };
    const { sandbox } = makePlan(spec, grants, {
      mode: 'root',
      id: containerId,
      landlockAbi: native.landlockAbi(),
      cgroup,
      rlimits: { hard: parseHardLimits(readFileSync('/proc/self/limits', 'utf8')), data: null },
      filter: builtInFilter(process.arch as Arch, needs, native.wasmCodeRange()),
    });
    const cgroupTasks = this.#taskFds.map((_, i) => grants.fds.length + i);
    const plan = { ...sandbox, cgroupTasks };
    this.full = { cloneFlags: CLONE_NEWPID, aheadFlags: CLONE_NEWNET | CLONE_NEWNS, aheadRoot: 1, plan };
    this.none = { cloneFlags: 0, aheadFlags: 0, aheadRoot: 0, plan: emptied(plan) };
  }

  /** Blocks until the container has ended, as nothing else of this process should be in the figure. */
  run(sandbox: Sandbox): Timing {
    const { native } = this;
    (this.#anchor.exports as { f(): void }).f();
    const [ours, theirs] = native.controlPair();
    const { plan, ...options } = sandbox;
    const start = performance.now();
    const forked = native.fork({ ...options, cgroupFd: this.#cgroup.dirFd, controlFd: theirs });
    if (forked.role === 'child') return runGuest(native, native.awaitPlan());
    const forkedAt = performance.now();
    const config = makeConfig(this.#spec, stdioKinds(native, 0b111), this.#grants);
    const bytes = new TextEncoder().encode(JSON.stringify(config));
    native.sendPlan(ours, plan, bytes, [...this.#grants.fds, ...this.#taskFds]);
    const planned = performance.now();
    const first = this.#receive(ours);
    const ready = performance.now();
    this.#wait(forked.pidfd);
    native.reap(forked.pid);
    const end = performance.now();
    const last = first?.type === 'ready' ? this.#receive(ours) : first;
    native.close(ours);
    native.close(forked.pidfd);
    const microseconds = (name: string): number => Number(first?.[name]);
    const [compileUs, instantiateUs] = [microseconds('compileUs'), microseconds('instantiateUs')];
    return { start, forked: forkedAt, planned, ready, end, compileUs, instantiateUs, outcome: last };
  }

  /** Fork and exit alone: nothing of a guest, nothing of a plan. */
  bare(): number {
    const { native } = this;
    const [ours, theirs] = native.controlPair();
    const start = performance.now();
    const options = { cloneFlags: 0, aheadFlags: 0, aheadRoot: 0, cgroupFd: -1, controlFd: theirs };
    const forked = native.fork(options);
    if (forked.role === 'child') return native.exitNow(0);
    this.#wait(forked.pidfd);
    native.reap(forked.pid);
    const end = performance.now();
    native.close(ours);
    native.close(forked.pidfd);
    return (end - start) * 1000;
  }

  async close(): Promise<void> {
    this.#grants.close();
    this.#cgroup.closeFds();
    await this.#cgroup.remove();
  }

  #wait(fd: number): void {
    const pollfd = new Int32Array([fd, 1]); // POLLIN
    this.native.poll(pollfd.buffer, 1, -1);
  }

  #receive(fd: number): Record<string, unknown> | null {
    this.#wait(fd);
    const bytes = this.native.receiveMessage(fd);
    return bytes ? JSON.parse(new TextDecoder().decode(bytes)) : null;
  }
}

/** (module (func (export "f"))): code that lives as long as the template, so that its place is known. */
const anchorModule = Uint8Array.from(
  Buffer.from('0061736d01000000010401600000030201000705010166' + '00000a040102000b', 'hex'),
);

function emptied(plan: SandboxPlan): SandboxPlan {
  return {
    cgroupTasks: [],
    joinNamespaces: [],
    unshareFlags: 0,
    uidMap: '',
    gidMap: '',
    uid: -1,
    gid: -1,
    hostname: '',
    emptyRoot: 0,
    dropCapabilities: 0,
    noNewPrivs: 0,
    landlockFs: 0,
    landlockNet: 0,
    landlockScope: 0,
    landlockPaths: [],
    landlockPorts: [],
    keepFds: plan.keepFds,
    rlimits: [],
    seccompNotify: 0,
    seccomp: new Uint8Array(),
  };
}
