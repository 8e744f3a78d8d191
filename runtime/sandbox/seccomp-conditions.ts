/** Argument tests as BPF. It has 32-bit words only: a 64-bit argument is compared half by half. */
import type { Assembler, Label } from './bpf-assembler.ts';
import { argHigh, argLow, opcodes } from './bpf-opcodes.ts';
import type { Alternative, Condition, Operand } from './seccomp-policy.ts';
import type { Parameter } from './syscalls-signatures.ts';

interface Exits {
  yes: Label;
  no: Label;
}

type Parameters = ReadonlyMap<string, bigint>;

const allOnes = 0xffffffff;
const low = (value: bigint): number => Number(value & 0xffffffffn);
const high = (value: bigint): number => Number(value >> 32n);

/** Yes when every condition of any alternative holds. */
export function compileAlternatives(
  asm: Assembler,
  alternatives: readonly Alternative[],
  { yes, no, parameters }: Exits & { parameters: Parameters },
): Label {
  return alternatives.reduceRight<Label>(
    (otherwise, alternative) =>
      alternative.reduceRight<Label>(
        (then, condition) => compileCondition(asm, condition, { yes: then, no: otherwise }, parameters),
        yes,
      ),
    no,
  );
}

function compileCondition(asm: Assembler, { parameter, test }: Condition, exits: Exits, parameters: Parameters): Label {
  const { index } = parameter;
  if (test.kind === 'descriptor')
    return asm.step(opcodes.load, argLow(index), asm.branch(opcodes.ifAnyBit, 0x80000000, exits.no, exits.yes));
  if (test.kind === 'masked') {
    const lower = compileMasked(asm, argLow(index), low(test.mask), low(test.value), exits);
    if (parameter.bits === 32) return lower;
    return compileMasked(asm, argHigh(index), high(test.mask), high(test.value), { ...exits, yes: lower });
  }
  if (test.kind === 'in') return compileIn(asm, parameter, test.values, exits);
  const start = resolve(test.start, parameters);
  const end = resolve(test.end, parameters);
  if (start >= end) throw new RangeError('the filter parameters name an empty range');
  const inside = test.length
    ? compileSumAtMost(asm, index, test.length.index, end, exits)
    : compileBelow(asm, index, end, exits);
  return compileBelow(asm, index, start, { yes: exits.no, no: inside });
}

function compileMasked(asm: Assembler, offset: number, mask: number, value: number, { yes, no }: Exits): Label {
  if (mask === 0) return yes;
  if (value === 0 && mask !== allOnes)
    return asm.step(opcodes.load, offset, asm.branch(opcodes.ifAnyBit, mask, no, yes));
  const compare = asm.branch(opcodes.ifEqual, value, yes, no);
  return asm.step(opcodes.load, offset, mask === allOnes ? compare : asm.step(opcodes.and, mask, compare));
}

function compileIn(asm: Assembler, { index, bits }: Parameter, values: readonly bigint[], { yes, no }: Exits): Label {
  const lower = (wanted: readonly bigint[]): Label =>
    asm.step(
      opcodes.load,
      argLow(index),
      wanted.reduceRight<Label>((otherwise, v) => asm.branch(opcodes.ifEqual, low(v), yes, otherwise), no),
    );
  if (bits === 32) return lower(values);
  const upper = [...new Set(values.map(high))].reduceRight<Label>((otherwise, half) => {
    const wanted = values.filter((value) => high(value) === half);
    return asm.branch(opcodes.ifEqual, half, lower(wanted), otherwise);
  }, no);
  return asm.step(opcodes.load, argHigh(index), upper);
}

/** argument < limit, unsigned. */
function compileBelow(asm: Assembler, index: number, limit: bigint, { yes, no }: Exits): Label {
  const lower =
    low(limit) === 0
      ? no
      : asm.step(opcodes.load, argLow(index), asm.branch(opcodes.ifGreaterOrEqual, low(limit), no, yes));
  const equal = asm.branch(opcodes.ifEqual, high(limit), lower, yes);
  return asm.step(opcodes.load, argHigh(index), asm.branch(opcodes.ifGreater, high(limit), no, equal));
}

/**
 * argument + length <= end. The length must be below 4 GiB, so that one carry is all there is; no code range is larger.
 * Without this a change could begin inside the range and reach out of it.
 */
function compileSumAtMost(asm: Assembler, index: number, length: number, end: bigint, { yes, no }: Exits): Label {
  const lower = asm.step(opcodes.loadScratch, 0, asm.branch(opcodes.ifGreater, low(end), no, yes));
  const upper = (limit: number): Label => {
    if (limit < 0) return no;
    const equal = asm.branch(opcodes.ifEqual, limit, lower, yes);
    return asm.step(opcodes.load, argHigh(index), asm.branch(opcodes.ifGreater, limit, no, equal));
  };
  const withCarry = asm.step(opcodes.storeScratch, 0, upper(high(end) - 1));
  const withoutCarry = asm.step(opcodes.storeScratch, 0, upper(high(end)));
  // The sum of two 32-bit words wrapped exactly when it is below one of them.
  const carry = asm.branch(opcodes.ifGreaterOrEqualX, 0, withoutCarry, withCarry);
  const sum = asm.step(opcodes.load, argLow(length), asm.step(opcodes.addX, 0, carry));
  const add = asm.step(opcodes.load, argLow(index), asm.step(opcodes.copyToX, 0, sum));
  return asm.step(opcodes.load, argHigh(length), asm.branch(opcodes.ifEqual, 0, add, no));
}

function resolve(operand: Operand, parameters: Parameters): bigint {
  if (typeof operand === 'bigint') return operand;
  const value = parameters.get(operand);
  if (value === undefined) throw new RangeError(`the policy needs the filter parameter ${operand}`);
  return value;
}
