/** The words of `wasmctr help TOPIC` that are not in the option table: introductions and examples. */
import type { Topic } from '../options-types.ts';

export interface HelpTopic {
  /** One line for the list of topics. */
  title: string;
  intro: string;
  examples: readonly string[];
}

export const optionTopics: Readonly<Record<Topic, HelpTopic>> = {
  files: {
    title: 'Files and directories of the guest',
    intro: 'A guest sees no file but what these flags grant.',
    examples: [
      'wasmctr run --dir . app.wasm',
      'wasmctr run --dir src::/src:ro --tmpfs /tmp:64MiB build.wasm /src',
      'wasmctr run -v ./data:/data:ro python.wasm /data/script.py',
    ],
  },
  process: {
    title: 'Arguments, environment, entry point',
    intro: "Flags stop at FILE: all after it is the guest's. FILE can be - for stdin.",
    examples: [
      'wasmctr run app.wasm --verbose input.txt',
      'wasmctr run --env LANG --env DEBUG=1 --env-file app.env app.wasm',
      'wasmctr run --invoke add lib.wasm 2 3',
      'wasmctr run - < app.wasm',
    ],
  },
  limits: {
    title: 'Time, memory, CPU, output',
    intro:
      'Every limit has a finite default or a bound of its own. "none" lifts those that allow it.\n' +
      'Sizes:     65536, 512k, 64MiB, 1.5g. Units are powers of 1024 in every spelling,\n' +
      "           Docker's (k, kb, m, mb, g, gb) and the IEC's (KiB, MiB, GiB).\n" +
      'Durations: 250ms, 5s, 2m, 1h30m, 7d. A bare number is seconds.',
    examples: [
      'wasmctr run --timeout 5s --memory 64MiB app.wasm',
      'wasmctr run --cpus 0.5 --cpu-time 2s --max-output 1m app.wasm',
      'wasmctr run --timeout none --listen 127.0.0.1:8080 server.wasm',
    ],
  },
  network: {
    title: 'The network',
    intro: 'A guest has no network but what is opened for it; each address is checked against the rules.',
    examples: [
      'wasmctr run --allow-net api.example.com:443 component.wasm',
      'wasmctr run --allow-net tcp:10.0.0.0/8:5432 --publish 8080:80 component.wasm',
      'wasmctr run --timeout none --listen 127.0.0.1:8080 server.wasm',
    ],
  },
  sandbox: {
    title: 'Layers of the sandbox',
    intro:
      "Every layer is on; one that can't be enforced refuses to start.\n" +
      'wasmctr doctor shows what this machine offers.',
    examples: ['wasmctr run --best-effort app.wasm', 'wasmctr run --seccomp policy.json app.wasm'],
  },
  output: {
    title: 'Receipts, traces, plans, config',
    intro: "stdin, stdout and stderr are the guest's; what wasmctr has to say goes to stderr.",
    examples: [
      'wasmctr run --stats app.wasm',
      'wasmctr run --stats=json app.wasm 2> receipt.json',
      'wasmctr run --strace app.wasm',
      'wasmctr run --print-plan --dir . app.wasm > app.json; wasmctr run --config app.json',
    ],
  },
};

export const textTopics: Readonly<Record<string, HelpTopic>> = {
  config: {
    title: 'Options in a file',
    intro: `--config FILE reads a JSON object. Its keys are the names of the flags; "file" and "args"
are what follows the flags. Flags given can be repeated in the file as arrays. A flag goes
over the same key of the file; variables, guest paths and listeners are added to those of
the file, and go over the one with the same name. Unknown keys are errors.

  {
    "$schema": "./node_modules/wasmctr/dist/config.schema.json",
    "file": "app.wasm",
    "args": ["serve"],
    "dir": ["./public::/public:ro", { "host": "/srv/a::b", "guest": "/data" }],
    "env": { "LANG": null, "DEBUG": "1" },
    "memory": "64MiB",
    "timeout": "none"
  }`,
    examples: ['wasmctr run --config app.json', 'wasmctr run --config app.json --env DEBUG=0 app.wasm other'],
  },
  learning: {
    title: 'What wasmctr learn finds',
    intro: `The program runs in its whole sandbox. Each system call that the built-in filter allows is
noted before it is made; nothing more is allowed than in any run. The policy is one run's:
give it the input that asks most.

  system calls  those that were made, with the argument checks of the built-in policies, and
                those that the engine may make in any run
  directories   read-only unless something was written or created; unused ones are left out
  variables     left out when the program never asked for them
  memory        1.5 times the linear memory at the end, in whole MiB; with what was in --tmpfs
  max-files, max-output, tmpfs sizes
                1.5 times the most that was used
  timeout, cpu-time
                4 times what it took, in whole seconds, at least 5 s and 1 s
  pids          the most that there were

No limit goes above what learn was given. FILE and its arguments are no part of the policy;
all other flags are. A program that fails has a policy too, for as far as it came. One that
is killed keeps the directories, variables and limits that it was given.`,
    examples: [
      'wasmctr learn --dir . app.wasm input.txt > policy.json',
      'wasmctr run --config policy.json app.wasm input.txt',
    ],
  },
  'exit-codes': {
    title: 'What wasmctr run exits with',
    intro: `  0 to 255  the guest's own code: its low byte, or 255 where that would be 0 though the code is not
  124       out of time: --timeout
  125       wasmctr's own error: a wrong flag, a path, a layer that can't be enforced
  126       FILE can't be run: not a module, or one for another host
  127       FILE was not found
  134       the guest trapped
  137       the guest was killed: out of memory
  128 + n   signal n ended the guest`,
    examples: ['wasmctr run app.wasm; echo $?'],
  },
};

export const learnExamples: readonly string[] = [
  'wasmctr learn --dir . app.wasm input.txt > policy.json',
  'wasmctr run --config policy.json app.wasm input.txt',
  'wasmctr learn --output policy.json app.wasm | less',
];

export const runExamples: readonly string[] = [
  'wasmctr run app.wasm',
  'wasmctr run --dir . --env LANG app.wasm input.txt',
  'wasmctr run --timeout 5s --memory 64MiB --stats app.wasm',
];
