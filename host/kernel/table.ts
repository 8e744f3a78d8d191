/** Numbered things: the lowest free number is given first, as POSIX wants, and no number reaches the ceiling. */
import { errno } from './errno.ts';

export class Table<Entry> {
  readonly #entries: (Entry | undefined)[] = [];
  /** No number below this one is free. */
  #lowest = 0;
  readonly #ceiling: number;

  /** Attack: a guest opens descriptors until the host's memory is full. RLIMIT_NOFILE is the outer wall. */
  constructor(ceiling: number) {
    this.#ceiling = ceiling;
  }

  get(index: number): Entry | undefined {
    return this.#entries[index];
  }

  /** Whether `add` would succeed: to be asked before a descriptor is made. */
  hasRoom(): boolean {
    return this.#firstFree() < this.#ceiling;
  }

  /** The lowest ceiling that would have done until now: numbers are given from below, and none is forgotten. */
  get highest(): number {
    return this.#entries.length;
  }

  /** The number given, or −EMFILE. */
  add(entry: Entry): number {
    const index = this.#firstFree();
    if (index >= this.#ceiling) return -errno.EMFILE;
    this.#entries[index] = entry;
    this.#lowest = index + 1;
    return index;
  }

  /** Puts an entry where it must be, whatever the ceiling: for what a guest is born with. */
  place(index: number, entry: Entry): void {
    this.#entries[index] = entry;
  }

  remove(index: number): Entry | undefined {
    const entry = this.#entries[index];
    if (entry === undefined) return undefined;
    this.#entries[index] = undefined;
    this.#lowest = Math.min(this.#lowest, index);
    return entry;
  }

  /** Moves an entry onto another number; what was there is returned. */
  move(from: number, to: number): Entry | undefined {
    const entry = this.remove(from);
    const replaced = this.#entries[to];
    this.#entries[to] = entry;
    return replaced;
  }

  *[Symbol.iterator](): Generator<Entry> {
    for (const entry of this.#entries) if (entry !== undefined) yield entry;
  }

  #firstFree(): number {
    while (this.#entries[this.#lowest] !== undefined) this.#lowest++;
    return this.#lowest;
  }
}
