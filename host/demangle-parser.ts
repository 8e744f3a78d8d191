/** What both demanglers stand on: a position in the symbol, and ceilings that hostile names run into. */

/** The symbol does not follow the scheme, or asks for too much; the raw name is shown then. */
export class DemangleError extends Error {
  override readonly name = 'DemangleError';
}

/** Attack: each back-reference may double the text, so that 100 bytes describe a name of exabytes. */
const maxSteps = 20_000;
const maxDepth = 200;
export const maxDemangledChars = 4_096;

export class SymbolParser {
  readonly text: string;
  position = 0;
  #steps = 0;
  #depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  get peek(): string {
    return this.text[this.position] ?? '';
  }

  fail(): never {
    throw new DemangleError(`not understood at ${this.position}`);
  }

  next(): string {
    const char = this.text[this.position];
    if (char === undefined) this.fail();
    this.position++;
    return char;
  }

  /** Steps over `word` if it comes next. */
  eat(word: string): boolean {
    if (!this.text.startsWith(word, this.position)) return false;
    this.position += word.length;
    return true;
  }

  expect(word: string): void {
    if (!this.eat(word)) this.fail();
  }

  /** A decimal number, which is 0 or does not start with it; fails without one. */
  decimal(): number {
    const start = this.position;
    if (this.eat('0')) return 0;
    while (this.peek >= '0' && this.peek <= '9') this.position++;
    if (this.position === start || this.position - start > 9) this.fail();
    return Number(this.text.slice(start, this.position));
  }

  take(length: number): string {
    const taken = this.text.slice(this.position, this.position + length);
    if (taken.length < length) this.fail();
    this.position += length;
    return taken;
  }

  /** Runs one grammar rule, counted and nested within the ceilings. */
  rule<T>(body: () => T): T {
    if (++this.#steps > maxSteps || this.#depth === maxDepth) this.fail();
    this.#depth++;
    const result = body();
    this.#depth--;
    return result;
  }

  /** Text that is passed on grows no further than this. */
  bounded(text: string): string {
    return text.length > maxDemangledChars ? this.fail() : text;
  }
}

/** The result of `parse`, or undefined where the name is not of the scheme. */
export function orUndefined(parse: () => string): string | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DemangleError) return undefined;
    throw error;
  }
}
