/** Classic BPF as seccomp(2) accepts it: the opcodes in use, and `struct sock_filter` as bytes. */

export interface Instruction {
  code: number;
  /** Instructions to skip when a comparison holds, or does not. */
  jt: number;
  jf: number;
  k: number;
}

/** Values of linux/filter.h and linux/bpf_common.h; only what the kernel's seccomp_check_filter() lets through. */
export const opcodes = {
  /** A = 32-bit word of struct seccomp_data at offset k. */
  load: 0x20,
  /** A = M[k]. */
  loadScratch: 0x60,
  /** M[k] = A. */
  storeScratch: 0x02,
  /** X = A. */
  copyToX: 0x07,
  addX: 0x0c,
  and: 0x54,
  jump: 0x05,
  ifEqual: 0x15,
  ifGreater: 0x25,
  ifGreaterOrEqual: 0x35,
  ifGreaterOrEqualX: 0x3d,
  ifAnyBit: 0x45,
  return: 0x06,
} as const;

export const conditionalJumps: ReadonlySet<number> = new Set([
  opcodes.ifEqual,
  opcodes.ifGreater,
  opcodes.ifGreaterOrEqual,
  opcodes.ifGreaterOrEqualX,
  opcodes.ifAnyBit,
]);

/** BPF_MAXINSNS: the kernel refuses longer programs. */
export const maxInstructions = 4096;
/** jt and jf are one byte; a plain jump has 32 bits. */
export const maxConditionalOffset = 255;

/** Offsets into struct seccomp_data. Both architectures are little endian: the low half comes first. */
export const dataOffsets = { nr: 0, arch: 4 } as const;
export const argLow = (index: number): number => 16 + 8 * index;
export const argHigh = (index: number): number => 20 + 8 * index;

const instructionBytes = 8;

export function encodeProgram(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * instructionBytes);
  const view = new DataView(bytes.buffer);
  for (const [i, { code, jt, jf, k }] of program.entries()) {
    const at = i * instructionBytes;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jt);
    view.setUint8(at + 3, jf);
    view.setUint32(at + 4, k, true);
  }
  return bytes;
}

export function decodeProgram(bytes: Uint8Array): Instruction[] {
  if (bytes.length % instructionBytes !== 0) throw new RangeError('a BPF program is a whole number of 8-byte words');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const program: Instruction[] = [];
  for (let at = 0; at < bytes.length; at += instructionBytes)
    program.push({
      code: view.getUint16(at, true),
      jt: view.getUint8(at + 2),
      jf: view.getUint8(at + 3),
      k: view.getUint32(at + 4, true),
    });
  return program;
}
