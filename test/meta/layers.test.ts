/** native ← host ← runtime: imports go one way, and what is loaded before a fork touches nothing. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../helpers/guests.ts';

/** What each layer may import, itself included. */
const layers: Readonly<Record<string, readonly string[]>> = {
  native: ['native'],
  host: ['host', 'native'],
  runtime: ['runtime', 'host', 'native'],
};

interface Import {
  file: string;
  from: string;
}

const files = Object.keys(layers).flatMap((layer) => globSync(`${layer}/**/*.ts`, { cwd: root }));

function source(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Static, dynamic and re-exporting imports, and require. */
function importsOf(file: string): Import[] {
  const text = source(file).replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  const found = text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"`])([\w@#:./-]+)\1/g);
  return [...found].map(([, , from = '']) => ({ file, from }));
}

const imports = files.flatMap(importsOf);
const layerOf = (path: string): string => path.split('/')[0] ?? '';

test('imports are found in every layer, dynamic ones too', () => {
  expect(new Set(imports.map(({ file }) => layerOf(file)))).toEqual(new Set(Object.keys(layers)));
  expect(imports.map(({ from }) => from)).toContain('./inspect-file.ts');
});

test('no layer imports one above it', () => {
  const wrong = imports
    .filter(({ from }) => from.startsWith('.'))
    .filter(({ file, from }) => {
      const target = layerOf(normalize(join(dirname(file), from)));
      return !(layers[layerOf(file)] ?? []).includes(target) && target !== 'package.json';
    });
  expect(wrong).toEqual([]);
});

test('relative imports name the file', () => {
  const wrong = imports.filter(({ from }) => from.startsWith('.') && !/\.(ts|json)$/.test(from));
  expect(wrong).toEqual([]);
});

test('host code imports nothing that reaches the system, and no package', () => {
  const foreign = imports.filter(({ file, from }) => layerOf(file) === 'host' && !from.startsWith('.'));
  // Pure functions on strings and bytes.
  const pure = ['node:path', 'node:buffer'];
  // What jco writes is JavaScript: it is evaluated in the container, as scripts with V8's code for them.
  const evaluating = ['host/component/glue.ts', 'host/component/load.ts'];
  const isAllowed = ({ file, from }: Import): boolean =>
    pure.includes(from) || (from === 'node:vm' && evaluating.includes(file));
  expect(foreign.filter((one) => !isAllowed(one))).toEqual([]);
});

test('the addon is loaded in one place', () => {
  const loaders = files.filter((file) => /createRequire|#native|\.node['"]/.test(source(file)));
  expect(loaders.filter((file) => layerOf(file) !== 'native')).toEqual(
    // The library finds the launcher by the package's own name.
    ['runtime/client.ts'],
  );
});

describe('what TypeScript is told', () => {
  test.each([
    ['no any', /(:|as|<|\|)\s*any\b/],
    ['no error is silenced', /@ts-(ignore|nocheck|expect-error)/],
    ["the caller's environment is read where the launcher put it, never from Node's", /process\.env\b(?!\.TZ = )/],
  ])('%s', (_, pattern) => {
    const code = (file: string): string => source(file).replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
    expect(files.filter((file) => pattern.test(code(file)))).toEqual([]);
  });
});
