/**
 * What of jco-transpile is needed to run components: its bindgen, a component itself, which jco has transpiled. Its glue
 * goes into dist/component-tool.cjs, its core modules (3.5 MB) into dist/jco. The package and all that it depends on
 * would be 120 MB.
 */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
/** The package does not export its vendor folder by name. */
const vendor = join(dirname(dirname(require.resolve('@bytecodealliance/jco-transpile'))), 'vendor');

const files = ['js-component-bindgen-component.core.wasm', 'js-component-bindgen-component.core2.wasm'];

export async function copyJco(dist) {
  await mkdir(join(dist, 'jco'), { recursive: true });
  for (const file of files) await copyFile(join(vendor, file), join(dist, 'jco', file));
  await copyFile(join(dirname(vendor), 'LICENSE'), join(dist, 'jco', 'LICENSE'));
}

/**
 * jco's loaders compile by promises, on threads of their own; ours are forked, so there must be none. Done at once, the
 * loader has no promise to wait for and is through when the file is loaded.
 */
const replacements = [
  [/new URL\('\.\/([\w.-]+\.wasm)', import\.meta\.url\)/g, "'$1'"],
  [
    /async function fetchCompile \(url\) \{[\s\S]*?\n\}\n/,
    "const fetchCompile = (name) => new WebAssembly.Module(require('node:fs').readFileSync(__dirname + '/jco/' + name));\n",
  ],
  [
    /const base64Compile = str => WebAssembly\.compile\([\s\S]*?\n\);\n/,
    "const base64Compile = (text) => new WebAssembly.Module(Buffer.from(text, 'base64'));\n",
  ],
  [
    /const instantiateCore = WebAssembly\.instantiate;/,
    'const instantiateCore = (module, imports) => new WebAssembly.Instance(module, imports);',
  ],
  // Called many times for each call into the bindgen.
  [/if \(!globalThis\?\.process\?\.env\?\.JCO_DEBUG\) \{ return; \}/, 'return;'],
];

export const jco = (standIn) => ({
  name: 'jco',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@bytecodealliance\/preview2-shim/ }, () => ({ path: standIn }));
    onLoad({ filter: /vendor\/js-component-bindgen-component\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      for (const [pattern, replacement] of replacements) {
        const changed = contents.replace(pattern, replacement);
        if (changed === contents) throw new Error(`${path} has no ${pattern}: look at what this version does instead`);
        contents = changed;
      }
      return { contents, loader: 'js' };
    });
  },
});
