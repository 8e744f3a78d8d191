// dist/cli.cjs: runs the bundle beside it with V8's code cache for the flags of this process. Without a cache that
// fits, V8 compiles as usual: the same program, some milliseconds later.
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const variant = process.execArgv.includes('--no-liftoff') ? 'small' : 'big';

function cacheFile(name) {
  try {
    return readFileSync(`${__dirname}/${name}.${variant}.cache`);
  } catch {
    return undefined;
  }
}

function scriptOf(name) {
  const filename = `${__dirname}/${name}.cjs`;
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`;
  return new Script(source, { filename, cachedData: cacheFile(name) });
}

function run(script, name) {
  const bundle = { exports: {} };
  script
    .runInThisContext()
    .call(bundle.exports, bundle.exports, requirePart, bundle, `${__dirname}/${name}.cjs`, __dirname);
  return bundle.exports;
}

// Parts of the bundle that a start may wait for have a cache too.
const cachedParts = ['cli-component', 'cli-open-pack', 'cli-find'];
const loaded = new Map();

function requirePart(id) {
  const name = cachedParts.find((part) => id === `./${part}.cjs`);
  if (name === undefined) return require(id);
  if (!loaded.has(name)) loaded.set(name, run(scriptOf(name), name));
  return loaded.get(name);
}

const script = scriptOf('wasmctr');
module.exports = { script, scriptOf, cachedParts, variant, done: run(script, 'wasmctr').done };
