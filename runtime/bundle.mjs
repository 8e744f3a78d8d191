/**
 * Bundles the command line: runtime/cli/entry.ts → dist/wasmctr.cjs, each module behind an `import()` → a file of its own
 * beside it, and the option table → dist/config.schema.json. Node runs it after tsc; see package.json.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { copyJco, jco } from './bundle-jco.mjs';
import { undici } from './bundle-undici.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const shared = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node26',
  // Symbols keep their names, for stack traces; comments and indentation would only be read at each start.
  minifyWhitespace: true,
  legalComments: 'none',
  // import() would start Node's ESM loader; require() of a neighbour does not.
  supported: { 'dynamic-import': false },
  // The addon is found through package.json; wabt is megabytes that only WAT text needs.
  define: { 'import.meta.url': '__filename', WASMCTR_ADDON: '"../native/build/wasmctr.node"' },
  external: ['#native', '*.node', 'wabt'],
  logLevel: 'warning',
};

/** Bundles entry and, in turn, all that it imports lazily. V8 reads a whole file at start: what may not be needed is kept out of it. */
export async function bundle(entry, outfile, define = {}) {
  const pending = [[entry, outfile]];
  const written = new Map();
  for (const [source, output] of pending) {
    const other = written.get(output);
    if (other === source) continue;
    if (other !== undefined) throw new Error(`${source} and ${other} would both become ${output}: rename one`);
    written.set(output, source);
    const lazy = lazyModules((path, name) => pending.push([path, join(dirname(outfile), name)]));
    await build({
      ...shared,
      define: { ...shared.define, ...define },
      entryPoints: [source],
      outfile: output,
      plugins: [
        finishedFilters,
        lazy,
        compiledSchema,
        undici,
        jco(join(root, 'runtime/components/preview2-stand-in.ts')),
      ],
    });
  }
  return [...written.keys()];
}

function lazyModules(found) {
  return {
    name: 'lazy',
    setup({ onResolve }) {
      onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return;
        const name = `cli-${basename(path, '.ts')}.cjs`;
        found(resolve(resolveDir, path), name);
        return { path: `./${name}`, external: true };
      });
    },
  };
}

/** config-validate.ts, done ahead: ajv's own output for the schema, without ajv. */
const compiledSchema = {
  name: 'compiled-schema',
  setup({ onLoad }) {
    onLoad({ filter: /\/config-validate\.ts$/ }, async () => {
      const ajv = new Ajv({ allowUnionTypes: true, code: { source: true, esm: true } });
      const code = standalone.default(ajv, ajv.compile(JSON.parse(await schemaText())));
      const contents = `${code}
        export function schemaErrors(config) { return validate(config) ? [] : validate.errors; }`;
      return { contents, loader: 'js', resolveDir: root };
    });
  },
};

/** The built-in filters as data: what makes them is not even read at a start. */
const finishedFilters = {
  name: 'finished-filters',
  setup({ onLoad }) {
    onLoad({ filter: /\/filter-table\.ts$/ }, async ({ path }) => {
      const { filterTable, rangeWords } = await evaluated(path);
      const contents = `export const rangeWords = ${JSON.stringify(rangeWords)};
        export const filterTable = ${JSON.stringify(filterTable)};
        export const filterKey = (arch, { files, network }) => \`\${arch} \${Number(files)} \${Number(network)}\`;`;
      return { contents, loader: 'js' };
    });
  },
};

/** The exports of a module of ours, bundled in memory and run. */
async function evaluated(path) {
  const options = { ...shared, format: 'esm', entryPoints: [path], write: false };
  const [{ text }] = (await build(options)).outputFiles;
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}

/** The schema is made by the same code that checks: bundled in memory and called. */
export async function schemaText() {
  const { configSchema } = await evaluated(join(root, 'runtime/config-schema.ts'));
  return `${JSON.stringify(configSchema(), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(root, 'dist');
  await mkdir(dist, { recursive: true });
  // V8 knows a source by its length alone: an old cache could pass for a new bundle's, and hold other functions.
  for (const name of await readdir(dist)) if (name.endsWith('.cache')) await rm(join(dist, name));
  const tool = join(dist, 'component-tool.cjs');
  await bundle(join(root, 'runtime/components/tool.ts'), tool);
  await bundle(join(root, 'runtime/kept-code/tool.ts'), join(dist, 'code-tool.cjs'));
  await copyJco(dist);
  const digest = createHash('sha256')
    .update(await readFile(tool))
    .digest('hex');
  await bundle(join(root, 'runtime/cli/entry.ts'), join(dist, 'wasmctr.cjs'), {
    WASMCTR_TOOL: JSON.stringify(digest),
  });
  await copyFile(join(root, 'runtime/cli/loader.cjs'), join(dist, 'cli.cjs'));
  await writeFile(join(dist, 'config.schema.json'), await schemaText());
}
