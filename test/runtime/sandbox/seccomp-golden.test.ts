/** Filters as text, to be read in review. UPDATE_GOLDEN=1 rewrites them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { disassemble } from '../../../runtime/sandbox/bpf-disassembler.ts';
import { brokerPolicy, describePolicy, policyFor, printPolicy } from '../../../runtime/sandbox/seccomp.ts';
import { compileSeccomp } from '../../../runtime/sandbox/seccomp-compile.ts';

const golden = new URL('../../golden/seccomp/', import.meta.url);
/** As `makePlan` asks: clocks always. */
const none = { files: false, network: false, bigModule: false, clockCalls: true };
const variants = {
  compute: policyFor(none),
  'compute-big-module': policyFor({ ...none, bigModule: true }),
  files: policyFor({ ...none, files: true }),
  network: policyFor({ ...none, network: true }),
  everything: policyFor({ files: true, network: true, bigModule: true, clockCalls: true }),
  broker: brokerPolicy(),
};
const cases = Object.entries(variants).flatMap(([name, policy]) =>
  (['x64', 'arm64'] as const).map((arch) => ({ file: `${name}.${arch}.txt`, policy, arch })),
);

test.each(cases)('$file', ({ file, policy, arch }) => {
  const parameters = { codeStart: 0x2dc5_dcf3_5000n, codeEnd: 0x2dc6_1cf3_5000n };
  const text = `${describePolicy(policy)}, ${arch}\n\n${listing(printPolicy(policy))}\n\n${disassemble(compileSeccomp(policy, { arch, parameters }), arch)}`;
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(golden, { recursive: true });
    writeFileSync(new URL(file, golden), text);
  }
  expect(text).toBe(readFileSync(new URL(file, golden), 'utf8'));
});

/** One line a call, without its reason. */
function listing({ calls }: ReturnType<typeof printPolicy>): string {
  return calls
    .map(({ name, when }) => (when ? `${name} ${when.map((w) => JSON.stringify(w)).join(' or ')}` : name))
    .join('\n');
}
