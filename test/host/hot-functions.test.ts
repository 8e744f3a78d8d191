/** V8's record of a run is read by its form, which is V8's alone: a real one has to be understood, and any other refused. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { hotFunctions, maxHotFunctions } from '../../host/hot-functions.ts';
import { root } from '../helpers/guests.ts';

interface Recorded {
  record: Uint8Array;
  imported: number;
  declared: number;
}

/** One that loops, one that is called a little, one that is not called; `imported` functions before them. */
function recordOf(imported: number): Recorded {
  const script = join(root, 'test/host/record-process.ts');
  const flags = ['--single-threaded', '--wasm-sync-tier-up', '--liftoff', '--no-warnings'];
  const output = execFileSync(process.execPath, [...flags, script, String(imported)], { maxBuffer: 1 << 24 });
  return { record: new Uint8Array(output), imported, declared: 3 };
}

let records: Recorded[] = [];
beforeAll(() => {
  records = [0, 1, 40].map(recordOf);
});

test('functions that ran long are found, whatever is imported', () => {
  for (const { record, ...counts } of records) expect(hotFunctions(record, counts)).toEqual([0, 1]);
});

test('counts of another module make it no record', () => {
  const [{ record } = { record: new Uint8Array() }] = records;
  for (const declared of [0, 1, 2, 4, 1000, 1e9]) expect(hotFunctions(record, { imported: 0, declared })).toEqual([]);
  for (const imported of [1, 2, 1e9]) expect(hotFunctions(record, { imported, declared: 3 })).toEqual([]);
});

test('no record, or half of one, has no hot functions', () => {
  const [{ record, ...counts } = { record: new Uint8Array(), imported: 0, declared: 3 }] = records;
  for (let length = 0; length < record.length; length++) {
    expect(hotFunctions(record.subarray(0, length), counts)).toEqual([]);
  }
});

test('a flipped byte is never an exception, and never an index that does not exist', () => {
  for (const { record, ...counts } of records) {
    for (let at = 0; at < record.length; at++) {
      const broken = record.slice();
      broken[at] = (broken[at] ?? 0) ^ 0xff;
      const found = hotFunctions(broken, counts);
      expect(found.every((index, i) => index < 3 && index > (found[i - 1] ?? -1))).toBe(true);
    }
  }
});

test('the hottest are told when there are too many', () => {
  const declared = maxHotFunctions + 10;
  // No code at all: a header, a kind for each function, and budgets that fall.
  const record = new Uint8Array(45 + declared + 4 * declared);
  record.fill(3, 45, 45 + declared);
  const budgets = new DataView(record.buffer, 45 + declared);
  for (let i = 0; i < declared; i++) budgets.setInt32(4 * i, 12_000_000 - i, true);
  const found = hotFunctions(record, { imported: 0, declared });
  expect(found).toEqual(Array.from({ length: maxHotFunctions }, (_, i) => i + 10));
});
