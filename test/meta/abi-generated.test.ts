/** The interfaces of WASI 0.2 are those of the WIT files, and the tables jco's. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../helpers/guests.ts';

test.each(['abi.generated.ts', 'world.generated.ts'])('host/p2/%s is what host/p2/wit/generate.mjs writes', (name) => {
  const script = `
    import { generate } from ${JSON.stringify(join(root, 'host/p2/wit/generate.mjs'))};
    process.stdout.write((await generate())[${JSON.stringify(name)}], () => process.exit(0));`;
  const written = execFileSync(process.execPath, ['--input-type=module', '-e', script]);
  const biome = join(root, 'node_modules/.bin/biome');
  const options = { cwd: root, input: written, encoding: 'utf8' } as const;
  const formatted = execFileSync(biome, ['format', `--stdin-file-path=host/p2/${name}`], options);
  expect(readFileSync(join(root, 'host/p2', name), 'utf8')).toBe(formatted);
});
