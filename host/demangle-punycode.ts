/** Punycode (RFC 3492) as Rust writes it: with '_' as the delimiter. */

const base = 36;
const tMin = 1;
const tMax = 26;
const skew = 38;
const damp = 700;

/** The decoded text, or undefined when it is malformed. */
export function decodePunycode(text: string): string | undefined {
  const delimiter = text.lastIndexOf('_');
  const out = [...text.slice(0, Math.max(delimiter, 0))];
  const deltas = text.slice(delimiter + 1);
  let code = 0x80;
  let bias = 72;
  let index = 0;
  let position = 0;
  while (position < deltas.length) {
    const before = index;
    let weight = 1;
    for (let k = base; ; k += base) {
      const digit = digitValue(deltas[position++]);
      if (digit === undefined) return undefined;
      index += digit * weight;
      if (index > 0x7fff_ffff) return undefined;
      const threshold = Math.min(Math.max(k - bias, tMin), tMax);
      if (digit < threshold) break;
      weight *= base - threshold;
    }
    const length = out.length + 1;
    bias = adapt(index - before, length, before === 0);
    code += Math.floor(index / length);
    index %= length;
    if (code > 0x10ffff) return undefined;
    out.splice(index++, 0, String.fromCodePoint(code));
  }
  return out.join('');
}

function adapt(delta: number, length: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? damp : 2));
  rest += Math.floor(rest / length);
  let k = 0;
  while (rest > ((base - tMin) * tMax) / 2) {
    rest = Math.floor(rest / (base - tMin));
    k += base;
  }
  return k + Math.floor(((base - tMin + 1) * rest) / (rest + skew));
}

function digitValue(char: string | undefined): number | undefined {
  if (char === undefined) return undefined;
  if (char >= 'a' && char <= 'z') return char.charCodeAt(0) - 97;
  if (char >= '0' && char <= '9') return char.charCodeAt(0) - 48 + 26;
  return undefined;
}
