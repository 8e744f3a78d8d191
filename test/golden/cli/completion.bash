# bash completion for wasmctr. Made by `wasmctr completion bash`.
_wasmctr_modules() {
  local IFS=$'\n'
  COMPREPLY=($(compgen -f -X '!*.@(wasm|wat)' -- "$1") $(compgen -d -S / -- "$1"))
  compopt -o nospace -o filenames 2>/dev/null
}

_wasmctr_files() {
  local IFS=$'\n'
  COMPREPLY=($(compgen -f -- "$1"))
  compopt -o filenames 2>/dev/null
}

_wasmctr_directories() {
  local IFS=$'\n'
  COMPREPLY=($(compgen -d -- "$1"))
  compopt -o nospace -o filenames 2>/dev/null
}

_wasmctr_value() {
  case "$1" in
    --dir) _wasmctr_directories "$2" ;;
    -v | --volume) _wasmctr_directories "$2" ;;
    --env-file) _wasmctr_files "$2" ;;
    --unknown-imports) COMPREPLY=($(compgen -W "error trap" -- "$2")) ;;
    --net) COMPREPLY=($(compgen -W "none host" -- "$2")) ;;
    --tls-ca) _wasmctr_files "$2" ;;
    --seccomp) _wasmctr_files "$2" ;;
    --stats) COMPREPLY=($(compgen -W "text json" -- "$2")) ;;
    --stats-file) _wasmctr_files "$2" ;;
    --config) _wasmctr_files "$2" ;;
    --output) _wasmctr_files "$2" ;;
    *) return 1 ;;
  esac
}

_wasmctr_run() {
  local index word
  # What follows FILE is the guest's: files, as for a command without completion.
  for ((index = 2; index < COMP_CWORD; index++)); do
    word="${COMP_WORDS[index]}"
    case "$word" in
      --dir | -v | --volume | --tmpfs | -e | --env | --env-file | -w | --workdir | --argv0 | --invoke | --imports-fd | --unknown-imports | --timeout | --cpu-time | -m | --memory | --cpus | --cpu-weight | --cpuset | --pids | --io-read | --io-write | --max-files | --max-output | --max-disk | --net | --allow-net | -p | --publish | --max-connections | --max-traffic | --tls-ca | --listen | --seccomp | --seccomp-allow | --stats-file | --config | --output)
        # bash splits --flag=value into three words.
        [[ "${COMP_WORDS[index + 1]}" == "=" ]] && ((index++))
        ((index++))
        # A value with colons is several words too.
        while ((index + 1 < COMP_CWORD)) && [[ "${COMP_WORDS[index + 1]}" == :* || "${COMP_WORDS[index]}" == *: ]]; do ((index++)); done
        ;;
      =) ((index++)) ;;
      --) ((index + 1 < COMP_CWORD)) && { _wasmctr_files "$current"; return; } ;;
      -?*) ;;
      *) _wasmctr_files "$current"; return ;;
    esac
  done
  if [[ "$current" == "=" ]] && _wasmctr_value "$previous" ""; then return; fi
  if [[ "$previous" == "=" ]] && _wasmctr_value "${COMP_WORDS[COMP_CWORD - 2]}" "$current"; then return; fi
  case "$previous" in
    --dir | -v | --volume | --tmpfs | -e | --env | --env-file | -w | --workdir | --argv0 | --invoke | --imports-fd | --unknown-imports | --timeout | --cpu-time | -m | --memory | --cpus | --cpu-weight | --cpuset | --pids | --io-read | --io-write | --max-files | --max-output | --max-disk | --net | --allow-net | -p | --publish | --max-connections | --max-traffic | --tls-ca | --listen | --seccomp | --seccomp-allow | --stats-file | --config | --output) _wasmctr_value "$previous" "$current"; return ;;
  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$1 --dir -v --volume --tmpfs -e --env --env-file -w --workdir --argv0 --invoke --imports-fd --unknown-imports --warm --no-warm --timeout --cpu-time -m --memory --cpus --cpu-weight --cpuset --pids --io-read --io-write --max-files --max-output --max-disk --net --allow-net -p --publish --max-connections --max-traffic --tls-ca --listen --seccomp --seccomp-allow --best-effort --strace --stats --stats-file --print-plan --config -h --help" -- "$current"))
  else
    _wasmctr_modules "$current"
  fi
}

_wasmctr() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}"
  COMPREPLY=()
  shopt -q extglob || { shopt -s extglob; local restore=1; }
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "run learn inspect types doctor compile cache completion help version --help --version" -- "$current"))
  else
    case "${COMP_WORDS[1]}" in
      run) _wasmctr_run "" ;;
      learn) _wasmctr_run "--output" ;;
      inspect) if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--json --wit --help" -- "$current")); else _wasmctr_modules "$current"; fi ;;
      types) if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--output --help" -- "$current")); else _wasmctr_modules "$current"; fi ;;
      doctor) if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--json --help" -- "$current")); else ((COMP_CWORD == 2)) && COMPREPLY=($(compgen -W "" -- "$current")); fi ;;
      compile) if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--best-effort --json --help" -- "$current")); else _wasmctr_modules "$current"; fi ;;
      cache) if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--max-size --older-than --json --help" -- "$current")); else ((COMP_CWORD == 2)) && COMPREPLY=($(compgen -W "ls prune clear" -- "$current")); fi ;;
      completion) if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--help" -- "$current")); else ((COMP_CWORD == 2)) && COMPREPLY=($(compgen -W "bash zsh fish" -- "$current")); fi ;;
      help) if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--help" -- "$current")); else ((COMP_CWORD == 2)) && COMPREPLY=($(compgen -W "run learn inspect types doctor compile cache completion files process limits network sandbox output config learning exit-codes" -- "$current")); fi ;;
      version) if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--help" -- "$current")); else ((COMP_CWORD == 2)) && COMPREPLY=($(compgen -W "" -- "$current")); fi ;;
    esac
  fi
  [[ -n "${restore-}" ]] && shopt -u extglob
  return 0
}

complete -F _wasmctr wasmctr
