/** Help texts: commander lays out flags, topics explain them at length. */
import { Command, Option } from 'commander';
import { optionKeys, optionOf } from '../options.ts';
import type { AnyOption, Topic } from '../options-types.ts';
import { type HelpTopic, learnExamples, optionTopics, runExamples, textTopics } from './topics.ts';

/** Fixed, so that help reads the same in a file, a test and a terminal. */
export const helpWidth = 96;

const headings: Readonly<Record<Topic, string>> = {
  files: 'Files:',
  process: 'Process:',
  limits: 'Limits (wasmctr help limits explains units):',
  network: 'Network:',
  sandbox: 'Sandbox:',
  output: 'Output and config:',
};

export const topicNames: readonly string[] = [...Object.keys(optionTopics), ...Object.keys(textTopics)];

/** `-m, --memory SIZE`, `--stats[=text|json]`. */
export function flagTerm({ name, short, metavar, bare }: AnyOption): string {
  const long = `${short === null ? '    ' : `-${short}, `}--${name}`;
  if (metavar === null) return long;
  return bare === undefined ? `${long} ${metavar}` : `${long}[=${metavar}]`;
}

/** For help only: `run` parses its flags itself (flags.ts). */
export function runCommandHelp(): Command {
  const command = new Command('run')
    .summary('run a WebAssembly program in its own sandboxed process')
    .description(
      "Runs a WebAssembly program in its own sandboxed process. Flags stop at FILE: all after it is the guest's.",
    )
    .usage('[flags] FILE [arguments]')
    .helpOption(false)
    .addHelpText('after', `\n${examplesText(runExamples)}\nwasmctr help ${topicNames.join('|')} says more.`);
  command.configureHelp({
    optionTerm: (option) => {
      const key = optionKeys.find((candidate) => `--${optionOf(candidate).name}` === option.long);
      return key === undefined ? option.flags : flagTerm(optionOf(key));
    },
  });
  for (const key of optionKeys) {
    const row = optionOf(key);
    const option = new Option(row.metavar === null ? `--${row.name}` : `--${row.name} <value>`, row.help);
    option.helpGroup(headings[row.topic]);
    if (row.kind === 'scalar' && row.defaultText !== null) option.default(row.default, row.defaultText);
    command.addOption(option);
  }
  return command;
}

/** For help only, as above. */
export function learnCommandHelp(): Command {
  return new Command('learn')
    .summary('run a program and print the policy that it needed')
    .description(
      'Runs a program as wasmctr run does and prints what it needed, for --config: system calls, directories, limits ' +
        "with head-room. Flags are those of run. What the guest prints on stdout goes to stderr; its exit code is learn's.",
    )
    .usage('[flags] FILE [arguments]')
    .helpOption(false)
    .addOption(new Option('--output <FILE>', "write the policy to a file; stdout is then the guest's"))
    .addHelpText('after', `\n${examplesText(learnExamples)}\nwasmctr help learning says more.`);
}

/** null: there is no such topic. */
export function topicText(name: string): string | null {
  const text = textTopics[name];
  if (text !== undefined && Object.hasOwn(textTopics, name)) return page(text, []);
  if (!Object.hasOwn(optionTopics, name)) return null;
  const topic = name as Topic;
  const options = optionKeys.map(optionOf).filter((option) => option.topic === topic);
  return page(optionTopics[topic], options);
}

function page({ title, intro, examples }: HelpTopic, options: readonly AnyOption[]): string {
  const entries = options.map((option) => `  ${flagTerm(option).trimStart()}\n${wrap(entryText(option), 6)}\n`);
  return [`${title}\n`, `${intro}\n`, ...entries, examplesText(examples)].join('\n');
}

function entryText(option: AnyOption): string {
  const sentences = [`${option.help[0]?.toUpperCase()}${option.help.slice(1)}.`];
  if (option.detail !== null) sentences.push(option.detail);
  if (option.kind === 'list') sentences.push('Can be given more than once.');
  else if (option.defaultText !== null) sentences.push(`Default: ${option.defaultText}.`);
  return sentences.join(' ');
}

function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > helpWidth) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => `${' '.repeat(indent)}${each}`).join('\n');
}

function examplesText(examples: readonly string[]): string {
  return `Examples:\n${examples.map((example) => `  $ ${example}\n`).join('')}`;
}

export function topicList(): string {
  const rows = Object.entries({ ...optionTopics, ...textTopics }).map(
    ([name, { title }]) => `  ${name.padEnd(12)} ${title}\n`,
  );
  return `Topics (wasmctr help TOPIC):\n${rows.join('')}`;
}
