/**
 * The built-in filters, compiled. Here they are made when the file is loaded; the bundle has the finished table in its
 * place (runtime/bundle.mjs), so that no start compiles what never changes.
 */
import { brokerPolicy, describePolicy, type PolicyNeeds, policyFor } from './seccomp.ts';
import { compileSeccomp } from './seccomp-compile.ts';
import type { Policy } from './seccomp-policy.ts';
import type { Arch } from './syscalls-table.ts';

/** Stands in the place of the code range: words that occur nowhere else in a filter, the low ones page addresses. */
export const rangeWords = { startHigh: 0x7a51_1001, startLow: 0x7a51_3000, endHigh: 0x7a51_5005, endLow: 0x7a51_7000 };

export interface FilterEntry {
  /** struct sock_filter[], base64. */
  filter: string;
  description: string;
}

/** Key: `arch files network`, the last two as 0 or 1; or `arch broker`. */
export const filterTable: Readonly<Record<string, FilterEntry>> = makeTable();

export function filterKey(arch: Arch, { files, network }: Pick<PolicyNeeds, 'files' | 'network'>): string {
  return `${arch} ${Number(files)} ${Number(network)}`;
}

function makeTable(): Record<string, FilterEntry> {
  const table: Record<string, FilterEntry> = {};
  for (const arch of ['x64', 'arm64'] as const) {
    for (const files of [false, true]) {
      for (const network of [false, true]) {
        const policy = policyFor({ files, network, bigModule: true, clockCalls: true });
        table[filterKey(arch, { files, network })] = compiled(policy, arch);
      }
    }
    table[`${arch} broker`] = compiled(brokerPolicy(), arch);
  }
  return table;
}

function compiled(policy: Policy, arch: Arch): FilterEntry {
  const filter = compileSeccomp(policy, { arch, parameters: placeholder(), violation: 'trap' });
  return { filter: Buffer.from(filter).toString('base64'), description: describePolicy(policy) };
}

function placeholder(): { codeStart: bigint; codeEnd: bigint } {
  const { startHigh, startLow, endHigh, endLow } = rangeWords;
  return {
    codeStart: (BigInt(startHigh) << 32n) | BigInt(startLow),
    codeEnd: (BigInt(endHigh) << 32n) | BigInt(endLow),
  };
}
