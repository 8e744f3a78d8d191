/**
 * Makes dist/warm-up.pack of host/component/warm-up.wat: `node runtime/components/warm-up-pack.mjs`, on the pinned Node.
 * The build runs it where jco is installed whole; what is trusted here needs no sandbox.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { $init } from '@bytecodealliance/jco-transpile/component';
import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { glueCode, plainGlue } from './glue.ts';
import { writePack } from './pack.ts';
import { transpile } from './transpile.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(root, 'host/p2/wit');

/** All packages of WASI 0.2 as one text, and the world of commands. */
export function commandWit() {
  const packages = readdirSync(folder)
    .filter((name) => name.endsWith('.wit'))
    .map((name) => readFileSync(join(folder, name), 'utf8').replace(/^(package [^;]+);([\s\S]*)$/, '$1 {$2}\n'));
  return ['package wasmctr:warm;\nworld up { include wasi:cli/command@0.2.12; }', ...packages].join('\n');
}

await $init;
const core = await parse(readFileSync(join(root, 'host/component/warm-up.wat'), 'utf8'));
const embedded = await componentEmbed({ binary: core, witSource: commandWit(), world: 'up' });
const { outline, glue: module, modules, types } = transpile(await componentNew(embedded, []));
const glue = plainGlue(module);
const pieces = [];
const parts = { imports: outline.imports, exports: outline.exports, glue, codeCache: glueCode(glue), modules, types };
writePack(parts, (bytes) => pieces.push(Buffer.from(bytes)));
writeFileSync(join(root, 'dist', 'warm-up.pack'), Buffer.concat(pieces));
// The tools' stand-in for WASI is the real one here, with its thread.
process.exit(0);
