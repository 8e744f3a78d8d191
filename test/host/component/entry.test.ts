/** What of a component is called, where there is nothing. */
import { expect, test } from 'vitest';
import { chooseExport } from '../../../host/component/entry.ts';

const types = new Uint8Array();
const exporting = (count: number) => {
  const exports = Array.from({ length: count }, (_, index) => ({ name: `a:b/i${index}`, version: '1.0.0' }));
  return () => chooseExport({ exports, types }, null);
};

test('the first names stand for all of them', () => {
  const failure = (code: string, end: string) =>
    expect.objectContaining({ code, message: expect.stringMatching(new RegExp(`it exports ${end}$`)) });
  expect(exporting(0)).toThrow(failure('no-program', 'nothing'));
  expect(exporting(1)).toThrow(failure('no-entry', 'a:b/i0'));
  expect(exporting(12)).toThrow(failure('no-entry', 'a:b/i0, .*, a:b/i11'));
  expect(exporting(1000)).toThrow(failure('no-entry', 'a:b/i0, .*, a:b/i11 and 988 more'));
});
