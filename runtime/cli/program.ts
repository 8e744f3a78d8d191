/** Every command but `run`, on commander. Loaded only when one of them is asked for. */
import { Command, CommanderError } from 'commander';
import { WasmctrError } from '../errors.ts';
import { optionKeys, optionOf } from '../options.ts';
import { completionScript, shells } from './completion.ts';
import { suggestName } from './flags.ts';
import { helpWidth, learnCommandHelp, runCommandHelp, topicList, topicNames, topicText } from './help.ts';
import type { CliIo, Report } from './main.ts';
import { addReports, type Print } from './program-reports.ts';
import { nearest } from './suggest.ts';
import { escapeLines, terminalJson } from './terminal.ts';

/** Of a command whose flags are read elsewhere (flags.ts). */
export function printHelp(io: CliIo, command: 'run' | 'learn'): number {
  io.stdout(helpOf(createProgram(io), command));
  return 0;
}

export async function otherCommand(io: CliIo, argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const print = (report: Report, { json }: { json?: boolean }) => {
    io.stdout(json === true ? `${terminalJson(report.json, 2)}\n` : escapeLines(report.text));
    exitCode = report.exitCode;
  };
  const program = createProgram(io, print);
  const [first] = argv;
  if (first === undefined) {
    io.stderr(captured(program));
    return 125;
  }
  checkCommand(program, first);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    throw usageError(error);
  }
}

function createProgram(io: CliIo, print: Print = () => {}): Command {
  const program = quiet(new Command('wasmctr'), io)
    .description('Runs WebAssembly programs, each in its own sandboxed process.')
    .usage('COMMAND [flags]')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}`.trimEnd() })
    .helpOption('-h, --help', 'print help')
    .option('-V, --version', 'print the version')
    .addHelpText('after', () => `\n${topicList()}\nwasmctr COMMAND --help says more about a command.`);
  program.addCommand(quiet(runCommandHelp(), io));
  program.addCommand(quiet(learnCommandHelp(), io));
  addReports(program, io, print);
  program
    .command('completion')
    .summary('print a completion script for a shell')
    .description('Prints a completion script.')
    .argument('<SHELL>', shells.join(', '))
    .addHelpText('after', completionExamples)
    .action((shell: string) => io.stdout(completionOf(shell)));
  program
    .command('help')
    .summary('print help on a command or topic')
    .description('Prints help on a command or topic.')
    .argument('[TOPIC]', 'a command or a topic')
    .addHelpText('after', () => `\n${topicList()}`)
    .action((topic?: string) => io.stdout(helpOf(program, topic)));
  program.command('version').summary('print the version').description('Prints the version.');
  return program;
}

const completionExamples = `
Examples:
  $ source <(wasmctr completion bash)
  $ wasmctr completion zsh > "\${fpath[1]}/_wasmctr"
  $ wasmctr completion fish > ~/.config/fish/completions/wasmctr.fish`;

/** Subcommands made from it inherit these settings. */
function quiet(command: Command, io: CliIo): Command {
  return command.exitOverride().configureOutput({
    writeOut: (text) => io.stdout(text),
    // Errors become WasmctrErrors, in the one form that all errors have.
    writeErr: () => {},
    getOutHelpWidth: () => helpWidth,
    getErrHelpWidth: () => helpWidth,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
}

function checkCommand(program: Command, word: string): void {
  const names = program.commands.map((command) => command.name());
  if (names.includes(word) || word === '-h' || word === '--help') return;
  if (word.startsWith('-')) {
    const name = suggestName(word.replace(/^-+/, '').replace(/=.*/, ''), optionKeys.map(optionOf));
    const hint = name === null ? 'see wasmctr --help' : `flags follow their command: wasmctr run --${name}`;
    throw new WasmctrError('usage', `unknown flag: ${word}`, hint);
  }
  if (/\.(wasm|wat)$|\//.test(word)) {
    throw new WasmctrError('usage', `unknown command: ${word}`, `did you mean wasmctr run ${word}?`);
  }
  const name = nearest(word, names);
  throw new WasmctrError(
    'usage',
    `unknown command: ${word}`,
    name === null ? 'see wasmctr help' : `did you mean ${name}?`,
  );
}

/** commander's message is `error: unknown option '--jsn'\n(Did you mean --json?)`. */
function usageError(error: CommanderError): WasmctrError {
  const [what = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion?.replace(/^\(|\)$/g, '').replace(/^Did/, 'did') ?? 'see wasmctr help';
  return new WasmctrError('usage', what, hint, { cause: error });
}

function helpOf(program: Command, topic: string | undefined): string {
  if (topic === undefined) return captured(program);
  const command = program.commands.find((candidate) => candidate.name() === topic);
  if (command !== undefined) return captured(command);
  const text = topicText(topic);
  if (text !== null) return text;
  const names = [...topicNames, ...program.commands.map((candidate) => candidate.name())];
  const name = nearest(topic, names);
  throw new WasmctrError(
    'usage',
    `unknown topic: ${topic}`,
    name === null ? 'see wasmctr help' : `did you mean ${name}?`,
  );
}

/** helpInformation leaves out what addHelpText added; outputHelp has it. */
function captured(command: Command): string {
  let text = '';
  const before = command.configureOutput();
  command.configureOutput({ ...before, writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

function completionOf(shell: string): string {
  const known = shells.find((candidate) => candidate === shell);
  if (known !== undefined) return completionScript(known);
  throw new WasmctrError('usage', `unknown shell: ${shell}`, `expected ${shells.join(', ')}`);
}
