/** The rows of the option table about the guest's process, its sandbox and what is printed. */
import { list, scalar, toggle } from './options-build.ts';
import { parseEnv } from './options-env.ts';
import { choice, orNone, orNull, parseText, textSchema } from './options-parse.ts';
import { parseAbsoluteGuestPath, parseHostPath } from './options-paths.ts';
import type { JsonSchema, ListTable, Parsed, ScalarTable } from './options-types.ts';

export const processOptions: Pick<ListTable, 'env' | 'envFile'> &
  Pick<ScalarTable, 'workdir' | 'argv0' | 'invoke' | 'importsFd' | 'unknownImports' | 'warm' | 'noWarm'> = {
  env: list({
    name: 'env',
    short: 'e',
    metavar: 'NAME[=VALUE]',
    topic: 'process',
    parse: parseEnv,
    schema: { type: 'string', minLength: 1 },
    help: 'set a variable; without VALUE pass on the one set here',
    detail: 'The guest sees no variable but these. The last one with a name wins.',
  }),
  envFile: list({
    name: 'env-file',
    metavar: 'FILE',
    topic: 'process',
    parse: parseHostPath,
    schema: textSchema,
    completion: 'file',
    help: "set the variables in a file of Docker's format",
    detail: 'One NAME=VALUE or NAME a line, # starts a comment line, quotes are part of the value. --env goes over it.',
  }),
  workdir: scalar({
    name: 'workdir',
    short: 'w',
    metavar: 'GUEST',
    topic: 'process',
    parse: orNull(parseAbsoluteGuestPath),
    default: null,
    schema: { type: ['string', 'null'] },
    help: 'directory of the guest where relative paths start',
    detail: 'It is also its PWD, unless --env sets another.',
    alsoKnownAs: ['cwd', 'working-dir'],
  }),
  argv0: scalar({
    name: 'argv0',
    metavar: 'NAME',
    topic: 'process',
    parse: orNull(parseText),
    default: null,
    schema: { anyOf: [textSchema, { type: 'null' }] },
    help: 'what the program is told as its name (default: FILE)',
    alsoKnownAs: ['name', 'entrypoint'],
  }),
  invoke: scalar({
    name: 'invoke',
    metavar: 'FUNCTION',
    topic: 'process',
    parse: orNull(parseText),
    default: null,
    schema: { anyOf: [textSchema, { type: 'null' }] },
    help: 'call this export with the arguments and print its results',
    detail:
      "Arguments are read as the types of the function; _initialize is called first when the module has it. Of a component it is a call in WAVE, such as 'greet(\"you\")' or 'my:pkg/api.add(1, 2)'.",
  }),
  importsFd: scalar({
    name: 'imports-fd',
    metavar: 'FD',
    topic: 'process',
    parse: orNull(parseInheritedFd),
    default: null,
    schema: { type: ['integer', 'null'], minimum: 3 },
    help: 'a Unix stream socket whose other end answers what a component imports',
    detail: 'For programs that start wasmctr; the library uses it for the functions it is given.',
  }),
  unknownImports: scalar({
    name: 'unknown-imports',
    metavar: 'error|trap',
    topic: 'process',
    parse: choice('error', 'trap'),
    default: 'error',
    defaultText: 'error',
    schema: { enum: ['error', 'trap'] },
    completion: ['error', 'trap'],
    help: 'imports that nothing provides: refuse to start, or trap when called',
    alsoKnownAs: ['unknown-imports-trap'],
  }),
  warm: toggle({
    name: 'warm',
    topic: 'process',
    help: 'keep compiled code of what is hot in this run, beside what is kept already',
    detail: 'Of components and of modules over 1 MiB it is kept without asking; this asks again, and of any module.',
  }),
  noWarm: toggle({ name: 'no-warm', topic: 'process', help: 'neither use kept code nor keep any' }),
};

