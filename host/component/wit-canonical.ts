/** Canonical definitions (Binary.md): what is lifted and lowered, and how; the operands of the rest are stepped over. */
import { type Reading, readType, readVector } from './wit-types.ts';

/** Operands by code: n an index or a count, b a byte, r a result list, o options. */
const operands: Readonly<Record<number, string>> = {
  2: 'n', // resource.new, drop, rep, drop async
  3: 'n',
  4: 'n',
  7: 'n',
  5: '', // task.cancel
  6: 'b', // subtask.cancel
  8: '', // backpressure.set, inc, dec
  36: '',
  37: '',
  9: 'ro', // task.return
  10: 'bn', // context.get, set
  11: 'bn',
  12: 'b', // thread.yield
  13: '', // subtask.drop
  14: 'n', // stream.new, read, write, cancel-read, cancel-write, drop-readable, drop-writable
  15: 'no',
  16: 'no',
  17: 'nb',
  18: 'nb',
  19: 'n',
  20: 'n',
  21: 'n', // the same of future
  22: 'no',
  23: 'no',
  24: 'nb',
  25: 'nb',
  26: 'n',
  27: 'n',
  28: 'o', // error-context.new, debug-message, drop
  29: 'o',
  30: '',
  31: '', // waitable-set.new, wait, poll, drop
  32: 'bn',
  33: 'bn',
  34: '',
  35: '', // waitable.join
};

/** A canonical definition: which one, and the indices and options of one that lifts or lowers. */
export interface CanonicalDefinition {
  code: number;
  /** Index of the lifted function's type. */
  lifted: number | null;
  /** Index of the lowered function. */
  lowered: number | null;
  options: readonly number[];
}

export const canonicalCodes = { lift: 0, lower: 1 } as const;

export function readCanonical(reading: Reading): CanonicalDefinition {
  const { cursor } = reading;
  const code = cursor.u8();
  if (code === canonicalCodes.lift) {
    cursor.u8();
    cursor.u32();
    const options = readOptions(reading);
    return { code, options, lifted: cursor.u32(), lowered: null };
  }
  if (code === canonicalCodes.lower) {
    cursor.u8();
    const lowered = cursor.u32();
    return { code, options: readOptions(reading), lifted: null, lowered };
  }
  const shape = operands[code];
  if (shape === undefined) return cursor.fail(`unknown canonical function 0x${code.toString(16)}`);
  let options: readonly number[] = [];
  for (const operand of shape) {
    if (operand === 'n') cursor.u32();
    else if (operand === 'b') cursor.u8();
    else if (operand === 'o') options = readOptions(reading);
    else if (cursor.u8() === 0x00) readType(reading);
    else cursor.u8();
  }
  return { code, options, lifted: null, lowered: null };
}

/** canonopt, without their operands. */
export const canonicalOptions = { utf8: 0, utf16: 1, latin1OrUtf16: 2, async: 6, callback: 7 } as const;
/** String encodings and async stand alone, the others name an index: memory, realloc, post-return, callback. */
const indexedOptions: ReadonlySet<number> = new Set([0x03, 0x04, 0x05, 0x07]);

function readOptions(reading: Reading): number[] {
  const { cursor } = reading;
  return readVector(reading, () => {
    const option = cursor.u8();
    if (option > 0x07) cursor.fail('unknown canonical option');
    if (indexedOptions.has(option)) cursor.u32();
    return option;
  });
}
