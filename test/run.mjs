// Runs test suites with vitest on the pinned Node and ends with one line that counts: `node test/run.mjs unit system vm`.
// Plain JavaScript: it runs under whatever Node the user has.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** `system` starts from images, as users do; `plain` runs again from Node what is about starting, guests and walls. */
const suites = {
  unit: ['--project', 'unit'],
  system: ['--project', 'system'],
  plain: ['--project', 'system', 'test/guests', 'test/security', 'test/native'],
  vm: ['--config', 'test/vm/vitest.config.ts'],
};

function runSuite(name, folder) {
  const args = suites[name];
  if (!args) throw new Error(`unknown suite ${name}: expected ${Object.keys(suites).join(', ')}`);
  const node = join(dirname(require.resolve(`node-linux-${process.arch}/package.json`)), 'bin', 'node');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const report = join(folder, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const env = { ...process.env, ...(name === 'plain' ? { WASMCTR_FROZEN: '0' } : {}) };
  const { status } = spawnSync(node, [vitest, 'run', ...args, ...reporters], { cwd: root, env, stdio: 'inherit' });
  const results = JSON.parse(readFileSync(report, 'utf8'));
  const { numPassedTests, numFailedTests, numPendingTests } = results;
  // A file that can't be loaded or a broken set-up has no failed test, but a failed run.
  const failed = status === 0 ? numFailedTests : Math.max(numFailedTests, 1);
  const failures = status === 0 ? [] : describeFailures(name, results);
  return { counts: { passed: numPassedTests, failed, skipped: numPendingTests }, failures };
}

/** What failed, again and in short, for whoever sees only the end of a long log. */
function describeFailures(name, { testResults }) {
  const brief = (message) => {
    const lines = stripVTControlCharacters(message).split('\n');
    return lines
      .filter((line) => !line.includes('/node_modules/'))
      .slice(0, 12)
      .join('\n    ');
  };
  const failures = testResults.flatMap((file) => {
    const path = relative(root, file.name);
    const failed = file.assertionResults.filter((result) => result.status === 'failed');
    if (failed.length === 0) return file.status === 'failed' ? [`${path}\n    ${brief(file.message)}`] : [];
    return failed.map((result) => `${path}: ${result.fullName}\n    ${brief(result.failureMessages.join('\n'))}`);
  });
  if (failures.length === 0) failures.push('an error outside of its tests: see above');
  return failures.map((failure) => `FAILED ${name}: ${failure}`);
}

const names = process.argv.length > 2 ? process.argv.slice(2) : ['unit', 'system'];
const folder = mkdtempSync(join(tmpdir(), 'wasmctr-test-'));
try {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const allFailures = [];
  for (const name of names) {
    const { counts, failures } = runSuite(name, folder);
    for (const key of Object.keys(totals)) totals[key] += counts[key];
    allFailures.push(...failures);
  }
  for (const failure of allFailures) console.log(failure);
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
  console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
  process.exitCode = totals.failed > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
