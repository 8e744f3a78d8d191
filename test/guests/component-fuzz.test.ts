/** Damaged components: whatever comes, the command ends soon, in bounded memory, and says one clear thing. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { build, guest } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { mutate, mutations } from '../helpers/mutate.ts';
import { wasmctr } from '../helpers/wasmctr.ts';

let dir: string;
beforeAll(() => {
  build('rust-p2');
  dir = mkdtempSync(join(tmpdir(), 'wasmctr-component-fuzz-'));
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await expectNothingLeft();
});

/** Of a container that may use 32 MiB: the engine and its code are the rest. */
const maxPeakBytes = 256 << 20;
const limits = ['--stats=json', '--timeout', '2s', '--memory', '32MiB', '--max-output', '64KiB'];
const seeds = ['wat-p2/hello', 'wat-p2/composed', 'wat-p2/library', 'rust-p2/hello'];

/** What the exit code and stderr have to be; a sentence about what is wrong with them. */
function complaint(code: number | null, stderr: string): string | null {
  if (code === null) return 'ended by a signal';
  if (code === 125) return 'an error of ours';
  if (/please report/.test(stderr)) return 'a bug of ours';
  const ours = stderr.split('\n').filter((line) => line.startsWith('wasmctr: '));
  const receipt = stderr.split('\n').find((line) => line.startsWith('{'));
  const peakBytes = receipt === undefined ? 0 : JSON.parse(receipt).usage.peakMemoryBytes;
  if (peakBytes > maxPeakBytes) return `${peakBytes} bytes of memory`;
  if (ours.length > 1) return 'more than one line about it';
  if ([124, 126, 134].includes(code) && ours.length === 0) return `exit code ${code} without a word`;
  return null;
}

it('they run, or are refused in one line', { timeout: 120_000 }, async () => {
  const originals = seeds.map((name) => readFileSync(guest(name)));
  const path = join(dir, 'mutant.wasm');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...originals), mutations, async (original, list) => {
      writeFileSync(path, mutate(original, list));
      // Without a cache: each is new, and should not push others' packs out.
      const env = { WASMCTR_CACHE: '0' };
      const { stderr, code } = await wasmctr(['run', ...limits, path], { env, stdin: '', timeoutMs: 15_000 });
      expect(`${complaint(code, stderr)}\n${code} ${stderr}`).toMatch(/^null\n/);
    }),
    // Time-boxed: a machine under load does fewer, and a counterexample is always printed with its seed.
    { numRuns: 150, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: false },
  );
});
