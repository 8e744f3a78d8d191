/** The interfaces of WASI 0.2 are those of the WIT files, and the tables jco's. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../helpers/guests.ts';

test('host/p2/abi.generated.ts is what host/p2/wit/generate.mjs writes', () => {
  const script = `
    import { generate } from ${JSON.stringify(join(root, 'host/p2/wit/generate.mjs'))};
    process.stdout.write(await generate(), () => process.exit(0));`;
  const written = execFileSync(process.execPath, ['--input-type=module', '-e', script]);
  const biome = join(root, 'node_modules/.bin/biome');
  const options = { cwd: root, input: written, encoding: 'utf8' } as const;
  const formatted = execFileSync(biome, ['format', '--stdin-file-path=host/p2/abi.generated.ts'], options);
  expect(readFileSync(join(root, 'host/p2/abi.generated.ts'), 'utf8')).toBe(formatted);
});
