/**
 * Classic BPF as the kernel runs it for seccomp: the checks of bpf_check_classic() and seccomp_check_filter(), then the
 * program. Shares nothing with the compiler under test, not even the names of opcodes.
 */

/** struct seccomp_data. */
export interface SeccompData {
  nr: number;
  arch: number;
  args: readonly bigint[];
}

export interface Verdict {
  value: number;
  steps: number;
}

/** Every code that seccomp_check_filter() lets through. */
const acceptedCodes = new Set([
  0x20, 0x00, 0x80, 0x01, 0x81, 0x06, 0x16, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x54, 0x5c, 0x44, 0x4c,
  0xa4, 0xac, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0x61, 0x60, 0x02, 0x03, 0x05, 0x15, 0x1d, 0x35, 0x3d, 0x25, 0x2d, 0x45,
  0x4d, 0x07, 0x87,
]);
const dataSize = 64;

/** Throws what the kernel would answer with EINVAL. */
export function checkFilter(bytes: Uint8Array): void {
  const count = bytes.length / 8;
  if (!Number.isInteger(count) || count < 1 || count > 4096) throw new Error(`${count} instructions`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let pc = 0; pc < count; pc++) {
    const code = view.getUint16(pc * 8, true);
    const k = view.getUint32(pc * 8 + 4, true);
    if (!acceptedCodes.has(code)) throw new Error(`${pc}: code 0x${code.toString(16)} is refused`);
    if (code === 0x20 && (k % 4 !== 0 || k >= dataSize)) throw new Error(`${pc}: loads offset ${k}`);
    if ((code === 0x60 || code === 0x02) && k >= 16) throw new Error(`${pc}: scratch ${k}`);
    const farthest = code === 0x05 ? k : Math.max(view.getUint8(pc * 8 + 2), view.getUint8(pc * 8 + 3));
    if ((code & 7) === 5 && pc + 1 + farthest >= count) throw new Error(`${pc}: jumps out of the program`);
  }
  if ((view.getUint16((count - 1) * 8, true) & 7) !== 6) throw new Error('does not end in a return');
}

export function runFilter(bytes: Uint8Array, data: SeccompData): Verdict {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const input = encodeData(data);
  const scratch = new Map<number, number>();
  let a = 0;
  let x = 0;
  for (let pc = 0, steps = 1; ; pc++, steps++) {
    const code = view.getUint16(pc * 8, true);
    const k = view.getUint32(pc * 8 + 4, true);
    const jump = (holds: boolean): void => {
      pc += view.getUint8(pc * 8 + (holds ? 2 : 3));
    };
    if (code === 0x06) return { value: k, steps };
    else if (code === 0x20) a = input.getUint32(k, true);
    else if (code === 0x02) scratch.set(k, a);
    else if (code === 0x60) a = stored(scratch, k, pc);
    else if (code === 0x07) x = a;
    else if (code === 0x0c) a = (a + x) >>> 0;
    else if (code === 0x54) a = (a & k) >>> 0;
    else if (code === 0x05) pc += k;
    else if (code === 0x15) jump(a === k);
    else if (code === 0x25) jump(a > k);
    else if (code === 0x35) jump(a >= k);
    else if (code === 0x3d) jump(a >= x);
    else if (code === 0x45) jump((a & k) !== 0);
    else throw new Error(`${pc}: the interpreter lacks code 0x${code.toString(16)}`);
  }
}

/** The kernel's check_load_and_stores() refuses programs that can read a word before writing it. */
function stored(scratch: ReadonlyMap<number, number>, k: number, pc: number): number {
  const value = scratch.get(k);
  if (value === undefined) throw new Error(`${pc}: reads scratch ${k} before it is written`);
  return value;
}

function encodeData({ nr, arch, args }: SeccompData): DataView {
  const view = new DataView(new ArrayBuffer(dataSize));
  view.setUint32(0, nr, true);
  view.setUint32(4, arch, true);
  for (let i = 0; i < 6; i++) view.setBigUint64(16 + 8 * i, BigInt.asUintN(64, args[i] ?? 0n), true);
  return view;
}
