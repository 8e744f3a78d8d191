#compdef wasmctr
# zsh completion for wasmctr. Made by `wasmctr completion zsh`.

_wasmctr_run() {
  _arguments -s -S -A '-*' : "$@" \
    '*--dir=[give the guest a directory; \:ro makes it read-only]:HOST[\:\:GUEST][\:ro]:_files -/' \
    '*-v+[the same in Docker'\''s spelling]:HOST\:GUEST[\:ro]:_files -/' \
    '*--volume=[the same in Docker'\''s spelling]:HOST\:GUEST[\:ro]:_files -/' \
    '*--tmpfs=[an empty directory in memory, gone afterwards]:GUEST[\:SIZE]: ' \
    '*-e+[set a variable; without VALUE pass on the one set here]:NAME[=VALUE]: ' \
    '*--env=[set a variable; without VALUE pass on the one set here]:NAME[=VALUE]: ' \
    '*--env-file=[set the variables in a file of Docker'\''s format]:FILE:_files' \
    '(-w --workdir)-w+[directory of the guest where relative paths start]:GUEST: ' \
    '(-w --workdir)--workdir=[directory of the guest where relative paths start]:GUEST: ' \
    '(--argv0)--argv0=[what the program is told as its name (default\: FILE)]:NAME: ' \
    '(--invoke)--invoke=[call this export with the arguments and print its results]:FUNCTION: ' \
    '(--imports-fd)--imports-fd=[a Unix stream socket whose other end answers what a component imports]:FD: ' \
    '(--unknown-imports)--unknown-imports=[imports that nothing provides\: refuse to start, or trap when called]:error|trap:(error trap)' \
    '(--timeout)--timeout=[end the guest after this long (exit code 124)]:DURATION: ' \
    '(--cpu-time)--cpu-time=[end the guest after this much CPU time]:DURATION: ' \
    '(-m --memory)-m+[linear memory of the guest; beyond it growth fails]:SIZE: ' \
    '(-m --memory)--memory=[linear memory of the guest; beyond it growth fails]:SIZE: ' \
    '(--cpus)--cpus=[share of a CPU\: 0.5 is half of one]:NUMBER: ' \
    '(--cpu-weight)--cpu-weight=[share against other containers when CPUs are busy, 1 to 10000 (the usual is 100)]:NUMBER: ' \
    '(--cpuset)--cpuset=[CPUs the guest may run on, such as 0-3,8]:LIST: ' \
    '(--pids)--pids=[processes and threads of the container]:NUMBER: ' \
    '(--io-read)--io-read=[bytes read from disks in a second]:RATE: ' \
    '(--io-write)--io-write=[bytes written to disks in a second]:RATE: ' \
    '(--max-files)--max-files=[open files, stdin, stdout, stderr and directories included]:NUMBER: ' \
    '(--max-output)--max-output=[bytes to stdout and stderr together; then writes fail with ENOSPC]:SIZE: ' \
    '(--max-disk)--max-disk=[bytes in all --tmpfs together]:SIZE: ' \
    '(--net)--net=[let a component use the host'\''s network\: nothing but what other flags allow, or all of it]:none|host:(none host)' \
    '*--allow-net=[let a component connect to a name, an address, a network, loopback, private or public]:TARGET[\:PORT]: ' \
    '*-p+[lead a port of the host to one that the guest listens on]:[ADDRESS\:]PORT\:PORT: ' \
    '*--publish=[lead a port of the host to one that the guest listens on]:[ADDRESS\:]PORT\:PORT: ' \
    '(--max-connections)--max-connections=[connections in all, attempts that fail included; then new ones are refused]:NUMBER: ' \
    '(--max-traffic)--max-traffic=[bytes over the network in all, both directions; then connections are cut]:SIZE: ' \
    '(--tls-ca)--tls-ca=[trust these certificate authorities (PEM) too when a component asks for https]:FILE:_files' \
    '*--listen=[give the guest a listening TCP socket]:ADDRESS\:PORT: ' \
    '(--seccomp)--seccomp=[narrow the allowed system calls to those in a policy file]:FILE:_files' \
    '*--seccomp-allow=[allow one more system call]:NAME: ' \
    '(--best-effort)--best-effort[start even if a layer can'\''t be enforced here]' \
    '(--strace)--strace[print each WASI call with its arguments and result on stderr]' \
    '(--stats)--stats=-[print a receipt on stderr at the end\: time, memory, I/O, layers]::text|json:(text json)' \
    '(--stats-file)--stats-file=[write the receipt to a file, as JSON unless --stats=text]:FILE:_files' \
    '(--print-plan)--print-plan[print what would be enforced, as JSON that --config accepts, and run nothing]' \
    '(--config)--config=[read options from a JSON file; flags go over it]:FILE:_files' \
    '(-h --help)-h[print this help]' \
    '(-h --help)--help[print this help]' \
    '1:module:_files -g "*.(wasm|wat)(-.)"' \
    '*:argument:_files'
}

_wasmctr() {
  local -a commands
  local context state state_descr line
  typeset -A opt_args
  commands=(
    'run:run a WebAssembly program'
    'learn:run a program and print the policy that it needed'
    'inspect:show what a module is and needs'
    'types:write a component as TypeScript'
    'doctor:show what this machine offers'
    'compile:prepare components ahead of their first run'
    'cache:list or remove what is kept between runs'
    'completion:print a completion script'
    'help:print help'
    'version:print the version'
  )
  _arguments -C -A '-*' \
    '(-h --help)'{-h,--help}'[print help]' \
    '(-V --version)'{-V,--version}'[print the version]' \
    '1:command:->command' \
    '*::argument:->argument'
  case "$state" in
    command) _describe command commands ;;
    argument)
      case "$words[1]" in
        run) _wasmctr_run ;;
        learn) _wasmctr_run '--output=[write the policy to a file]:FILE:_files' ;;
        inspect) _arguments '--json[print JSON]' '--wit[print a component'\''s WIT]' '(-h --help)--help[print help]' '1:module:_files -g "*.(wasm|wat)(-.)"' ;;
        types) _arguments '--output[write to a file]' '(-h --help)--help[print help]' '1:module:_files -g "*.(wasm|wat)(-.)"' ;;
        doctor) _arguments '--json[print JSON]' '(-h --help)--help[print help]' ;;
        compile) _arguments '--best-effort[do without missing layers of the sandbox]' '--json[print JSON]' '(-h --help)--help[print help]' '1:module:_files -g "*.(wasm|wat)(-.)"' ;;
        cache) _arguments '--max-size[remove the least recently used until at most this is left]' '--older-than[remove what was not used for as long]' '--json[print JSON]' '(-h --help)--help[print help]' '1:word:(ls prune clear)' ;;
        completion) _arguments '(-h --help)--help[print help]' '1:word:(bash zsh fish)' ;;
        help) _arguments '(-h --help)--help[print help]' '1:word:(run learn inspect types doctor compile cache completion files process limits network sandbox output config learning exit-codes)' ;;
        version) _arguments '(-h --help)--help[print help]' ;;
      esac
      ;;
  esac
}

if [[ "$funcstack[1]" == _wasmctr ]]; then
  _wasmctr "$@"
else
  compdef _wasmctr wasmctr
fi
