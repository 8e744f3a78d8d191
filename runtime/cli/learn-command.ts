/** `wasmctr learn`: the policy is the only thing on stdout; what the guest prints there goes to stderr. */

import { WasmctrError } from '../errors.ts';
import { maxResultLength } from '../guest-message.ts';
import type { Learned } from '../learn.ts';
import { parseSwitch } from '../options-parse.ts';
import type { OptionSource } from '../options-read.ts';
import type { OptionKey } from '../options-types.ts';
import { resolveSpec } from '../resolve-spec.ts';
import { configSource } from './config-file.ts';
import { parseFlags } from './flags.ts';
import type { CliIo } from './main.ts';
import { readText } from './read-text.ts';
import { openReceipt, receiptJson, receiptText } from './receipt.ts';
import { resultText } from './report.ts';
import { escapeControls, terminalJson } from './terminal.ts';

const stdoutFd = 1;
const stderrFd = 2;

export async function learnCommand(io: CliIo, argv: readonly string[]): Promise<number> {
  const order: OptionKey[] = [];
  const own: { output: string | null } = { output: null };
  const { config, help, ...options } = parseFlags(argv, order, own);
  const wantsHelp = parseSwitch(help);
  if ('value' in wantsHelp && wantsHelp.value) {
    const { printHelp } = await import('./program.ts');
    return printHelp(io, 'learn');
  }
  const sources: OptionSource[] = [{ options, label: (name) => `--${name}`, order }];
  if (typeof config === 'string') sources.unshift(configSource(config, readText(config, `--config ${config}`)));
  const { spec, output } = resolveSpec(sources, { env: io.env, readText });
  if (output.printPlan) {
    throw new WasmctrError('usage', '--print-plan runs nothing, and learning needs a run', 'wasmctr run --print-plan');
  }
  // Before the run: a policy that can't be written should not cost the guest's work.
  const file = own.output;
  const write = file === null ? (text: string) => io.stdout(text) : openReceipt(file, '--output');
  const writeStats = output.statsFile === null ? (text: string) => io.stderr(text) : openReceipt(output.statsFile);
  const { result, learned } = await io.learn(spec, file === null ? stderrFd : stdoutFd);
  io.stderr(resultText(result, spec));
  printResults(io, result.results, file !== null);
  if (output.stats !== null || output.statsFile !== null) {
    writeStats(output.stats === 'text' ? receiptText(result) : receiptJson(result));
  }
  if (learned === null) return result.exitCode;
  io.stderr(summary(spec.file, learned));
  write(`${terminalJson(learned.config, 2)}\n`);
  return result.exitCode;
}

/** Of --invoke: they are the guest's output. */
function printResults(io: CliIo, results: readonly string[], onStdout: boolean): void {
  const text = results.map((value) => `${escapeControls(value, maxResultLength)}\n`).join('');
  if (onStdout) io.stdout(text);
  else io.stderr(text);
}

function summary(file: string, { findings }: NonNullable<Learned['learned']>): string {
  const width = Math.max(...findings.map(([label]) => label.length));
  const lines = findings.map(
    ([label, text]) => `  ${escapeControls(label, 64).padEnd(width)}  ${escapeControls(text, 2048)}\n`,
  );
  return `wasmctr: learned: ${escapeControls(file)}\n${lines.join('')}`;
}
