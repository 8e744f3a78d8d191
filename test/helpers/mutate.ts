/** Damages a binary as fuzzers do: bits, bytes, lengths, and pieces that are missing, doubled or taken from elsewhere. */
import fc from 'fast-check';

export interface Mutation {
  kind: 'bit' | 'byte' | 'long' | 'remove' | 'repeat' | 'move' | 'cut';
  /** Where, and where from, as parts of the whole. */
  at: number;
  from: number;
  value: number;
  length: number;
}

const part = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('bit', 'bit', 'byte', 'byte', 'byte', 'long', 'remove', 'repeat', 'move', 'cut'),
    at: part,
    from: part,
    value: fc.constantFrom(0, 1, 2, 4, 0x0f, 0x40, 0x60, 0x7f, 0x80, 0xff),
    length: fc.integer({ min: 1, max: 40 }),
  }),
  { minLength: 1, maxLength: 6 },
);

export function mutate(bytes: Uint8Array, list: readonly Mutation[]): Uint8Array {
  return list.reduce(once, bytes);
}

function once(bytes: Uint8Array, { kind, at, from, value, length }: Mutation): Uint8Array {
  // The header stays: without it, it is no component, and soon done with.
  const place = (where: number): number => 8 + Math.floor(where * Math.max(0, bytes.length - 8));
  const [start, other] = [place(at), place(from)];
  const around = (middle: Uint8Array, skipped: number): Uint8Array =>
    Buffer.concat([bytes.subarray(0, start), middle, bytes.subarray(start + skipped)]);
  switch (kind) {
    case 'bit':
      return around(Uint8Array.of((bytes[start] ?? 0) ^ (1 << (length & 7))), 1);
    case 'byte':
      return around(Uint8Array.of(value), 1);
    case 'long': // a number of five bytes, as big as they hold
      return around(Uint8Array.of(0xff, 0xff, 0xff, 0xff, value & 0x0f), 1);
    case 'remove':
      return around(new Uint8Array(), length);
    case 'repeat':
      return around(bytes.subarray(start, start + length), 0);
    case 'move':
      return around(bytes.subarray(other, other + length), length);
    case 'cut':
      return bytes.slice(0, start);
  }
}
