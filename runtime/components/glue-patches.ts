/**
 * Makes jco's own lifting and lowering keep to the canonical ABI: it clamps, repairs and accepts what the specification
 * wants to trap (CanonicalABI.md, "load"), and refuses what it wants to be masked. Each patch throws when jco writes
 * something else than it was made for: a new version has to be looked at.
 */

/** Beside `instantiate`. No name of WIT becomes one with a `$` before letters. */
const helpers = `
const abi$utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function abi$trap(message) { throw new WebAssembly.RuntimeError(message); }
function abi$at(pointer, align) {
  const at = pointer >>> 0;
  return at % align === 0 ? at : abi$trap('pointer ' + at + ' is not aligned to ' + align);
}
function abi$range(memory, pointer, length) {
  const at = pointer >>> 0;
  if (at + length <= memory.buffer.byteLength) return at;
  abi$trap('pointer ' + at + ' with ' + length + ' bytes lies outside of memory');
}
function abi$list(memory, pointer, length) {
  const at = abi$range(memory, pointer, length);
  return memory.buffer.slice(at, at + length);
}
function abi$bytes(memory, pointer, length) {
  return new Uint8Array(memory.buffer, abi$range(memory, pointer, length >>> 0), length >>> 0);
}
function abi$string(memory, pointer, length) {
  const bytes = abi$bytes(memory, pointer, length);
  try { return abi$utf8.decode(bytes); } catch { abi$trap('a string is not valid UTF-8'); }
}
function abi$copy(from, pointer, length, to, target) {
  abi$string(from, pointer, length);
  abi$bytes(to, target, length).set(abi$bytes(from, pointer, length));
}
`;

interface Patch {
  /** Where the glue has this it must have the pattern, and must not have this any more when the pattern is replaced. */
  marker: RegExp;
  pattern: RegExp;
  replacement: string;
}

