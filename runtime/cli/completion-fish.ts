/** Completion for fish. After FILE the guest's arguments are completed as files, which is fish's own habit. */
import { optionKeys, optionOf } from '../options.ts';
import type { AnyOption } from '../options-types.ts';
import { completedCommands } from './completion-commands.ts';

export function fishCompletion(): string {
  const options = optionKeys.map(optionOf);
  const names = completedCommands.map(({ name }) => name).join(' ');
  const own = completedCommands.flatMap(({ runs, flags }) => (runs ? flags.map((flag) => `--${flag.name}`) : []));
  const valued = [...options.filter((option) => option.bare === undefined).flatMap(spellings), ...own];
  const runners = completedCommands.filter(({ runs }) => runs).map(({ name }) => name);
  return `# fish completion for wasmctr. Made by \`wasmctr completion fish\`.

# True while flags of run are expected: FILE has not been given yet.
function __wasmctr_in_run
  set -l words (commandline -opc)
  test (count $words) -ge 2; and contains -- "$words[2]" ${runners.join(' ')}; or return 1
  set -l skip 0
  for word in $words[3..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case ${valued.join(' ')}
        set skip 1
      case '-?*'
      case '*'
        return 1
    end
  end
  return 0
end

function __wasmctr_modules
  __fish_complete_suffix .wasm
  __fish_complete_suffix .wat
end

complete -c wasmctr -n 'not __fish_seen_subcommand_from ${names}' -f
complete -c wasmctr -n 'not __fish_seen_subcommand_from ${names}' -s h -l help -d 'print help'
complete -c wasmctr -n 'not __fish_seen_subcommand_from ${names}' -s V -l version -d 'print the version'
${completedCommands.map(commandLines(names)).join('')}
${options.map(optionLine).join('')}complete -c wasmctr -n __wasmctr_in_run -f -k -a '(__wasmctr_modules)'
`;
}

function spellings({ name, short }: AnyOption): string[] {
  return short === null ? [`--${name}`] : [`-${short}`, `--${name}`];
}

function commandLines(names: string) {
  return ({ name, summary, operand, flags, runs }: (typeof completedCommands)[number]): string => {
    const within = `-n '__fish_seen_subcommand_from ${name}'`;
    const lines = [`-n 'not __fish_seen_subcommand_from ${names}' -a ${name} -d ${quote(summary)}`];
    if (operand !== 'module') lines.push(`${within} -f${operand.length > 0 ? ` -a '${operand.join(' ')}'` : ''}`);
    for (const flag of flags) lines.push(`${within} -l ${flag.name}${runs ? ' -r -F' : ''} -d ${quote(flag.help)}`);
    return lines.map((line) => `complete -c wasmctr ${line}\n`).join('');
  };
}

function optionLine(option: AnyOption): string {
  const { name, short, bare, completion, help } = option;
  const parts = ['complete -c wasmctr -n __wasmctr_in_run'];
  if (short !== null) parts.push(`-s ${short}`);
  parts.push(`-l ${name}`);
  // -x: a value that is no file; -r: a value, files offered; none of them: the value only after an equals sign.
  if (bare === undefined) parts.push(completion === 'file' ? '-r -F' : '-x');
  if (completion === 'directory') parts.push(`-a '(__fish_complete_directories)'`);
  else if (Array.isArray(completion)) parts.push(`-f -a '${completion.join(' ')}'`);
  parts.push(`-d ${quote(help)}`);
  return `${parts.join(' ')}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
