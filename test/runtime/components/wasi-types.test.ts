/** Imports of WASI that are not what WASI says they are. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readWorld } from '../../../host/component/wit-world.ts';
import { witTables } from '../../../host/p2/abi.generated.ts';
import { compareWithWasi } from '../../../runtime/components/wasi-types.ts';
import { root } from '../../helpers/guests.ts';
import { componentOf } from '../../helpers/wit-component.ts';

const packages = globSync('host/p2/wit/*.wit', { cwd: root })
  .map((file) => readFileSync(join(root, file), 'utf8').replace(/^(package [^;]+);([\s\S]*)$/m, '$1 {$2}\n'))
  .join('\n');
const interfaces = Object.keys(witTables).filter((name) => name !== 'wasi:http/incoming-handler');

/** All of WASI imported, with a change to its WIT. */
async function compare(change: (wit: string) => string): Promise<void> {
  const imports = interfaces.map((name) => `import ${name}@0.2.12;`).join(' ');
  const wit = change(`package all:wasi; world w { ${imports} }\n${packages}`);
  compareWithWasi(readWorld(await componentOf(wit, 'w')).imports);
}

describe('imports of WASI', () => {
  it('are what they are', async () => {
    await compare((wit) => wit);
  });

  it('in all versions of 0.2', async () => {
    await compare((wit) => wit.replaceAll('@0.2.12', '@0.2.1').replaceAll(/@(since|unstable)\([^)]*\)/g, ''));
  });

  it.each<[string, string, RegExp]>([
    ['resolution: func() -> duration;', 'resolution: func() -> u32;', /resolution: func\(\) -> u32, which is func\(\)/],
    ['type instant = u64;', 'type instant = s64;', /now: func\(\) -> instant, which is of other types by these names/],
    ['blocking-skip: func(\n            len: u64,', 'blocking-skip: func(\n            length: u64,', /blocking-skip/],
    ['last-operation-failed(error),', 'last-operation-failed,', /wasi:io\/streams@0\.2\.12 with /],
    ['exit: func(status: result);', 'exit: func(status: result<u8>);', /exit: func\(status: result<u8>\)/],
    ['record datetime {\n        seconds: u64,', 'record datetime {\n        second: u64,', /datetime/],
  ])('are refused with another %j', async (from, to, about) => {
    await expect(
      compare((wit) => {
        const loose = new RegExp(from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s*'));
        expect(wit).toMatch(loose);
        return wit.replace(loose, to);
      }),
    ).rejects.toMatchObject({ code: 'import-type', message: expect.stringMatching(about) });
  });
});
