/** Go's own tests of its standard library, compiled for WASI 0.1: the judge of files, time and polling that others use. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { wasmctr } from '../helpers/wasmctr.ts';
import { allowedSkips } from './go-std-skips.ts';
import { parseGoTests } from './go-test-output.ts';

const buildDir = join(root, 'guests/build/go-std');
const buildTimeoutMs = 600_000;

/** Fewest tests and subtests that must pass: Go 1.26 has these many, and a suite that stops early must not look green. */
const packages = [
  ['os', 1300],
  ['io/fs', 24],
  ['path/filepath', 44],
  ['time', 400],
  ['net', 300],
  ['archive/tar', 95],
] as const;

function go(...args: string[]): string {
  return execFileSync('go', args, { encoding: 'utf8', env: { ...process.env, GOOS: 'wasip1', GOARCH: 'wasm' } }).trim();
}

/** Open /dev/null, and want to find a device: no container is granted one. */
const needDevices = '^(TestDevNullFile|TestOpenFileDevNull)$';

/** Linking takes seconds: what this very Go has built is kept. */
function compile(name: string): string {
  const target = join(buildDir, `${name.replaceAll('/', '-')}.test.wasm`);
  const stamp = `${target}.version`;
  const version = go('version');
  if (!existsSync(target) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== version) {
    mkdirSync(buildDir, { recursive: true });
    go('test', '-c', '-o', target, name);
    writeFileSync(stamp, version);
  }
  return target;
}

describe('the tests of package', () => {
  let goRoot: string;
  let scratch: string;
  const modules = new Map<string, string>();
  beforeAll(() => {
    goRoot = go('env', 'GOROOT');
    scratch = mkdtempSync(join(tmpdir(), 'wasmctr-go-'));
    for (const [name] of packages) modules.set(name, compile(name));
  }, buildTimeoutMs);
  afterAll(async () => {
    rmdirSync(scratch);
    await expectNothingLeft();
  });

  it.each(packages)('%s pass', { timeout: 300_000 }, async (name, fewest) => {
    // As Go's own go_wasip1_wasm_exec does, but granting only what the tests read, and an empty root.
    const cwd = join(goRoot, 'src', name);
    const grants = [
      '--dir',
      `${scratch}::/:ro`,
      '--dir',
      `${goRoot}::${goRoot}:ro`,
      '--dir',
      '/tmp::/tmp',
      '--dir',
      '/etc::/etc:ro',
    ];
    const env = ['--env', `PWD=${cwd}`, '--env', 'PATH=/usr/bin'];
    const run = [
      'run',
      ...grants,
      ...env,
      modules.get(name) ?? '',
      '-test.v',
      '-test.short',
      `-test.skip=${needDevices}`,
    ];
    const { stdout, code } = await wasmctr(run, { cwd, timeoutMs: 280_000 });
    const { passed, failed, skipped } = parseGoTests(stdout);
    expect(failed.map((test) => `${test.name}: ${test.log}`)).toEqual([]);
    expect(code).toBe(0);
    expect(passed.length).toBeGreaterThanOrEqual(fewest);
    const unexplained = skipped.filter(
      ({ name, log }) => !allowedSkips.some((reason) => reason.test(`${name}: ${log}`)),
    );
    expect(unexplained).toEqual([]);
  });
});
