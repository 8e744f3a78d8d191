/** The command line: argv → a command → an exit code. Only what `run FILE` needs is loaded with it. */
import { configOfSpec } from '../config-of-spec.ts';
import { maxResultLength } from '../guest-message.ts';
import type { Learned } from '../learn.ts';
import { parseSwitch } from '../options-parse.ts';
import type { OptionSource } from '../options-read.ts';
import type { OptionKey } from '../options-types.ts';
import { type OutputSpec, resolveSpec } from '../resolve-spec.ts';
import type { RunResult } from '../result.ts';
import type { RunSpec } from '../spec.ts';
import type { CacheRequest } from './cache-command.ts';
import type { CompileRequest } from './compile-command.ts';
import { parseFlags } from './flags.ts';
import type { InspectedFile } from './inspect-file.ts';
import { readText } from './read-text.ts';
import { describeError, resultText } from './report.ts';
import type { TypesRequest } from './types-file.ts';
import { version } from './version.ts';

/** All that a command touches. Arguments and environment are data: nothing here reads the process's own. */
export interface CliIo {
  /** After the program's name. */
  argv: readonly string[];
  /** `K=V`. */
  env: readonly string[];
  /** Throws when it can't be written. */
  stdout(text: string): void;
  stderr(text: string): void;
  run(spec: RunSpec): Promise<RunResult>;
  /** What would be enforced, as JSON. */
  plan(spec: RunSpec): Promise<object>;
  /** Runs and notes what was needed; the guest's stdout goes to this descriptor. */
  learn(spec: RunSpec, stdoutFd: number): Promise<Learned>;
  /** What a module is and needs. */
  inspect(file: string): Promise<InspectedFile>;
  /** The TypeScript of a component. */
  types(request: TypesRequest): Promise<Report>;
  /** What this machine offers. */
  doctor(): Promise<Report>;
  /** What is kept on disk between runs. */
  cache(request: CacheRequest): Promise<Report>;
  /** Fills the cache ahead of a run. */
  compile(request: CompileRequest): Promise<Report>;
}

/** The same facts for a program and for a person. */
export interface Report {
  json: unknown;
  /** Lines that end in a newline. */
  text: string;
  exitCode: number;
}

/** Never rejects: what goes wrong is a line on stderr and an exit code. */
export async function main(io: CliIo): Promise<number> {
  try {
    const [command, ...rest] = io.argv;
    if (command === 'run') return await runCommand(io, rest);
    if (command === 'learn') {
      const { learnCommand } = await import('./learn-command.ts');
      return await learnCommand(io, rest);
    }
    if (command === '--version' || command === '-V' || command === 'version') {
      io.stdout(`wasmctr ${version}\n`);
      return 0;
    }
    const { otherCommand } = await import('./program.ts');
    return await otherCommand(io, io.argv);
  } catch (error) {
    const { text, exitCode } = describeError(error);
    io.stderr(text);
    return exitCode;
  }
}

async function runCommand(io: CliIo, argv: readonly string[]): Promise<number> {
  const order: OptionKey[] = [];
  const { config, help, ...options } = parseFlags(argv, order);
  const wantsHelp = parseSwitch(help);
  if ('value' in wantsHelp && wantsHelp.value) {
    const { printHelp } = await import('./program.ts');
    return printHelp(io, 'run');
  }
  const sources: OptionSource[] = [{ options, label: (name) => `--${name}`, order }];
  if (typeof config === 'string') {
    const { configSource } = await import('./config-file.ts');
    sources.unshift(configSource(config, readText(config, `--config ${config}`)));
  }
  const { spec, output } = resolveSpec(sources, { env: io.env, readText });
  if (output.printPlan) {
    const { terminalJson } = await import('./terminal.ts');
    io.stdout(`${terminalJson({ ...configOfSpec(spec), plan: await io.plan(spec) }, 2)}\n`);
    return 0;
  }
  const writeStats = await statsWriter(io, output);
  const result = await io.run(spec);
  io.stderr(resultText(result, spec));
  try {
    if (result.results.length > 0) {
      const { escapeControls } = await import('./terminal.ts');
      io.stdout(result.results.map((value) => `${escapeControls(value, maxResultLength)}\n`).join(''));
    }
  } finally {
    // The receipt is of the run, whatever becomes of its output.
    writeStats?.(result);
  }
  return result.exitCode;
}

/** Before the run: a receipt that can't be written should not cost the guest's work. */
async function statsWriter(io: CliIo, output: OutputSpec): Promise<((result: RunResult) => void) | null> {
  if (output.stats === null && output.statsFile === null) return null;
  const { openReceipt, receiptJson, receiptText } = await import('./receipt.ts');
  const render = output.stats === 'text' ? receiptText : receiptJson;
  const write = output.statsFile === null ? (text: string) => io.stderr(text) : openReceipt(output.statsFile);
  return (result) => write(render(result));
}
