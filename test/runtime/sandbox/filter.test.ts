/** A built-in filter with its code range filled in decides as one compiled for that range. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtInFilter } from '../../../runtime/sandbox/filter.ts';
import { policyFor } from '../../../runtime/sandbox/seccomp.ts';
import { auditArch, compileSeccomp } from '../../../runtime/sandbox/seccomp-compile.ts';
import { syscallNumber } from '../../../runtime/sandbox/syscalls-table.ts';
import { runFilter } from '../../helpers/bpf-interpreter.ts';

const page = 4096n;
const address = fc.bigInt({ min: 1n << 32n, max: (1n << 47n) - 1n });
const executable = 7n;

test.each(['x64', 'arm64'] as const)('mprotect in and out of any range, %s', (arch) => {
  const nr = syscallNumber(arch, 'mprotect') ?? -1;
  const property = fc.property(
    fc.record({ start: address, pages: fc.bigInt({ min: 1n, max: 1n << 20n }), at: address, length: address }),
    fc.integer({ min: -3, max: 3 }),
    ({ start: anywhere, pages, at, length }, offset) => {
      const start = anywhere - (anywhere % page);
      const range = { start, end: start + pages * page };
      const needs = { files: true, network: false };
      const filled = builtInFilter(arch, needs, range).bytes;
      const policy = policyFor({ ...needs, bigModule: true, clockCalls: true });
      const parameters = { codeStart: range.start, codeEnd: range.end };
      const compiled = compileSeccomp(policy, { arch, parameters, violation: 'trap' });
      const near = BigInt(offset);
      for (const addr of [at, start + near, range.end + near, start, range.end - page]) {
        for (const len of [length, page, range.end - start, range.end - start + near]) {
          const data = { nr, arch: auditArch[arch], args: [addr, BigInt.asUintN(64, len), executable, 0n, 0n, 0n] };
          expect(runFilter(filled, data).value).toBe(runFilter(compiled, data).value);
        }
      }
    },
  );
  fc.assert(property, { numRuns: 100 });
});

test('says what it allows', () => {
  const range = { start: 1n << 40n, end: (1n << 40n) + page };
  expect(builtInFilter('x64', { files: false, network: false }, range).description).toMatch(/^1[0-6] system calls/);
  expect(builtInFilter('x64', { files: true, network: false }, range).description).toMatch(
    /^(2\d|3[0-2]) system calls/,
  );
});
