/**
 * Builds a BPF program from its end to its start. All jumps of BPF go forward, so every target is already placed when
 * a jump to it is made: offsets are known at once, far ones get a long jump, and equal tails are shared.
 */
import { WasmctrError } from '../errors.ts';
import { conditionalJumps, type Instruction, maxConditionalOffset, maxInstructions, opcodes } from './bpf-opcodes.ts';

/** A placed instruction, counted from the program's end. */
export type Label = number;

export class Assembler {
  readonly #reversed: Instruction[] = [];
  readonly #known = new Map<string, Label>();

  returns(value: number): Label {
    return this.#shared(`return ${value}`, () => this.#place(opcodes.return, value));
  }

  /** An instruction without a choice, followed by `next`. */
  step(code: number, k: number, next: Label): Label {
    return this.#shared(`${code} ${k} ${next}`, () => {
      this.#fallInto(next);
      return this.#place(code, k);
    });
  }

  /** A comparison of A with k, or with X. */
  branch(code: number, k: number, yes: Label, no: Label): Label {
    if (!conditionalJumps.has(code)) throw new RangeError(`opcode ${code} is no comparison`);
    if (yes === no) return yes;
    return this.#shared(`${code} ${k} ${yes} ${no}`, () => {
      let near = { yes, no };
      // A long jump for one side moves the other farther away; one more round settles it.
      for (let before: typeof near | undefined; before?.yes !== near.yes || before.no !== near.no; ) {
        before = near;
        near = { ...near, yes: this.#within(near.yes) };
        near = { ...near, no: this.#within(near.no) };
      }
      return this.#place(code, k, this.#offset(near.yes), this.#offset(near.no));
    });
  }

  /** The program that starts at `entry`. */
  finish(entry: Label): Instruction[] {
    this.#fallInto(entry);
    if (this.#reversed.length > maxInstructions)
      throw new WasmctrError(
        'usage',
        `can't use the seccomp policy: its filter has ${this.#reversed.length} instructions, the kernel takes ${maxInstructions}`,
      );
    return this.#reversed.toReversed();
  }

  /** Instructions to skip from one that is placed next. */
  #offset(target: Label): number {
    return this.#reversed.length - 1 - target;
  }

  #within(target: Label): Label {
    return this.#offset(target) <= maxConditionalOffset ? target : this.#place(opcodes.jump, this.#offset(target));
  }

  #fallInto(next: Label): void {
    if (this.#offset(next) > 0) this.#place(opcodes.jump, this.#offset(next));
  }

  #place(code: number, k: number, jt = 0, jf = 0): Label {
    this.#reversed.push({ code, jt, jf, k: k >>> 0 });
    return this.#reversed.length - 1;
  }

  #shared(key: string, make: () => Label): Label {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const label = make();
    this.#known.set(key, label);
    return label;
  }
}
