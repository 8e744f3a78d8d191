/** A template that lives longer than one run: forks a container for each spec, with the code that the command runs. */
import * as components from '../../host/component/component.ts';
import { runGuest, warmUp } from '../../host/main.ts';
import { deliveryFrom } from '../../native/delivery.ts';
import type { Native } from '../../native/native.ts';
import { readText } from '../../runtime/cli/read-text.ts';
import { resolveSpec } from '../../runtime/resolve-spec.ts';
import type { RunResult } from '../../runtime/result.ts';
import { runContainer } from '../../runtime/run.ts';
import type { CgroupHost } from '../../runtime/sandbox/cgroup.ts';
import { detectCgroups } from '../../runtime/sandbox/cgroup-host.ts';
import type { RunSpec } from '../../runtime/spec.ts';
import { stdioKinds } from '../../runtime/stdio-kinds.ts';
import { type Container, forkContainer } from '../../runtime/template.ts';

/** The options of `run` in camel case, as a `--config` file would have them. */
export function specOf(file: string, options: Readonly<Record<string, unknown>> = {}): RunSpec {
  const sources = [{ options: { file, ...options }, label: (name: string) => name }];
  return resolveSpec(sources, { env: [], readText }).spec;
}

/** (module (func (export "f"))) */
const anchorModule = Uint8Array.from(
  Buffer.from('0061736d01000000010401600000030201000705010166' + '00000a040102000b', 'hex'),
);

export interface Started {
  container: Container;
  result: Promise<RunResult>;
}

export class Template {
  readonly native: Native;
  readonly #cgroups: CgroupHost;
  /** Code that lives as long as the template: where V8 puts WebAssembly is known by it. */
  readonly #anchor: WebAssembly.Instance;

  constructor(native: Native) {
    this.native = native;
    warmUp(native);
    this.#anchor = new WebAssembly.Instance(new WebAssembly.Module(anchorModule));
    native.becomeSubreaper();
    this.#cgroups = detectCgroups();
  }

  start(spec: RunSpec): Started {
    const { native } = this;
    (this.#anchor.exports as { f(): void }).f();
    const cgroup = this.#cgroups.create();
    const container = forkContainer(native, cgroup.dirFd ?? -1);
    if (container.role === 'child') return runGuest(native, deliveryFrom(native.awaitPlan()), components);
    const stdio = stdioKinds(native, 0b111);
    const own = { native, engine: this.#anchor, broker: null, container, cgroups: this.#cgroups, cgroup };
    return {
      container,
      result: runContainer({ ...own, stdio, readText, openPack: null, findCode: null, recorder: null }, spec),
    };
  }

  run(spec: RunSpec): Promise<RunResult> {
    return this.start(spec).result;
  }
}
