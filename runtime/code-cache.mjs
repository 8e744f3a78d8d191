/**
 * Makes dist/warm-up.pack, which a warm process runs, and dist/*.{small,big}.cache: V8's code for the bundle, with the
 * functions that a start uses, and for its parts. V8 takes a cache only from the same version and flags, so the pinned
 * Node makes them, once for each set of flags that the launcher uses.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const self = fileURLToPath(import.meta.url);
const require = createRequire(import.meta.url);

/** As in native/launcher/node.c; a test compares. */
const flags = [
  '--single-threaded',
  '--v8-pool-size=0',
  '--disable-sigusr1',
  '--wasm-sync-tier-up',
  '--no-memory-protection-keys',
  '--no-rehash-snapshot',
  '--invocation-count-for-maglev=1000',
  '--no-warnings',
];

async function make() {
  const { script, scriptOf, cachedParts, variant, done } = require(join(root, 'dist', 'cli.cjs'));
  await done;
  const write = (name, made) => writeFileSync(join(root, 'dist', `${name}.${variant}.cache`), made.createCachedData());
  write('wasmctr', script);
  // Nothing has run of these, so V8 is told to compile all of them; the flag is off again when the cache is marked.
  for (const name of cachedParts) {
    setFlagsFromString('--no-lazy');
    const part = scriptOf(name);
    setFlagsFromString('--lazy');
    write(name, part);
  }
}

/** `warm` is the mode in which the bundle runs what a start runs, and ends (runtime/cli/entry.ts). */
if (process.argv[2] === 'warm') await make();
else {
  const node = join(dirname(require.resolve(`node-linux-${process.arch}/package.json`)), 'bin', 'node');
  execFileSync(node, [join(root, 'runtime', 'components', 'warm-up-pack.mjs')], { stdio: 'inherit' });
  for (const variant of ['--no-liftoff', '--liftoff']) {
    execFileSync(node, [...flags, variant, self, 'warm'], { stdio: 'inherit' });
  }
}
