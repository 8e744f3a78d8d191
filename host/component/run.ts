/** One component from its pack to its end: load, link, instantiate, call, and what came of it. */
import type { BacktraceSource } from '../backtrace.ts';
import type { GuestConfig, GuestMessage, GuestOutcome } from '../config.ts';
import { GuestFailure } from '../failure.ts';
import { guarded, type Program, programName, stackFrames } from '../instance.ts';
import type { KeptCode } from '../kept-code.ts';
import { witTables } from '../p2/abi.generated.ts';
import type { Wasi2, Wasi2Options } from '../p2/index.ts';
import { describeTrap } from '../trap.ts';
import { chooseExport } from './entry.ts';
import { describeGlueTrap } from './glue-trap.ts';
import type { HostReply, HostRequest } from './host-calls.ts';
import { linkComponent } from './link.ts';
import { type LoadedComponent, loadComponent } from './load.ts';
import { missingFunctionsFailure } from './missing-imports.ts';
import { createUserImports, isWasi } from './user-imports.ts';
import { readWorld } from './wit-world.ts';

export interface ComponentProgram extends Program {
  config: Pick<GuestConfig, 'args' | 'invoke' | 'unknownImports' | 'limits'>;
  createWasi(onExit: Wasi2Options['onExit']): Wasi2;
  /** null: all is compiled, and nobody asks what was hot. */
  code: KeptCode | null;
  /** Asks the embedder whose functions the component may import; null: there is none. */
  askHost: ((request: HostRequest) => HostReply) | null;
}

/** Runs the component and tells `program.finish` how it ended; throws nothing. */
export function executeComponent(program: ComponentProgram): void {
  guarded(program, (finish) => runComponent(program, finish));
}

function runComponent(program: ComponentProgram, finish: Program['finish']): void {
  const startUs = program.nowUs();
  const loaded = loadComponent(program.file, program.config.limits.memoryBytes, program.code);
  const memories = new Set<WebAssembly.Memory>();
  const report = (outcome: GuestOutcome): void => finish(reportOf(wasi, memories, outcome));
  const wasi = program.createWasi((code) => report({ kind: 'exit', code }));
  const user = program.askHost && createUserImports(readWorld(loaded.types).imports, program.askHost);
  const imports = linkComponent(loaded, { wasi, user }, program.config.unknownImports);
  const entry = chooseExport(loaded, program.config.invoke);
  const compiledUs = program.nowUs();
  Error.stackTraceLimit = stackFrames;
  let isReady = false;
  const reportReady = (): void => {
    if (isReady) return;
    isReady = true;
    const instantiateUs = program.nowUs() - compiledUs;
    const { codeBytes, isKept } = loaded;
    program.ready({ type: 'ready', compileUs: compiledUs - startUs, instantiateUs, codeBytes, isKept });
  };
  let outcome: GuestOutcome;
  try {
    const exports = loaded.instantiate(moduleOf(loaded), imports, instantiateInto(memories));
    reportReady();
    outcome = entry(exports);
  } catch (error) {
    const source = backtraceSource(program, loaded);
    const trap = describeTrap(error, source) ?? describeGlueTrap(error, source, isReady);
    if (!trap) throw error instanceof GuestFailure ? error : (linkFailure(loaded) ?? error);
    outcome = trap;
  }
  reportReady(); // a trap in a start function
  wasi.flush();
  report(outcome);
}

/** The glue stumbled over a function that is not there. */
function linkFailure({ imports, types }: LoadedComponent): GuestFailure | null {
  return missingFunctionsFailure(imports, types, (name, fn) => !isWasi(name) || witTables[name]?.[fn] !== undefined);
}

function moduleOf({ modules }: LoadedComponent): (name: string) => WebAssembly.Module {
  return (name) => {
    const module = modules.get(name);
    if (module === undefined) throw new Error(`the pack has no module ${name}`);
    return module;
  };
}

function instantiateInto(
  memories: Set<WebAssembly.Memory>,
): (module: WebAssembly.Module, imports: WebAssembly.Imports) => WebAssembly.Instance {
  return (module, imports) => {
    const instance = new WebAssembly.Instance(module, imports);
    for (const exported of Object.values(instance.exports)) {
      if (exported instanceof WebAssembly.Memory) memories.add(exported);
    }
    return instance;
  };
}

function reportOf(
  wasi: Wasi2,
  memories: ReadonlySet<WebAssembly.Memory>,
  outcome: GuestOutcome,
): Extract<GuestMessage, { type: 'outcome' }> {
  const uses = wasi.uses();
  const memoryBytes = [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  return { type: 'outcome', outcome, io: wasi.counters, uses: uses && { ...uses, memoryBytes } };
}

function backtraceSource(program: ComponentProgram, { shiftBytes }: LoadedComponent): BacktraceSource {
  return { moduleName: programName(program.config.args), module: null, shiftBytes, bytes: null };
}
