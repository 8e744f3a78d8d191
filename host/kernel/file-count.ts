/** How many files a guest has open, for an ABI without descriptor numbers (`Table` counts those of WASI 0.1). */
export class FileCount {
  #count: number;
  #highest: number;
  readonly #ceiling: number;

  /**
   * `given`: what the guest is born with, whatever the ceiling.
   * Attack: a guest opens files until the host's memory is full. RLIMIT_NOFILE is the outer wall.
   */
  constructor(ceiling: number, given: number) {
    this.#ceiling = ceiling;
    this.#count = given;
    this.#highest = given;
  }

  /** To be asked before a file is opened. */
  hasRoom(): boolean {
    return this.#count < this.#ceiling;
  }

  /** The lowest ceiling that would have done until now. */
  get highest(): number {
    return this.#highest;
  }

  add(): void {
    this.#count++;
    if (this.#count > this.#highest) this.#highest = this.#count;
  }

  remove(): void {
    this.#count--;
  }
}
