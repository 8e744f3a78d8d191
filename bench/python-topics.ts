/** A big program: cold, with the machine code that an earlier run left, and by others. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pythonWasm } from '../test/helpers/guests.ts';
import { type Built, root } from './build.ts';
import { waitForCode } from './kept-code.ts';
import { commandCost, compare } from './measure.ts';
import { findProgram } from './peers.ts';
import type { Topic } from './topics.ts';

const node = process.execPath;
const wasmctr = join(root, 'bin/wasmctr');
const nodeWasi = join(import.meta.dirname, 'node-wasi.mjs');

const jsonScript = `import json
text = json.dumps([{"key": i, "value": str(i) * 3, "list": list(range(9))} for i in range(4000)])
print(sum(len(json.dumps(json.loads(text))) for _ in range(3)))`;

export function pythonTopic(built: Built, quick: boolean): Topic {
  return pythonTable(built, 'CPython 3.12, `print(1)`, start to exit', 'print(1)', quick);
}

export function pythonJsonTopic(built: Built, quick: boolean): Topic {
  return pythonTable(built, 'CPython 3.12, a megabyte of JSON read and written three times', jsonScript, quick);
}

function pythonTable(built: Built, title: string, script: string, quick: boolean): Topic {
  const program = [pythonWasm, '-c', script];
  const env = { XDG_CACHE_HOME: join(built.folder, 'python-cache') };
  const commands: Record<string, string[]> = {
    'node:wasi': [node, '--no-warnings', nodeWasi, ...program],
    'wasmctr run --no-warm': [wasmctr, 'run', '--no-warm', ...program],
    'wasmctr run, the second and later': [wasmctr, 'run', ...program],
  };
  const wasmtime = findProgram('wasmtime');
  if (wasmtime !== null) commands['wasmtime run (its cache warm)'] = [wasmtime, 'run', '-C', 'cache=y', ...program];
  rmSync(env.XDG_CACHE_HOME, { recursive: true, force: true });
  mkdirSync(env.XDG_CACHE_HOME, { recursive: true });
  for (const [name, command] of Object.entries(commands)) if (name !== 'node:wasi') commandCost(built, command, env);
  waitForCode(env.XDG_CACHE_HOME);
  return { title, text: compare(built, commands, { base: 'node:wasi', rounds: quick ? 2 : 15, env }) };
}
