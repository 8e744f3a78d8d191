/** Canonical definitions (Binary.md): only a lifted function has a type that matters, the rest is stepped over. */
import { type Reading, readType, readVector } from './wit-types.ts';

/** Operands by code: n an index or a count, b a byte, r a result list, o options. */
const operands: Readonly<Record<number, string>> = {
  1: 'bno', // lower
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

/** The index of a lifted function's type; null for everything else. */
export function skipCanonical(reading: Reading): number | null {
  const { cursor } = reading;
  const code = cursor.u8();
  if (code === 0x00) {
    cursor.u8();
    cursor.u32();
    skipOptions(reading);
    return cursor.u32();
  }
  const shape = operands[code];
  if (shape === undefined) return cursor.fail(`unknown canonical function 0x${code.toString(16)}`);
  for (const operand of shape) {
    if (operand === 'n') cursor.u32();
    else if (operand === 'b') cursor.u8();
    else if (operand === 'o') skipOptions(reading);
    else if (cursor.u8() === 0x00) readType(reading);
    else cursor.u8();
  }
  return null;
}

/** String encodings and async stand alone, the others name an index: memory, realloc, post-return, callback. */
const indexedOptions: ReadonlySet<number> = new Set([0x03, 0x04, 0x05, 0x07]);

function skipOptions(reading: Reading): void {
  const { cursor } = reading;
  readVector(reading, () => {
    const option = cursor.u8();
    if (option > 0x07) cursor.fail('unknown canonical option');
    if (indexedOptions.has(option)) cursor.u32();
  });
}