function parseInheritedFd(raw: unknown): Parsed<number> {
  const value = typeof raw === 'string' && /^\d{1,6}$/.test(raw) ? Number(raw) : raw;
  const isFd = typeof value === 'number' && Number.isInteger(value) && value > 2;
  return isFd ? { value } : { expected: 'the number of an open descriptor, 3 or more' };
}

/** The shape only: what stands in it is read with the other policies (sandbox/seccomp-load.ts), which says where it is wrong. */
const policySchema: JsonSchema = {
  type: 'object',
  properties: { name: { type: 'string' }, calls: { type: 'array', items: { type: 'object' } } },
  required: ['name', 'calls'],
  additionalProperties: false,
};

function parsePolicy(raw: unknown): Parsed<string | object> {
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return { value: raw };
  const path = parseHostPath(raw);
  return 'value' in path ? path : { expected: `${path.expected}, or a policy` };
}

export const sandboxOptions: Pick<ListTable, 'seccompAllow'> & Pick<ScalarTable, 'seccomp' | 'bestEffort'> = {
  seccomp: scalar({
    name: 'seccomp',
    metavar: 'FILE',
    topic: 'sandbox',
    parse: orNull(parsePolicy),
    default: null,
    schema: { anyOf: [textSchema, policySchema, { type: 'null' }] },
    completion: 'file',
    help: 'narrow the allowed system calls to those in a policy file',
    detail: 'In --config it can be the policy itself, as wasmctr learn writes it.',
    alsoKnownAs: ['security-opt', 'seccomp-policy'],
  }),
  seccompAllow: list({
    name: 'seccomp-allow',
    metavar: 'NAME',
    topic: 'sandbox',
    parse: (raw) =>
      typeof raw === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(raw)
        ? { value: raw }
        : { expected: 'the name of a system call, such as getrandom' },
    schema: { type: 'string', pattern: '^[a-z][a-z0-9_]{0,63}$' },
    help: 'allow one more system call',
    alsoKnownAs: ['cap-add', 'privileged'],
  }),
  bestEffort: toggle({
    name: 'best-effort',
    topic: 'sandbox',
    help: "start even if a layer can't be enforced here",
    detail: 'The result still lists what was enforced and what was not.',
  }),
};

export const outputOptions: Pick<ScalarTable, 'strace' | 'stats' | 'statsFile' | 'printPlan' | 'config' | 'help'> = {
  strace: toggle({
    name: 'strace',
    topic: 'output',
    help: 'print each WASI call with its arguments and result on stderr',
    alsoKnownAs: ['trace', 'verbose', 'debug'],
  }),
  stats: scalar({
    name: 'stats',
    metavar: 'text|json',
    bare: 'text',
    topic: 'output',
    parse: orNone(choice('text', 'json')),
    default: null,
    schema: { enum: ['text', 'json', 'none', null] },
    completion: ['text', 'json'],
    help: 'print a receipt on stderr at the end: time, memory, I/O, layers',
    detail: "stdout stays the guest's alone.",
  }),
  statsFile: scalar({
    name: 'stats-file',
    metavar: 'FILE',
    topic: 'output',
    parse: orNull(parseHostPath),
    default: null,
    schema: { anyOf: [textSchema, { type: 'null' }] },
    completion: 'file',
    help: 'write the receipt to a file, as JSON unless --stats=text',
  }),
  printPlan: toggle({
    name: 'print-plan',
    topic: 'output',
    help: 'print what would be enforced, as JSON that --config accepts, and run nothing',
    alsoKnownAs: ['dry-run'],
  }),
  config: scalar({
    name: 'config',
    metavar: 'FILE',
    topic: 'output',
    parse: orNull(parseHostPath),
    default: null,
    schema: textSchema,
    completion: 'file',
    inConfig: false,
    help: 'read options from a JSON file; flags go over it',
    detail:
      'Its keys are the names of the flags, with "file" and "args" for what follows them; lists are arrays. Paths in it start from the current directory.',
    alsoKnownAs: ['config-file'],
  }),
  help: toggle({ name: 'help', short: 'h', topic: 'output', inConfig: false, help: 'print this help' }),
};
