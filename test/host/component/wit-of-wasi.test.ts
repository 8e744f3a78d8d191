/** All of WASI 0.2 as one component: a large, real sample of WIT. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { WitWorld } from '../../../host/component/wit.ts';
import { printWorld } from '../../../host/component/wit-print.ts';
import { readWorld } from '../../../host/component/wit-world.ts';
import { witTables } from '../../../host/p2/abi.generated.ts';
import { typeDeclarations } from '../../../runtime/wit-declarations.ts';
import { root } from '../../helpers/guests.ts';
import { componentOf } from '../../helpers/wit-component.ts';

/** The host's own WIT, each package within braces, as one file may have them. */
const packages = globSync('host/p2/wit/*.wit', { cwd: root })
  .sort()
  .map((file) => readFileSync(join(root, file), 'utf8').replace(/^(package [^;]+);([\s\S]*)$/m, '$1 {$2}\n'));
const own = Object.keys(witTables).filter((name) => name !== 'wasi:http/incoming-handler');
const imports = own.map((name) => `import ${name}@0.2.12;`).join(' ');
const wit = `package all:wasi; world w { ${imports} export wasi:cli/run@0.2.12; }\n${packages.join('\n')}`;

let world: WitWorld;
beforeAll(async () => {
  world = readWorld(await componentOf(wit, 'w'));
});

/** What the generated tables have besides functions. */
const isFunction = (name: string): boolean => !name.startsWith('[resource-drop]');

describe('WASI 0.2', () => {
  it.each(own)('%s has the functions that the host has', (name) => {
    const read = [...(world.imports.interfaces.get(`${name}@0.2.12`)?.functions.keys() ?? [])];
    expect(read.sort()).toEqual(
      Object.keys(witTables[name] ?? {})
        .filter(isFunction)
        .sort(),
    );
  });

  it('comes back from its text', async () => {
    const text = printWorld(world);
    const again = printWorld(readWorld(await componentOf(text, 'root')));
    expect(again.split('\n').sort()).toEqual(text.split('\n').sort());
  });

  it('is nothing that an embedder provides', () => {
    expect(typeDeclarations(world)).toMatch(/export type Imports = \{\s*\};/);
  });
});
