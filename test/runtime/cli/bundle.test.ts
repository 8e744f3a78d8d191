import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configSchema } from '../../../runtime/config-schema.ts';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'wasmctr-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The command line as entry.ts has it, without the fork: `run` prints what it was asked. */
const entry = `
import { main } from ${JSON.stringify(join(root, 'runtime/cli/main.ts'))};
const unused = async () => { throw new Error('unused'); };
main({
  argv: process.argv.slice(2),
  env: [],
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  run: async (spec) => { console.log(JSON.stringify(spec)); process.exit(0); },
  plan: unused, inspect: unused, doctor: unused,
}).then((code) => { process.exitCode = code; });
`;

beforeAll(() => {
  writeFileSync(join(folder, 'entry.ts'), entry);
  const script = `
    import { bundle, schemaText } from ${JSON.stringify(join(root, 'runtime/bundle.mjs'))};
    import { writeFileSync } from 'node:fs';
    await bundle(process.argv[1], process.argv[2]);
    writeFileSync(process.argv[3], await schemaText());`;
  const paths = [join(folder, 'entry.ts'), join(folder, 'cli.cjs'), join(folder, 'schema.json')];
  // By whatever `node` the user has: that is what npm ci builds with.
  execFileSync('node', ['--input-type=module', '-e', script, ...paths], { cwd: root });
});

function cli(...argv: string[]): string {
  return execFileSync(process.execPath, [join(folder, 'cli.cjs'), ...argv], { encoding: 'utf8' });
}

test('the published schema is the one that checks', () => {
  expect(JSON.parse(readFileSync(join(folder, 'schema.json'), 'utf8'))).toEqual(configSchema());
});

test('ajv stays at home: what it compiled is enough', () => {
  const text = readFileSync(join(folder, 'cli-config-file.cjs'), 'utf8');
  expect(text).toContain('additionalProperties');
  expect(text).not.toMatch(/class Ajv|json-schema\.org\/draft-07\/schema#\/definitions/);
  expect(text.length).toBeLessThan(150_000);
});

test('what is not needed for every run is in files of its own', () => {
  expect(readdirSync(folder).filter((name) => name.endsWith('.cjs'))).toContain('cli-program.cjs');
  expect(readFileSync(join(folder, 'cli-program.cjs'), 'utf8')).toContain('CommanderError');
  expect(readFileSync(join(folder, 'cli.cjs'), 'utf8')).not.toMatch(/CommanderError|json-schema.org/);
  expect(statSync(join(folder, 'cli.cjs')).size).toBeLessThan(80_000);
});

test('every lazy file loads', () => {
  const config = join(folder, 'c.json');
  writeFileSync(config, '{"memory": "64MiB", "env": {"A": "1"}}');
  expect(JSON.parse(cli('run', '--config', config, 'f.wasm'))).toMatchObject({
    env: ['A=1'],
    limits: { memoryBytes: 67_108_864 },
  });
  expect(JSON.parse(cli('run', '--stats', 'f.wasm'))).toMatchObject({ file: 'f.wasm' });
  expect(cli('help', 'limits')).toContain('--memory');
  expect(cli('run', '--help')).toContain('--memory');
  expect(cli('completion', 'bash')).toContain('complete -F');
});

test('an error of a lazy file keeps its exit code', () => {
  const config = join(folder, 'bad.json');
  writeFileSync(config, '{"memry": 1}');
  const run = () =>
    execFileSync(process.execPath, [join(folder, 'cli.cjs'), 'run', '--config', config, 'f'], { stdio: 'pipe' });
  expect(run).toThrow(
    expect.objectContaining({
      status: 125,
      stderr: Buffer.from(`wasmctr: unknown key: "memry" in ${config}: did you mean "memory"?\n`),
    }),
  );
});
