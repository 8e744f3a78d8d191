// Formats the C and C++ sources with clang-format: `node native/format.mjs [--check]`.
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const files = execFileSync('git', ['ls-files', '*.c', '*.cc', '*.h'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');
const mode = process.argv.includes('--check') ? ['--dry-run', '--Werror'] : ['-i'];
try {
  execFileSync('clang-format', [...mode, ...files], { cwd: root, stdio: 'inherit' });
} catch (error) {
  if (error.code === 'ENOENT') console.error('wasmctr: no clang-format: apt-get install clang-format');
  process.exit(1);
}
