/**
 * Which functions of a module ran long enough to be worth optimised code from the start, as read from V8's own record of
 * a run (wasm-serialization.cc of the pinned version): a kind for each function, and how much of its budget for the
 * baseline tier is left. Numbers are all that is taken from it.
 */

/** Function indexes without the imported functions, ascending. */
export type HotFunctions = readonly number[];

/** Above this a module's functions are not worth a longer list. Attack: a list that is all that the supervisor reads. */
export const maxHotFunctions = 4096;

/** V8's own ceiling for a module (kV8MaxWasmTotalFunctions); of a component, numbered on, no more are told of. */
export const maxFunctions = 1_000_000;

/** --wasm-tiering-budget, in bytes of code executed; V8 optimises a function that has used all of it. */
const tieringBudget = 13_000_000;
/** Below it a function is as well compiled by the baseline compiler when it is first called. */
const minUsedBudget = 1000;

/** Before the imports' statuses: five words, compile-time imports, detected features, and the size of the code. */
const headerBytes = 45;
const codeSizeOffset = 36;
const kinds = { lazy: 2, eager: 3, optimized: 4 } as const;
/** Of optimised code: 16 words, of which the last seven are the sizes of what follows, kind and tier. */
const sizesOffset = 9 * 4;
const sizesCount = 7;
const codeHeaderBytes = 16 * 4 + 4 + 1;

/** Empty where the record has another form than expected: nothing is kept then, and nothing breaks. */
export function hotFunctions(record: Uint8Array, counts: { imported: number; declared: number }): HotFunctions {
  const budgetsStart = record.length - 4 * counts.declared;
  if (budgetsStart < headerBytes + counts.imported) return [];
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const optimized = readOptimized(view, headerBytes + counts.imported, { ...counts, end: budgetsStart });
  if (optimized === null) return [];
  const used: [index: number, budget: number][] = [];
  for (let index = 0; index < counts.declared; index++) {
    const budget = tieringBudget - view.getInt32(budgetsStart + 4 * index, true);
    if (optimized.has(index)) used.push([index, tieringBudget]);
    else if (budget >= minUsedBudget) used.push([index, budget]);
  }
  const hottest = used.sort(([, a], [, b]) => b - a).slice(0, maxHotFunctions);
  return hottest.map(([index]) => index).sort((a, b) => a - b);
}

function readOptimized(
  view: DataView,
  start: number,
  { declared, end }: { declared: number; end: number },
): ReadonlySet<number> | null {
  const optimized = new Set<number>();
  let offset = start;
  let codeBytes = 0;
  for (let index = 0; index < declared; index++) {
    if (offset >= end) return null;
    const kind = view.getUint8(offset++);
    if (kind === kinds.lazy || kind === kinds.eager) continue;
    if (kind !== kinds.optimized || offset + codeHeaderBytes > end) return null;
    optimized.add(index);
    codeBytes += view.getUint32(offset + sizesOffset, true);
    let partBytes = 0;
    for (let i = 0; i < sizesCount; i++) partBytes += view.getUint32(offset + sizesOffset + 4 * i, true);
    offset += codeHeaderBytes + partBytes;
  }
  return offset === end && codeBytes === view.getUint32(codeSizeOffset, true) ? optimized : null;
}
