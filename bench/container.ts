/** Containers of one warm template with a plan that is made once and can be thinned: what the fork path is measured by. */
import { openSync, readFileSync, statSync } from 'node:fs';
import { componentRun } from '../host/component/component.ts';
import { loadComponent } from '../host/component/load.ts';
import { calledExports } from '../host/entry.ts';
import { loadModule, type ReadRequest } from '../host/load.ts';
import { runGuest, warmUp } from '../host/main.ts';
import type { SandboxPlan } from '../native/control.ts';
import { deliveryFrom } from '../native/delivery.ts';
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
const components = { componentRun };
/** Above all ids in use. */
const containerId = 0x70000000;

/** Everything between "no layer" and "all layers". */
export interface Sandbox {
  cloneFlags: number;
  aheadFlags: number;
  aheadRoot: number;
  plan: SandboxPlan;
}

/** A file, and how much of it counts. */
export interface ProgramPack {
  path: string;
  bytes: number;
}

const openProgramFile = ({ path, bytes }: ProgramPack): { fd: number; bytes: number } => ({
  fd: openSync(path, 'r'),
  bytes,
});

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
  /** What a container reads: the module, or a component's pack. */
  readonly #program: ProgramPack;
  readonly #spec: RunSpec;
  readonly #grants: Grants;
  readonly #cgroup: Cgroup;
  readonly #taskFds: readonly number[];
  readonly full: Sandbox;
  readonly none: Sandbox;
  readonly #anchor: WebAssembly.Instance;
  /** While it lives, V8 finds its code again for the same bytes. */
  readonly #kept: WebAssembly.Module[] = [];

  /** `pack`: of a component, which spec.file is then. */
  static async open(native: Native, spec: RunSpec, pack: ProgramPack | null = null): Promise<Bench> {
    warmUp(native);
    const openBroker = () => Promise.reject(new Error('no network is measured here'));
    const openPack =
      pack &&
      (() => Promise.resolve({ ...openProgramFile(pack), entry: null, origin: { cache: 'hit', note: null } as const }));
    const context = { native, mode: 'root', id: containerId, openPack, findCode: null, openBroker } as const;
    return new Bench(
      native,
      spec,
      await openGrants(spec, context),
      pack ?? { path: spec.file, bytes: statSync(spec.file).size },
    );
  }

  private constructor(native: Native, spec: RunSpec, grants: Grants, program: ProgramPack) {
    this.native = native;
    this.#program = program;
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
    // Read once from its start by each container: a position of its own.
    const module = openSync(this.#program.path, 'r');
    const [ours, theirs] = native.controlPair();
    const { plan, ...options } = sandbox;
    const start = performance.now();
    const forked = native.fork({ ...options, turnsLoop: 0, cgroupFd: this.#cgroup.dirFd, controlFd: theirs });
    if (forked.role === 'child') return runGuest(native, deliveryFrom(native.awaitPlan()), components);
    const forkedAt = performance.now();
    native.sendPlan(ours, plan, this.#config(), [module, ...this.#grants.fds.slice(1), ...this.#taskFds]);
    const planned = performance.now();
    const first = this.#receive(ours);
    const ready = performance.now();
    this.#wait(forked.pidfd);
    native.reap(forked.pid);
    const end = performance.now();
    const last = first?.type === 'ready' ? this.#receive(ours) : first;
    for (const fd of [ours, forked.pidfd, module]) native.close(fd);
    const microseconds = (name: string): number => Number(first?.[name]);
    const [compileUs, instantiateUs] = [microseconds('compileUs'), microseconds('instantiateUs')];
    return { start, forked: forkedAt, planned, ready, end, compileUs, instantiateUs, outcome: last };
  }

  /** Runs the module here, as a template does that was made for it: what V8 compiles by then, children inherit. */
  warmModule(): void {
    const { native } = this;
    const bytes = readFileSync(this.#program.path).subarray(0, this.#program.bytes);
    const file = {
      sizeBytes: bytes.length,
      readAt({ buffer, address, length, offset }: ReadRequest): number {
        const part = bytes.subarray(offset, offset + length);
        new Uint8Array(buffer).set(part, address);
        return part.length;
      },
    };
    const { memoryBytes } = this.#spec.limits;
    if (this.#grants.module.pack === null) {
      this.#kept.push(loadModule(file, { memoryLimitBytes: memoryBytes, calledExports: calledExports(null) }).module);
    } else this.#kept.push(...loadComponent(file, memoryBytes, null).modules.values());
    const [ours, theirs] = native.controlPair();
    const fds = [openSync(this.#program.path, 'r'), ...this.#grants.fds.slice(1)];
    const staying = Object.create(native, { exitNow: { value: leave } });
    try {
      runGuest(staying, { controlFd: theirs, config: this.#config(), fds }, components);
    } catch (error) {
      if (!(error instanceof Left)) throw error;
    }
    for (const fd of [ours, theirs, fds[0] ?? -1]) native.close(fd);
  }

  #config(): Uint8Array<ArrayBuffer> {
    const config = makeConfig(this.#spec, stdioKinds(this.native, 0b111), this.#grants);
    return new TextEncoder().encode(JSON.stringify(config));
  }

  /** Fork and exit alone: nothing of a guest, nothing of a plan. */
  bare(): number {
    const { native } = this;
    const [ours, theirs] = native.controlPair();
    const start = performance.now();
    const options = { cloneFlags: 0, aheadFlags: 0, aheadRoot: 0, turnsLoop: 0, cgroupFd: -1, controlFd: theirs };
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
    this.#kept.length = 0;
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

/** Instead of the end of the process. */
class Left extends Error {}

function leave(): never {
  throw new Left();
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
