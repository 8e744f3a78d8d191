/** One guest from its file to its end: load, link, instantiate, run, and what came of it. */
import { basename } from 'node:path';
import type { BacktraceSource } from './backtrace.ts';
import type { GuestConfig, GuestMessage, GuestOutcome } from './config.ts';
import { calledExports, chooseEntry, type Entry } from './entry.ts';
import { GuestFailure } from './failure.ts';
import { linkImports } from './imports.ts';
import { formatResults } from './invoke.ts';
import { type Compile, type LoadedModule, loadModule, type ModuleFile } from './load.ts';
import { memoryOf } from './memory-export.ts';
import { type ProcExit, ProcRaise, type Wasi1 } from './p1/index.ts';
import { describeTrap } from './trap.ts';

/** What modules and components are both run with; what differs between a container and a test. */
export interface Program {
  file: ModuleFile;
  nowUs(): number;
  /** The module is compiled and instantiated; the guest's entry point is called next. */
  ready(message: Extract<GuestMessage, { type: 'ready' }>): void;
  /** The end, told exactly once. In a container it does not return, so that no code of the guest runs after its exit. */
  finish(message: Extract<GuestMessage, { type: 'outcome' | 'failed' }>): void;
}

export interface GuestProgram extends Program {
  config: Pick<GuestConfig, 'args' | 'invoke' | 'unknownImports' | 'limits'>;
  createWasi(memory: () => WebAssembly.Memory, memory64: boolean, module: WebAssembly.Module): Wasi1;
  /** The plain way when it is absent. */
  compile?: Compile;
}

/** Runs the module and tells `program.finish` how it ended; throws nothing. */
export function executeGuest(program: GuestProgram): void {
  guarded(program, (finish) => runGuestModule(program, finish));
}

/** Calls `run`, and tells `program.finish` exactly once: what `run` says first, or what it throws. */
export function guarded(program: Program, run: (finish: Program['finish']) => void): void {
  let isFinished = false;
  const finish: Program['finish'] = (message) => {
    if (isFinished) return;
    // First told, then noted: a guest that exits at the end of its stack leaves no room to tell, and that is its end.
    program.finish(message);
    isFinished = true;
  };
  try {
    run(finish);
  } catch (error) {
    finish(describeFailure(error));
  }
}

/** Frames in a guest's backtrace, and some of ours around them. */
export const stackFrames = 80;

function runGuestModule(program: GuestProgram, finish: GuestProgram['finish']): void {
  const startUs = program.nowUs();
  const options = {
    memoryLimitBytes: program.config.limits.memoryBytes,
    calledExports: calledExports(program.config.invoke),
  };
  const loaded = loadModule(program.file, options, program.compile);
  const compiledUs = program.nowUs();
  const guest = prepare(program, loaded, finish);
  Error.stackTraceLimit = stackFrames;
  const source = backtraceSource(program, loaded);
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
    const instance = new WebAssembly.Instance(loaded.module, guest.imports);
    guest.setInstance(instance);
    reportReady();
    if (loaded.startName !== null) callExport(instance, loaded.startName, []);
    outcome = callEntry(instance, guest.entry);
  } catch (error) {
    const trap = describeTrap(error, source);
    if (!trap) throw linkFailure(error);
    outcome = trap;
  }
  reportReady(); // a trap in the start function
  finish(guest.report(outcome));
}

interface PreparedGuest {
  imports: WebAssembly.Imports;
  entry: Entry;
  report(outcome: GuestOutcome): Extract<GuestMessage, { type: 'outcome' }>;
  setInstance(instance: WebAssembly.Instance): void;
}

/** Everything that can be refused, before the first instruction of the guest. */
function prepare(program: GuestProgram, loaded: LoadedModule, finish: GuestProgram['finish']): PreparedGuest {
  const { config } = program;
  const memory = memoryOf(loaded.interface);
  const wasi = program.createWasi(memory.get, memory.is64, loaded.module);
  const report: PreparedGuest['report'] = (outcome) => {
    const uses = wasi.uses();
    return { type: 'outcome', outcome, io: wasi.counters, uses: uses && { ...uses, memoryBytes: memory.sizeBytes() } };
  };
  const onExit = (exit: ProcExit | ProcRaise): void => {
    const outcome: GuestOutcome =
      exit instanceof ProcRaise ? { kind: 'raised', signal: exit.signal } : { kind: 'exit', code: exit.code };
    finish(report(outcome));
  };
  const imports = linkImports({
    wanted: loaded.interface.imports,
    wasi,
    memory64: memory.is64,
    unknownImports: config.unknownImports,
    onExit,
  });
  memory.check();
  const entry = chooseEntry(loaded.interface.exports, config.invoke, loaded.startName !== null);
  return { imports, entry, report, setInstance: memory.setInstance };
}

function callEntry(instance: WebAssembly.Instance, entry: Entry): GuestOutcome {
  if (entry.initialize) callExport(instance, '_initialize', []);
  if (entry.main === null) return { kind: 'returned', results: [] };
  const returned = callExport(instance, entry.main.name, entry.main.args);
  if (entry.main.isCommand) return { kind: 'exit', code: 0 };
  return { kind: 'returned', results: formatResults(entry.main.type, returned) };
}

function callExport(instance: WebAssembly.Instance, name: string, args: readonly unknown[]): unknown {
  const target = instance.exports[name];
  if (typeof target !== 'function') throw new TypeError(`the export ${name} is not a function`);
  return target(...args);
}

function backtraceSource({ config }: GuestProgram, { module, shiftBytes, bytes }: LoadedModule): BacktraceSource {
  return {
    moduleName: programName(config.args),
    module,
    shiftBytes,
    bytes,
  };
}

/** What a guest without a name of its own is called in messages. */
export function programName(args: readonly string[]): string {
  return basename(args[0] ?? '').replace(/\.(wasm|wat)$/, '') || '<module>';
}

/** What instantiation says when the module's types or sizes can't be met. */
function linkFailure(error: unknown): unknown {
  if (error instanceof WebAssembly.LinkError) {
    return new GuestFailure('import-type', error.message.replace(/^WebAssembly\.Instance\(\): /, ''));
  }
  if (error instanceof RangeError && /Out of memory|allocation failed/i.test(error.message)) {
    return new GuestFailure(
      'memory-limit',
      'its memory can not be reserved: the host is out of memory or address space',
    );
  }
  return error;
}

/** Our own bugs come with the place they happened at; nothing of the guest's data is in there. */
function describeFailure(error: unknown): Extract<GuestMessage, { type: 'failed' }> {
  if (error instanceof GuestFailure) return { type: 'failed', code: error.code, message: error.message };
  const text = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  const lines = text.split('\n', 2).map((line) => line.trim().slice(0, 300));
  return { type: 'failed', code: 'internal', message: lines.join(' ') };
}
