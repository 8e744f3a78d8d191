// dist/cli.cjs: runs the bundle beside it with V8's code cache for the flags of this process. Without a cache that
// fits, V8 compiles as usual: the same program, some milliseconds later.
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const filename = `${__dirname}/wasmctr.cjs`;
const variant = process.execArgv.includes('--no-liftoff') ? 'small' : 'big';

function cacheFile() {
  try {
    return readFileSync(`${__dirname}/wasmctr.${variant}.cache`);
  } catch {
    return undefined;
  }
}

const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`;
const script = new Script(source, { filename, cachedData: cacheFile() });
const bundle = { exports: {} };
script.runInThisContext().call(bundle.exports, bundle.exports, require, bundle, filename, __dirname);
module.exports = { script, variant, done: bundle.exports.done };
