import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeControls } from '../../../runtime/cli/terminal.ts';

test.each<[string, string, string]>([
  ['a window title', '\u001b]0;owned\u0007', '\\x1b]0;owned\\x07'],
  ['a colour', '\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
  ['the clipboard', '\u001b]52;c;cm0gLXJmIC8=\u001b\\', '\\x1b]52;c;cm0gLXJmIC8=\\x1b\\'],
  ['a query that answers itself', '\u001b[6n\u001bZ', '\\x1b[6n\\x1bZ'],
  ['an 8-bit CSI', '\u009b31m', '\\x9b31m'],
  ['an 8-bit OSC and ST', '\u009d0;x\u009c', '\\x9d0;x\\x9c'],
  ['a line that overwrites another', 'error\rall is well', 'error\\rall is well'],
  ['a second line of ours', 'x\nwasmctr: all is well', 'x\\nwasmctr: all is well'],
  ['tabs', 'a\tb', 'a\\tb'],
  ['backspaces', 'bad\b\b\bgood', 'bad\\x08\\x08\\x08good'],
  ['NUL and DEL', '\0\u007f', '\\x00\\x7f'],
  ['text that runs backwards', 'a\u202egnp.exe', 'a\\u202egnp.exe'],
  ['isolates', '\u2066x\u2069', '\\u2066x\\u2069'],
  ['line separators', '\u2028\u2029', '\\u2028\\u2029'],
  ['what is not seen', 'a\u200bb\ufeffc\u00adf', 'a\\u200bb\\ufeffc\\xadf'],
  ['tag characters', '\u{e0041}', '\\u{e0041}'],
  ['half a character', '\ud83d', '\\ud83d'],
  ['honest text', "żółć 'quoted' 👩 \\x1b", "żółć 'quoted' 👩 \\x1b"],
])('%s', (_, text, escaped) => expect(escapeControls(text)).toBe(escaped));

test('a megabyte is cut before it is escaped', () => {
  const text = escapeControls('\u0007'.repeat(1_000_000));
  expect(text.length).toBeLessThan(4 * 4096 + 10);
  expect(text).toMatch(/\.\.\.$/);
});

test('fuzz: one printable line, and printable text is left alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(escapeControls(text)).not.toMatch(/\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}|\p{Bidi_Control}/u);
    }),
  );
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void expect(escapeControls(text)).toBe(text)));
});
