/** Rust symbol names: the legacy scheme (`_ZN…17h0123456789abcdefE`) here, the v0 scheme (`_R…`) in demangle-rust-v0.ts. */
import { demangleRustV0 } from './demangle-rust-v0.ts';

/** The source form, without hashes, or undefined when it is no Rust name. */
export function demangleRust(symbol: string): string | undefined {
  const v0 = /^_{1,2}R(?=[A-Z])(.*)$/s.exec(symbol);
  if (v0?.[1] !== undefined) return demangleRustV0(v0[1]);
  return demangleLegacy(symbol);
}

const hash = /^h[0-9a-f]{16}$/;

/** A C++ nested name whose last part is a hash. What LLVM appended after a dot is dropped. */
function demangleLegacy(symbol: string): string | undefined {
  const inner = /^_{1,2}ZN(.*)$/s.exec(symbol)?.[1];
  if (inner === undefined) return undefined;
  const parts: string[] = [];
  let rest = inner;
  while (!rest.startsWith('E')) {
    const digits = /^[1-9]\d{0,5}/.exec(rest)?.[0];
    if (digits === undefined) return undefined;
    const length = Number(digits);
    const part = rest.slice(digits.length, digits.length + length);
    if (part.length < length) return undefined;
    parts.push(part);
    rest = rest.slice(digits.length + length);
  }
  const last = parts.pop();
  if (last === undefined || parts.length === 0 || !hash.test(last)) return undefined;
  if (rest.length > 1 && rest[1] !== '.') return undefined;
  return parts.map(unescapePart).join('::');
}

const escapes: Readonly<Record<string, string>> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
};

function unescapePart(part: string): string {
  const text = part.startsWith('_$') ? part.slice(1) : part;
  return text
    .replace(/\.\./g, '::')
    .replace(
      /\$(?:(SP|BP|RF|LT|GT|LP|RP|C)|u([0-9a-f]{1,6}))\$/g,
      (whole, word: string | undefined, hex: string | undefined) => {
        if (word !== undefined) return escapes[word] ?? whole;
        const code = Number.parseInt(hex ?? '', 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      },
    );
}
