// `npm run bench`: bench/main.ts on the pinned Node, whatever Node the user has.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const node = join(dirname(require.resolve(`node-linux-${process.arch}/package.json`)), 'bin', 'node');
const { status } = spawnSync(node, [join(here, 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
