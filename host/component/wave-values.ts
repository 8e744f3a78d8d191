/** How values of WIT types look in JavaScript, where that is not the obvious: the conventions of jco's glue. */
import { unnamed, type WitType } from './wit.ts';

export const integerRanges = {
  u8: [0n, 255n],
  u16: [0n, 65535n],
  u32: [0n, 4294967295n],
  u64: [0n, 18446744073709551615n],
  s8: [-128n, 127n],
  s16: [-32768n, 32767n],
  s32: [-2147483648n, 2147483647n],
  s64: [-9223372036854775808n, 9223372036854775807n],
} as const;

export type NumericKind = keyof typeof integerRanges | 'f32' | 'f64';

interface NumericArrays {
  readonly name: string;
  from(values: readonly never[]): ArrayLike<number | bigint>;
}

/** A list of numbers is a typed array. */
export const numericArrays: Readonly<Record<NumericKind, NumericArrays>> = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  u64: BigUint64Array,
  s8: Int8Array,
  s16: Int16Array,
  s32: Int32Array,
  s64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};

export function isBytes(type: WitType): boolean {
  return type.kind === 'list' && type.length === null && unnamed(type.element).kind === 'u8';
}

/** An option of this is `{ tag, val }`: undefined could mean two things. Else `none` is undefined. */
export function isTagged(some: WitType): boolean {
  return unnamed(some).kind === 'option';
}

/**
 * How values cross to an embedder and back, where that is not WAVE: handles of resources are numbers whose meaning is
 * the caller's, and a `list<u8>` is a string in base64, a tenth of the text and of the time.
 */
export interface Wire {
  /** The number for an object. Throws WaveError for one that is no such resource. */
  encode(type: ResourceHandle, value: unknown): number;
  decode(type: ResourceHandle, handle: number | bigint): unknown;
}

export type ResourceHandle = Extract<WitType, { kind: 'own' | 'borrow' }>;

/** `a u8`, `an s8`. */
export function article(type: string): string {
  return `${/^(?:[aeio]|s\d|f\d|u(?!\d))/.test(type) ? 'an' : 'a'} ${type}`;
}
