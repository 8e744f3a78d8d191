/** Completion for zsh, by _arguments: `(-)` ends the flags at FILE, `*::` hands the rest to the guest's files. */
import { optionKeys, optionOf } from '../options.ts';
import type { AnyOption, CompletionKind } from '../options-types.ts';
import { completedCommands } from './completion-commands.ts';

export function zshCompletion(): string {
  const specs = optionKeys.map(optionOf).flatMap(optionSpecs);
  return `#compdef wasmctr
# zsh completion for wasmctr. Made by \`wasmctr completion zsh\`.

_wasmctr_run() {
  _arguments -s -S -A '-*' : "$@" \\
${specs.map((spec) => `    ${spec} \\\n`).join('')}    '1:module:_files -g "*.(wasm|wat)(-.)"' \\
    '*:argument:_files'
}

_wasmctr() {
  local -a commands
  local context state state_descr line
  typeset -A opt_args
  commands=(
${completedCommands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}\n`).join('')}  )
  _arguments -C -A '-*' \\
    '(-h --help)'{-h,--help}'[print help]' \\
    '(-V --version)'{-V,--version}'[print the version]' \\
    '1:command:->command' \\
    '*::argument:->argument'
  case "$state" in
    command) _describe command commands ;;
    argument)
      case "$words[1]" in
${runCases()}${commandCases()}      esac
      ;;
  esac
}

if [[ "$funcstack[1]" == _wasmctr ]]; then
  _wasmctr "$@"
else
  compdef _wasmctr wasmctr
fi
`;
}

/** One spec a spelling: those of a list may be given again (`*`), others exclude themselves. */
function optionSpecs(option: AnyOption): string[] {
  const flags = option.short === null ? [`--${option.name}`] : [`-${option.short}`, `--${option.name}`];
  const prefix = option.kind === 'list' ? '*' : `(${flags.join(' ')})`;
  const message = `[${option.help.replace(/[[\]\\:]/g, '\\$&')}]`;
  if (option.metavar === null) return flags.map((flag) => quote(`${prefix}${flag}${message}`));
  const value = `:${option.metavar.replace(/:/g, '\\:')}:${action(option.completion)}`;
  // `=-`: the value only after an equals sign; `=`: that or the next word.
  return flags.map((flag) => {
    if (option.bare !== undefined) return quote(`${prefix}${flag}=-${message}:${value}`);
    return quote(`${prefix}${flag}${flag.startsWith('--') ? '=' : '+'}${message}${value}`);
  });
}

function action(completion: CompletionKind): string {
  if (completion === 'none') return ' ';
  if (completion === 'file') return '_files';
  if (completion === 'directory') return '_files -/';
  return `(${completion.join(' ')})`;
}

/** Commands with the flags of `run`, each with its own besides. */
function runCases(): string {
  return completedCommands
    .filter(({ runs }) => runs)
    .map(({ name, flags }) => {
      const own = flags.map((flag) => ` ${quote(`--${flag.name}=[${flag.help}]:FILE:_files`)}`);
      return `        ${name}) _wasmctr_run${own.join('')} ;;\n`;
    })
    .join('');
}

function commandCases(): string {
  return completedCommands
    .filter(({ runs }) => !runs)
    .map(({ name, operand, flags }) => {
      const specs = [
        ...flags.map((flag) => quote(`--${flag.name}[${flag.help}]`)),
        quote('(-h --help)--help[print help]'),
      ];
      if (operand === 'module') specs.push(`'1:module:_files -g "*.(wasm|wat)(-.)"'`);
      else if (operand.length > 0) specs.push(quote(`1:word:(${operand.join(' ')})`));
      return `        ${name}) _arguments ${specs.join(' ')} ;;\n`;
    })
    .join('');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
