/**
 * Makes text that a guest or a file name chose safe to print. Escape sequences can retitle a terminal, hide lines,
 * answer queries with typed input or, through the clipboard sequence, leave a command to be pasted.
 */

/** In a function, because V8 builds the set when it meets it. C0 and C1 controls, DEL, line and paragraph separators, bidirectional and invisible format characters, halves of surrogate pairs. */
const dangerous = (): RegExp =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not get through
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu;

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line, at most `maxLength` characters long. */
export function escapeControls(text: string, maxLength = 4096): string {
  // Cut first: a guest can hand over megabytes, and each of them may grow sixfold.
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}...` : text;
  return cut.replace(dangerous(), (character) => {
    const code = character.codePointAt(0) ?? 0;
    const short = shortEscapes[character];
    if (short !== undefined) return short;
    if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** A line of a type, in WIT or TypeScript, can be long, and is worth nothing when it is cut. */
const maxLineLength = 1 << 20;

/** Several lines of ours with names of a guest's in them. */
export function escapeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => escapeControls(line, maxLineLength))
    .join('\n');
}

/** JSON escapes C0 itself; the others are escaped as JSON would, so that it means the same. */
export function terminalJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(dangerous(), (character) => {
    if (character === '\n') return character;
    return character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
  });
}
