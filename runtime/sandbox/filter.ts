/** The filter of one container: a built-in one with this process's code range filled in. */
import { filterKey, filterTable, rangeWords } from './filter-table.ts';
import type { PolicyNeeds } from './seccomp.ts';
import type { Arch } from './syscalls-table.ts';

export interface Filter {
  /** struct sock_filter[]. */
  bytes: Uint8Array;
  description: string;
  /** The allowed calls wait for the supervisor: `wasmctr learn`. */
  notifies: boolean;
}

export interface CodeRange {
  start: bigint;
  end: bigint;
}

export function builtInFilter(arch: Arch, needs: Pick<PolicyNeeds, 'files' | 'network'>, range: CodeRange): Filter {
  return filledIn(filterKey(arch, needs), range);
}

/** Of a network broker. */
export function brokerFilter(arch: Arch, range: CodeRange): Filter {
  return filledIn(`${arch} broker`, range);
}

function filledIn(key: string, range: CodeRange): Filter {
  const entry = filterTable[key];
  if (entry === undefined) throw new Error(`no built-in filter: ${key}`);
  const bytes = new Uint8Array(Buffer.from(entry.filter, 'base64'));
  const words = new Map([
    [rangeWords.startHigh, Number(range.start >> 32n)],
    [rangeWords.startLow, Number(range.start & 0xffffffffn)],
    [rangeWords.endHigh, Number(range.end >> 32n)],
    // The compiler tests the sum of address and length with its carry taken off the limit.
    [rangeWords.endHigh - 1, Number(range.end >> 32n) - 1],
    [rangeWords.endLow, Number(range.end & 0xffffffffn)],
  ]);
  // struct sock_filter { u16 code; u8 jt, jf; u32 k }: only k holds operands.
  const view = new DataView(bytes.buffer);
  for (let k = 4; k < bytes.length; k += 8) {
    const word = words.get(view.getUint32(k, true));
    if (word !== undefined) view.setUint32(k, word, true);
  }
  return { bytes, description: entry.description, notifies: false };
}
