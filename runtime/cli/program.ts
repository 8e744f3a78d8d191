/** Every command but `run`, on commander. Loaded only when one of them is asked for. */
import { Command, CommanderError } from 'commander';
import { WasmctrError } from '../errors.ts';
import { optionKeys, optionOf } from '../options.ts';
import type { CacheRequest } from './cache-command.ts';
import { completionScript, shells } from './completion.ts';
import { suggestName } from './flags.ts';
import { helpWidth, learnCommandHelp, runCommandHelp, topicList, topicNames, topicText } from './help.ts';
import type { CliIo, Report } from './main.ts';
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

const cacheActions = ['ls', 'prune', 'clear'] as const;

type Print = (report: Report, flags: { json?: boolean }) => void;

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

function addReports(program: Command, { inspect, doctor, cache, compile }: CliIo, print: Print): void {
  if (inspect !== undefined) {
    program
      .command('inspect')
      .summary('show what a module is and what it needs')
      .description('Shows kind, imports, exports, memories and sizes of a module, and the flags that it will need.')
      .argument('<FILE>', 'a .wasm or .wat file, or - for stdin')
      .option('--json', 'print JSON')
      .addHelpText('after', '\nExamples:\n  $ wasmctr inspect app.wasm\n  $ wasmctr inspect --json - < app.wasm')
      .action(async (file: string, flags: { json?: boolean }) => print(await inspect(file), flags));
  }
  if (doctor !== undefined) {
    program
      .command('doctor')
      .summary('show what this machine offers')
      .description(
        'Probes every layer of the sandbox on this machine, and says what to do about those that are missing.',
      )
      .option('--json', 'print JSON')
      .action(async (flags: { json?: boolean }) => print(await doctor(), flags));
  }
  if (compile !== undefined) addCompile(program, compile, print);
  if (cache !== undefined) addCache(program, cache, print);
}

function addCompile(program: Command, compile: CliIo['compile'], print: Print): void {
  program
    .command('compile')
    .summary('prepare components ahead of their first run')
    .description('Transpiles components and keeps the result in the cache, as their first run would.')
    .argument('<FILE...>', '.wasm files')
    .option('--best-effort', 'do without layers of the sandbox that this machine lacks')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ wasmctr compile app.wasm\n  $ wasmctr compile --json components/*.wasm')
    .action(async (files: string[], flags: { json?: boolean; bestEffort?: boolean }) =>
      print(await compile({ files, bestEffort: flags.bestEffort === true }), flags),
    );
}

function addCache(program: Command, cache: CliIo['cache'], print: Print): void {
  program
    .command('cache')
    .summary('list or remove what is kept between runs')
    .description('Lists or removes what is kept on disk between runs: nothing is lost but the time to make it again.')
    .argument('<ACTION>', 'ls, prune or clear')
    .option('--max-size <SIZE>', 'prune: remove the least recently used until at most this is left')
    .option('--older-than <DURATION>', 'prune: remove what was not used for as long')
    .option('--json', 'print JSON')
    .addHelpText('after', cacheHelp)
    .action(async (action: string, flags: { json?: boolean; maxSize?: string; olderThan?: string }) => {
      const { maxSize = null, olderThan = null } = flags;
      print(await cache({ action: cacheAction(action, maxSize ?? olderThan), maxSize, olderThan }), flags);
    });
}

function cacheAction(word: string, pruneValue: string | null): CacheRequest['action'] {
  const found = cacheActions.find((action) => action === word);
  if (found === undefined) {
    throw new WasmctrError('usage', `unknown action: cache ${word}`, `expected ${cacheActions.join(', ')}`);
  }
  if (found !== 'prune' && pruneValue !== null) {
    throw new WasmctrError('usage', `--max-size and --older-than are for prune, not for ${word}`);
  }
  return found;
}

const cacheHelp = `
It lies in $XDG_CACHE_HOME/wasmctr or ~/.cache/wasmctr, of root in /var/cache/wasmctr, and is
the user's alone. WASMCTR_CACHE_SIZE bounds it (default 1GiB), WASMCTR_CACHE=0 turns it off.

Examples:
  $ wasmctr cache ls
  $ wasmctr cache prune --older-than 30d
  $ wasmctr cache prune --max-size 200MiB
  $ wasmctr cache clear`;

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
