/** Completion for bash, with bash's own builtins only: bash-completion need not be installed. */
import { optionKeys, optionOf } from '../options.ts';
import type { AnyOption } from '../options-types.ts';
import { completedCommands } from './completion-commands.ts';

export function bashCompletion(): string {
  const options = optionKeys.map(optionOf);
  const flags = options.flatMap((option) => spellings(option));
  const own = completedCommands.flatMap(({ runs, flags }) => (runs ? flags.map((flag) => `--${flag.name}`) : []));
  const valued = [...options.filter((option) => option.bare === undefined).flatMap(spellings), ...own];
  return `# bash completion for wasmctr. Made by \`wasmctr completion bash\`.
_wasmctr_modules() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -X '!*.@(wasm|wat)' -- "$1") $(compgen -d -S / -- "$1"))
  compopt -o nospace -o filenames 2>/dev/null
}

_wasmctr_files() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$1"))
  compopt -o filenames 2>/dev/null
}

_wasmctr_directories() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -d -- "$1"))
  compopt -o nospace -o filenames 2>/dev/null
}

_wasmctr_value() {
  case "$1" in
${valueCases(options)}    ${own.join(' | ')}) _wasmctr_files "$2" ;;
    *) return 1 ;;
  esac
}

_wasmctr_run() {
  local index word
  # What follows FILE is the guest's: files, as for a command without completion.
  for ((index = 2; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$word" in
      ${valued.join(' | ')})
        # bash splits --flag=value into three words.
        [[ "\${COMP_WORDS[index + 1]}" == "=" ]] && ((index++))
        ((index++))
        # A value with colons is several words too.
        while ((index + 1 < COMP_CWORD)) && [[ "\${COMP_WORDS[index + 1]}" == :* || "\${COMP_WORDS[index]}" == *: ]]; do ((index++)); done
        ;;
      =) ((index++)) ;;
      --) ((index + 1 < COMP_CWORD)) && { _wasmctr_files "$current"; return; } ;;
      -?*) ;;
      *) _wasmctr_files "$current"; return ;;
    esac
  done
  if [[ "$current" == "=" ]] && _wasmctr_value "$previous" ""; then return; fi
  if [[ "$previous" == "=" ]] && _wasmctr_value "\${COMP_WORDS[COMP_CWORD - 2]}" "$current"; then return; fi
  case "$previous" in
    ${valued.join(' | ')}) _wasmctr_value "$previous" "$current"; return ;;
  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$1 ${flags.join(' ')}" -- "$current"))
  else
    _wasmctr_modules "$current"
  fi
}

_wasmctr() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}"
  COMPREPLY=()
  shopt -q extglob || { shopt -s extglob; local restore=1; }
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${completedCommands.map(({ name }) => name).join(' ')} --help --version" -- "$current"))
  else
    case "\${COMP_WORDS[1]}" in
${runCases()}${commandCases()}    esac
  fi
  [[ -n "\${restore-}" ]] && shopt -u extglob
  return 0
}

complete -F _wasmctr wasmctr
`;
}

function spellings({ name, short }: AnyOption): string[] {
  return short === null ? [`--${name}`] : [`-${short}`, `--${name}`];
}

function valueCases(options: readonly AnyOption[]): string {
  const lines: string[] = [];
  for (const option of options) {
    const pattern = spellings(option).join(' | ');
    const { completion } = option;
    if (completion === 'file') lines.push(`${pattern}) _wasmctr_files "$2" ;;`);
    else if (completion === 'directory') lines.push(`${pattern}) _wasmctr_directories "$2" ;;`);
    else if (completion !== 'none') {
      lines.push(`${pattern}) COMPREPLY=($(compgen -W "${completion.join(' ')}" -- "$2")) ;;`);
    }
  }
  return lines.map((line) => `    ${line}\n`).join('');
}

/** Commands with the flags of `run`, each with its own besides. */
function runCases(): string {
  return completedCommands
    .filter(({ runs }) => runs)
    .map(({ name, flags }) => `      ${name}) _wasmctr_run "${flags.map((flag) => `--${flag.name}`).join(' ')}" ;;\n`)
    .join('');
}

function commandCases(): string {
  return completedCommands
    .filter(({ runs }) => !runs)
    .map(({ name, operand, flags }) => {
      const words = [...flags.map((flag) => `--${flag.name}`), '--help'];
      const dashed = `if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$current"))`;
      const plain =
        operand === 'module'
          ? '_wasmctr_modules "$current"'
          : `((COMP_CWORD == 2)) && COMPREPLY=($(compgen -W "${operand.join(' ')}" -- "$current"))`;
      return `      ${name}) ${dashed}; else ${plain}; fi ;;\n`;
    })
    .join('');
}
