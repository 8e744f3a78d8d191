/** A filter as text, for golden listings and `--print-plan`: what is compared in words, jumps as line numbers. */
import { argHigh, argLow, conditionalJumps, decodeProgram, type Instruction, opcodes } from './bpf-opcodes.ts';
import { seccompReturns } from './seccomp-compile.ts';
import { type Arch, syscallName } from './syscalls-table.ts';

const comparisons: ReadonlyMap<number, string> = new Map([
  [opcodes.ifEqual, '=='],
  [opcodes.ifGreater, '>'],
  [opcodes.ifGreaterOrEqual, '>='],
  [opcodes.ifAnyBit, '&'],
]);

const returns: ReadonlyMap<number, string> = new Map([
  [seccompReturns.allow, 'allow'],
  [seccompReturns.killProcess, 'kill'],
  [seccompReturns.trap, 'trap'],
]);

export function disassemble(bytes: Uint8Array, arch: Arch): string {
  const program = decodeProgram(bytes);
  /** What A holds when an instruction is reached; jumps only go forward, so one pass knows. */
  const holds: (string | undefined)[] = [];
  const lines = program.map((instruction, at) => {
    const here = holds[at] ?? '?';
    const after = loaded(instruction) ?? here;
    for (const target of targets(instruction, at)) holds[target] = after;
    return `${String(at).padStart(4)}  ${describe(instruction, at, here, arch)}`;
  });
  return `${lines.join('\n')}\n`;
}

function describe({ code, jt, jf, k }: Instruction, at: number, holds: string, arch: Arch): string {
  if (code === opcodes.return) return returns.get(k) ?? `return ${hex(k)}`;
  if (code === opcodes.load) return `load ${word(k)}`;
  if (code === opcodes.loadScratch) return `load scratch ${k}`;
  if (code === opcodes.storeScratch) return `store scratch ${k}`;
  if (code === opcodes.copyToX) return 'copy to x';
  if (code === opcodes.addX) return 'add x';
  if (code === opcodes.and) return `and ${hex(k)}`;
  if (code === opcodes.jump) return `goto ${at + 1 + k}`;
  const exits = `${at + 1 + jt} else ${at + 1 + jf}`;
  if (code === opcodes.ifGreaterOrEqualX) return `if ${holds} >= x goto ${exits}`;
  const comparison = comparisons.get(code);
  if (!comparison) return `unknown ${hex(code)} ${jt} ${jf} ${hex(k)}`;
  const value = holds === 'nr' ? `${k} (${syscallName(arch, k)})` : hex(k);
  return `if ${holds} ${comparison} ${value} goto ${exits}`;
}

function targets({ code, jt, jf, k }: Instruction, at: number): number[] {
  if (code === opcodes.return) return [];
  if (code === opcodes.jump) return [at + 1 + k];
  return conditionalJumps.has(code) ? [at + 1 + jt, at + 1 + jf] : [at + 1];
}

function loaded({ code, k }: Instruction): string | undefined {
  if (code === opcodes.load) return word(k);
  if (code === opcodes.loadScratch || code === opcodes.addX) return 'sum';
  return undefined;
}

function word(offset: number): string {
  if (offset === 0) return 'nr';
  if (offset === 4) return 'arch';
  for (let i = 0; i < 6; i++) {
    if (offset === argLow(i)) return `arg${i}.low`;
    if (offset === argHigh(i)) return `arg${i}.high`;
  }
  return `data[${offset}]`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
