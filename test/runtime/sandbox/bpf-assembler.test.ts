/** The assembler by itself: bytes as the kernel's headers define them, sharing, and jumps at the edge of a byte. */
import { expect, test } from 'vitest';
import { Assembler } from '../../../runtime/sandbox/bpf-assembler.ts';
import { disassemble } from '../../../runtime/sandbox/bpf-disassembler.ts';
import { decodeProgram, encodeProgram, opcodes } from '../../../runtime/sandbox/bpf-opcodes.ts';
import { checkFilter, runFilter } from '../../helpers/bpf-interpreter.ts';

const run = (bytes: Uint8Array, nr: number): number => runFilter(bytes, { nr, arch: 0, args: [] }).value;

test('is byte for byte what BPF_STMT and BPF_JUMP give', () => {
  const asm = new Assembler();
  const kill = asm.returns(0x80000000);
  const allow = asm.returns(0x7fff0000);
  const bytes = encodeProgram(asm.finish(asm.step(opcodes.load, 0, asm.branch(opcodes.ifEqual, 231, allow, kill))));
  // BPF_LD|BPF_W|BPF_ABS 0; BPF_JMP|BPF_JEQ|BPF_K 231, 0, 1; BPF_RET|BPF_K twice.
  const expected = '2000000000000000 15000001e7000000 060000000000ff7f 0600000000000080';
  expect(Buffer.from(bytes).toString('hex')).toBe(expected.replaceAll(' ', ''));
  expect(encodeProgram(decodeProgram(bytes))).toEqual(bytes);
  expect(() => decodeProgram(bytes.subarray(1))).toThrow('8-byte');
});

test('equal tails are placed once', () => {
  const asm = new Assembler();
  const [kill, allow] = [asm.returns(0), asm.returns(1)];
  const check = (): number => asm.step(opcodes.load, 16, asm.branch(opcodes.ifAnyBit, 8, kill, allow));
  expect(check()).toBe(check());
  expect(asm.branch(opcodes.ifEqual, 1, allow, allow)).toBe(allow);
  expect(asm.finish(check())).toHaveLength(4);
  expect(() => asm.branch(opcodes.load, 1, allow, kill)).toThrow('no comparison');
});

// 0 to 300 instructions between a comparison and its targets, at both sides of what a byte can say.
test.each([0, 1, 253, 254, 255, 256, 257, 300])('%d instructions between a comparison and its targets', (distance) => {
  for (const farSide of ['yes', 'no', 'both'] as const) {
    const asm = new Assembler();
    const far = asm.returns(1);
    const alsoFar = asm.returns(2);
    let near = asm.returns(3);
    for (let i = 0; i < distance; i++) near = asm.step(opcodes.and, 0xffff0000 + i, near);
    const targets = { yes: { yes: far, no: near }, no: { yes: near, no: far }, both: { yes: far, no: alsoFar } }[
      farSide
    ];
    const bytes = encodeProgram(
      asm.finish(asm.step(opcodes.load, 0, asm.branch(opcodes.ifEqual, 7, targets.yes, targets.no))),
    );
    checkFilter(bytes);
    expect([run(bytes, 7), run(bytes, 8)]).toEqual({ yes: [1, 3], no: [3, 1], both: [1, 2] }[farSide]);
  }
});

test('the listing names what is compared, also what the compiler never makes', () => {
  const program = [
    { code: opcodes.load, jt: 0, jf: 0, k: 4 },
    { code: opcodes.ifEqual, jt: 0, jf: 1, k: 0xc000003e },
    { code: opcodes.load, jt: 0, jf: 0, k: 0 },
    { code: opcodes.jump, jt: 0, jf: 0, k: 0 },
    { code: 0xfff, jt: 1, jf: 2, k: 3 },
    { code: opcodes.return, jt: 0, jf: 0, k: 0x7ffc0000 },
  ];
  expect(
    disassemble(encodeProgram(program), 'x64')
      .split('\n')
      .map((line) => line.slice(6)),
  ).toEqual([
    'load arch',
    'if arch == 0xc000003e goto 2 else 3',
    'load nr',
    'goto 4',
    'unknown 0xfff 1 2 0x3',
    'return 0x7ffc0000',
    '',
  ]);
});

test('the interpreter refuses what the kernel refuses', () => {
  const bytes = (...program: [number, number, number, number][]): Uint8Array =>
    encodeProgram(program.map(([code, jt, jf, k]) => ({ code, jt, jf, k })));
  expect(() => checkFilter(bytes([0x20, 0, 0, 0]))).toThrow('does not end');
  expect(() => checkFilter(bytes([0x20, 0, 0, 64], [6, 0, 0, 0]))).toThrow('loads offset 64');
  expect(() => checkFilter(bytes([0x20, 0, 0, 2], [6, 0, 0, 0]))).toThrow('loads offset 2');
  expect(() => checkFilter(bytes([0x15, 1, 0, 0], [6, 0, 0, 0]))).toThrow('jumps out');
  expect(() => checkFilter(bytes([0x28, 0, 0, 0], [6, 0, 0, 0]))).toThrow('refused');
  expect(() => checkFilter(bytes([0x60, 0, 0, 16], [6, 0, 0, 0]))).toThrow('scratch 16');
  expect(() => checkFilter(new Uint8Array())).toThrow('0 instructions');
  expect(() => run(bytes([0x60, 0, 0, 1], [6, 0, 0, 0]), 0)).toThrow('before it is written');
});