const patches: readonly Patch[] = [
  // A string between a component and us, and one between two components.
  {
    marker: /TEXT_DECODER_UTF8\.decode\(new Uint8Array\(memory/,
    pattern: /TEXT_DECODER_UTF8\.decode\(new Uint8Array\((memory\d+)\.buffer, (\w+), (\w+)\)\)/g,
    replacement: 'abi$$string($1, $2, $3)',
  },
  {
    marker: /\(from_ptr, len, to_ptr\) \{\s*new Uint8Array/,
    pattern:
      /\(from_ptr, len, to_ptr\) \{\s*new Uint8Array\((memory\d+)\.buffer, to_ptr, len\)\.set\(new Uint8Array\((memory\d+)\.buffer, from_ptr, len\)\);/g,
    replacement: '(from_ptr, len, to_ptr) { abi$$copy($2, from_ptr, len, $1, to_ptr);',
  },
  {
    marker: /new TextDecoder\(\)/,
    pattern: /new TextDecoder\(\)/g,
    replacement: "new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })",
  },
  {
    marker: /new TextDecoder\('utf-16'\)/,
    pattern: /new TextDecoder\('utf-16'\)/g,
    replacement: "new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true })",
  },
  // slice() cuts what lies outside of memory.
  {
    marker: /memory\d+\.buffer\.slice\(/,
    pattern: /(memory\d+)\.buffer\.slice\((\w+), \2 \+ (\w+) \* (\d+)\)/g,
    replacement: 'abi$$list($1, $2, $3 * $4)',
  },
  // Arguments are signed; a negative length would be an empty list.
  {
    marker: /var (?:ptr|len|base)\d+ = arg\d+;/,
    pattern: /(var (?:ptr|len|base)\d+ = arg\d+);/g,
    replacement: '$1 >>> 0;',
  },
  {
    marker: /= realloc\d+\(/,
    pattern: /= (realloc\d+\(0, 0, (\d+), [^;\n]+\));/g,
    replacement: '= abi$$at($1, $2);',
  },
  // An integer of 8 or 16 bits is the lower part of the i32, and any bool but 0 is true.
  {
    marker: /throw new TypeError\(`must be between \$\{min\} and/,
    pattern:
      /if \(i < min \|\| i > max\) \{\s*throw new TypeError\(`must be between \$\{min\} and \$\{max\}`\);\s*\}\s*return i;/,
    replacement: 'const high = max < 256 ? 24 : 16; return min < 0 ? (i << high) >> high : i & max;',
  },
  {
    marker: /throw new TypeError\('invalid variant discriminant for bool'\);/,
    pattern: /throw new TypeError\('invalid variant discriminant for bool'\);/,
    replacement: 'return true;',
  },
  {
    marker: /throw new TypeError\('flags have extraneous bits set'\);\s*\}\s*var flags/,
    pattern:
      /if \(\([^\n]+ & \d+\) !== 0\) \{\s*throw new TypeError\('flags have extraneous bits set'\);\s*\}\s*(?=var flags)/g,
    replacement: '',
  },
  // Our imports don't ask jco's state of the instance, so they are told.
  {
    marker: /cstate\.mayLeave = false;/,
    pattern: /cstate\.mayLeave = false;\s*(postReturn\d+\([^\n]*\);)\s*cstate\.mayLeave = true;/g,
    replacement:
      "cstate['mayLeave'] = false; imports[Symbol.for('mayLeave')](false); $1 " +
      "imports[Symbol.for('mayLeave')](true); cstate.mayLeave = true;",
  },
  // A component that is called back while it waits for another one.
  {
    marker:
      /function _symmetricSyncGuestCallEnter\(callerComponentIdx, calleeIsAsync, calleeComponentIdx, syncOnly = false\) \{\s*_/,
    pattern: /(function _symmetricSyncGuestCallEnter\([^)]*\) \{)/,
    replacement:
      '$1 if (SYMMETRIC_SYNC_GUEST_CALL_STACK.some(({ componentIdx, callerIdx }) => ' +
      'componentIdx === calleeComponentIdx || callerIdx === calleeComponentIdx)) ' +
      "throw new WebAssemblyRuntimeError('cannot enter component instance');",
  },
  {
    marker: /SYMMETRIC_SYNC_GUEST_CALL_STACK\.push\(\{\s*componentIdx/,
    pattern: /SYMMETRIC_SYNC_GUEST_CALL_STACK\.push\(\{/,
    replacement: 'SYMMETRIC_SYNC_GUEST_CALL_STACK.push({ callerIdx: callerComponentIdx,',
  },
];

/** Throws an Error when the glue is not what the patches were made for. */
export function patchGlue(module: string): string {
  return `${helpers}${checkPointers(patches.reduce(apply, module))}`;
}

function apply(glue: string, { marker, pattern, replacement }: Patch): string {
  if (!marker.test(glue)) return glue;
  const patched = glue.replace(pattern, replacement);
  const left = marker.exec(patched);
  if (left !== null) throw new Error(`the glue has another form of: ${left[0]}`);
  return patched;
}

const functionStart = /^(?=\s*(?:const _trampoline\d+ = function|function [\w$]+)\()/m;
/** Of a result in memory, of parameters in memory, and where an import's result goes. */
const access = /(dataView\(memory\d+\)\.[gs]et[A-Za-z]+(8|16|32|64)\()(ret|arg\d+) \+ /g;
const unknownAccess = /dataView\(memory\d+\)\.\w+\((?:ret|arg\d+)\b.*/;

/** Such a pointer has the alignment of the type's largest part, all of which its function reads or writes. */
function checkPointers(glue: string): string {
  const checked = glue.split(functionStart).map((text) => {
    const alignments = new Map<string, number>();
    for (const [, , bits, pointer = ''] of text.matchAll(access)) {
      alignments.set(pointer, Math.max(alignments.get(pointer) ?? 1, Number(bits) / 8));
    }
    return text.replace(
      access,
      (_, start: string, _bits, pointer: string) => `${start}abi$at(${pointer}, ${alignments.get(pointer)}) + `,
    );
  });
  const left = checked.map((text) => unknownAccess.exec(text)).find((found) => found !== null);
  if (left !== undefined) throw new Error(`the glue has another form of: ${left[0].slice(0, 128)}`);
  return checked.join('');
}
