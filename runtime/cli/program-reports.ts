/** The commands that print a report, on commander. */
import type { Command } from 'commander';
import { WasmctrError } from '../errors.ts';
import type { CacheRequest } from './cache-command.ts';
import type { CliIo, Report } from './main.ts';

const cacheActions = ['ls', 'prune', 'clear'] as const;

export type Print = (report: Report, flags: { json?: boolean }) => void;

export function addReports(program: Command, { inspect, types, doctor, cache, compile }: CliIo, print: Print): void {
  if (inspect !== undefined) {
    program
      .command('inspect')
      .summary('show what a module is and what it needs')
      .description(
        'Shows kind, imports, exports, memories and sizes of a module or component, and the flags that it will need.',
      )
      .argument('<FILE>', 'a .wasm or .wat file, or - for stdin')
      .option('--json', 'print JSON')
      .option('--wit', "print a component's WIT alone, the packages of WASI included")
      .addHelpText('after', '\nExamples:\n  $ wasmctr inspect app.wasm\n  $ wasmctr inspect --json - < app.wasm')
      .action(async (file: string, { wit, ...flags }: { json?: boolean; wit?: boolean }) => {
        const report = await inspect(file);
        print(wit === true ? { ...report, text: witOf(report, file) } : report, flags);
      });
  }
  if (types !== undefined) addTypes(program, types, print);
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

function witOf({ wit }: { wit: string | null }, file: string): string {
  if (wit !== null) return wit;
  throw new WasmctrError('module', `no component: ${file}`, 'a core module has no WIT');
}

function addTypes(program: Command, types: CliIo['types'], print: Print): void {
  program
    .command('types')
    .summary("write a component's imports and exports as TypeScript")
    .description(
      'Prints TypeScript declarations: of what a component exports, and of the imports that the library takes for it.',
    )
    .argument('<FILE>', 'a .wasm file, or - for stdin')
    .option('-o, --output <FILE>', 'write to a file')
    .addHelpText('after', '\nExamples:\n  $ wasmctr types app.wasm -o app.d.ts')
    .action(async (file: string, { output }: { output?: string }) =>
      print(await types({ file, output: output ?? null }), {}),
    );
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
