# fish completion for wasmctr. Made by `wasmctr completion fish`.

# True while flags of run are expected: FILE has not been given yet.
function __wasmctr_in_run
  set -l words (commandline -opc)
  test (count $words) -ge 2; and contains -- "$words[2]" run learn; or return 1
  set -l skip 0
  for word in $words[3..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case --dir -v --volume --tmpfs -e --env --env-file -w --workdir --argv0 --invoke --imports-fd --unknown-imports --timeout --cpu-time -m --memory --cpus --cpu-weight --cpuset --pids --io-read --io-write --max-files --max-output --max-disk --net --allow-net -p --publish --max-connections --max-traffic --tls-ca --listen --seccomp --seccomp-allow --stats-file --config --output
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

complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -f
complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -s h -l help -d 'print help'
complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -s V -l version -d 'print the version'
complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -a run -d 'run a WebAssembly program'
complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -a learn -d 'run a program and print the policy that it needed'
complete -c wasmctr -n '__fish_seen_subcommand_from learn' -l output -r -F -d 'write the policy to a file'
complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -a inspect -d 'show what a module is and needs'
complete -c wasmctr -n '__fish_seen_subcommand_from inspect' -l json -d 'print JSON'
complete -c wasmctr -n '__fish_seen_subcommand_from inspect' -l wit -d 'print a component\'s WIT'
complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -a types -d 'write a component as TypeScript'
complete -c wasmctr -n '__fish_seen_subcommand_from types' -l output -d 'write to a file'
complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -a doctor -d 'show what this machine offers'
complete -c wasmctr -n '__fish_seen_subcommand_from doctor' -f
complete -c wasmctr -n '__fish_seen_subcommand_from doctor' -l json -d 'print JSON'
complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -a compile -d 'prepare components ahead of their first run'
complete -c wasmctr -n '__fish_seen_subcommand_from compile' -l best-effort -d 'do without missing layers of the sandbox'
complete -c wasmctr -n '__fish_seen_subcommand_from compile' -l json -d 'print JSON'
complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -a cache -d 'list or remove what is kept between runs'
complete -c wasmctr -n '__fish_seen_subcommand_from cache' -f -a 'ls prune clear'
complete -c wasmctr -n '__fish_seen_subcommand_from cache' -l max-size -d 'remove the least recently used until at most this is left'
complete -c wasmctr -n '__fish_seen_subcommand_from cache' -l older-than -d 'remove what was not used for as long'
complete -c wasmctr -n '__fish_seen_subcommand_from cache' -l json -d 'print JSON'
complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -a completion -d 'print a completion script'
complete -c wasmctr -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'
complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -a help -d 'print help'
complete -c wasmctr -n '__fish_seen_subcommand_from help' -f -a 'run learn inspect types doctor compile cache completion files process limits network sandbox output config learning exit-codes'
complete -c wasmctr -n 'not __fish_seen_subcommand_from run learn inspect types doctor compile cache completion help version' -a version -d 'print the version'
complete -c wasmctr -n '__fish_seen_subcommand_from version' -f

complete -c wasmctr -n __wasmctr_in_run -l dir -x -a '(__fish_complete_directories)' -d 'give the guest a directory; :ro makes it read-only'
complete -c wasmctr -n __wasmctr_in_run -s v -l volume -x -a '(__fish_complete_directories)' -d 'the same in Docker\'s spelling'
complete -c wasmctr -n __wasmctr_in_run -l tmpfs -x -d 'an empty directory in memory, gone afterwards'
complete -c wasmctr -n __wasmctr_in_run -s e -l env -x -d 'set a variable; without VALUE pass on the one set here'
complete -c wasmctr -n __wasmctr_in_run -l env-file -r -F -d 'set the variables in a file of Docker\'s format'
complete -c wasmctr -n __wasmctr_in_run -s w -l workdir -x -d 'directory of the guest where relative paths start'
complete -c wasmctr -n __wasmctr_in_run -l argv0 -x -d 'what the program is told as its name (default: FILE)'
complete -c wasmctr -n __wasmctr_in_run -l invoke -x -d 'call this export with the arguments and print its results'
complete -c wasmctr -n __wasmctr_in_run -l imports-fd -x -d 'a Unix stream socket whose other end answers what a component imports'
complete -c wasmctr -n __wasmctr_in_run -l unknown-imports -x -f -a 'error trap' -d 'imports that nothing provides: refuse to start, or trap when called'
complete -c wasmctr -n __wasmctr_in_run -l warm -d 'keep compiled code of what is hot in this run, beside what is kept already'
complete -c wasmctr -n __wasmctr_in_run -l no-warm -d 'neither use kept code nor keep any'
complete -c wasmctr -n __wasmctr_in_run -l timeout -x -d 'end the guest after this long (exit code 124)'
complete -c wasmctr -n __wasmctr_in_run -l cpu-time -x -d 'end the guest after this much CPU time'
complete -c wasmctr -n __wasmctr_in_run -s m -l memory -x -d 'linear memory of the guest; beyond it growth fails'
complete -c wasmctr -n __wasmctr_in_run -l cpus -x -d 'share of a CPU: 0.5 is half of one'
complete -c wasmctr -n __wasmctr_in_run -l cpu-weight -x -d 'share against other containers when CPUs are busy, 1 to 10000 (the usual is 100)'
complete -c wasmctr -n __wasmctr_in_run -l cpuset -x -d 'CPUs the guest may run on, such as 0-3,8'
complete -c wasmctr -n __wasmctr_in_run -l pids -x -d 'processes and threads of the container'
complete -c wasmctr -n __wasmctr_in_run -l io-read -x -d 'bytes read from disks in a second'
complete -c wasmctr -n __wasmctr_in_run -l io-write -x -d 'bytes written to disks in a second'
complete -c wasmctr -n __wasmctr_in_run -l max-files -x -d 'open files, stdin, stdout, stderr and directories included'
complete -c wasmctr -n __wasmctr_in_run -l max-output -x -d 'bytes to stdout and stderr together; then writes fail with ENOSPC'
complete -c wasmctr -n __wasmctr_in_run -l max-disk -x -d 'bytes in all --tmpfs together'
complete -c wasmctr -n __wasmctr_in_run -l net -x -f -a 'none host' -d 'let a component use the host\'s network: nothing but what other flags allow, or all of it'
complete -c wasmctr -n __wasmctr_in_run -l allow-net -x -d 'let a component connect to a name, an address, a network, loopback, private or public'
complete -c wasmctr -n __wasmctr_in_run -s p -l publish -x -d 'lead a port of the host to one that the guest listens on'
complete -c wasmctr -n __wasmctr_in_run -l max-connections -x -d 'connections in all, attempts that fail included; then new ones are refused'
complete -c wasmctr -n __wasmctr_in_run -l max-traffic -x -d 'bytes over the network in all, both directions; then connections are cut'
complete -c wasmctr -n __wasmctr_in_run -l tls-ca -r -F -d 'trust these certificate authorities (PEM) too when a component asks for https'
complete -c wasmctr -n __wasmctr_in_run -l listen -x -d 'give the guest a listening TCP socket'
complete -c wasmctr -n __wasmctr_in_run -l seccomp -r -F -d 'narrow the allowed system calls to those in a policy file'
complete -c wasmctr -n __wasmctr_in_run -l seccomp-allow -x -d 'allow one more system call'
complete -c wasmctr -n __wasmctr_in_run -l best-effort -d 'start even if a layer can\'t be enforced here'
complete -c wasmctr -n __wasmctr_in_run -l strace -d 'print each WASI call with its arguments and result on stderr'
complete -c wasmctr -n __wasmctr_in_run -l stats -f -a 'text json' -d 'print a receipt on stderr at the end: time, memory, I/O, layers'
complete -c wasmctr -n __wasmctr_in_run -l stats-file -r -F -d 'write the receipt to a file, as JSON unless --stats=text'
complete -c wasmctr -n __wasmctr_in_run -l print-plan -d 'print what would be enforced, as JSON that --config accepts, and run nothing'
complete -c wasmctr -n __wasmctr_in_run -l config -r -F -d 'read options from a JSON file; flags go over it'
complete -c wasmctr -n __wasmctr_in_run -s h -l help -d 'print this help'
complete -c wasmctr -n __wasmctr_in_run -f -k -a '(__wasmctr_modules)'
