/** The resources of one guest: what its handles stand for, counted, with their parents. */
import { addHandle, type HandleTable, representationOf, takeHandle, trap } from './lower.ts';

/** Something a guest holds a handle to. A parent can't go while a child is there. */
export abstract class Resource {
  #children = 0;
  readonly #parent: Resource | null;

  constructor(parent: Resource | null = null) {
    this.#parent = parent;
    if (parent !== null) parent.#children++;
  }

  /** Frees what it holds outside of the guest. */
  dispose(): void {}

  /** It is no longer a child of its parent. Traps while it has children of its own. */
  detach(): void {
    if (this.#children > 0) trap('a resource was dropped before the resources that were made from it');
    if (this.#parent !== null) this.#parent.#children--;
  }
}

/** Attack: a guest makes streams until the host's memory is full; each is some hundred bytes here. */
const maxResources = 100_000;

/** A class whose instances stand behind handles; abstract ones too. */
type ResourceClass<Kind> = abstract new (...args: never[]) => Kind;

export class Resources {
  /** By representation; 0 is none. */
  readonly #entries: (Resource | null)[] = [null];
  readonly #free: number[] = [];
  #count = 0;
  /**
   * False while the guest's cabi_realloc runs, which must not call us: what we are about to write to could be gone. And
   * while its post-return runs, which only frees.
   */
  mayLeave = true;

  get<Kind extends Resource>(table: HandleTable, handle: number, kind: ResourceClass<Kind>): Kind {
    this.checkMayLeave();
    return this.#at(representationOf(table, handle), kind);
  }

  /** A handle to a new resource. */
  add(table: HandleTable, resource: Resource): number {
    this.checkMayLeave();
    if (this.#count >= maxResources) trap(`more than ${maxResources} resources at once`);
    const representation = this.#free.pop() ?? this.#entries.length;
    this.#entries[representation] = resource;
    this.#count++;
    return addHandle(table, representation);
  }

  /** The guest gives the resource away: it is the caller's to use and to dispose of; its parent no longer counts it. */
  take<Kind extends Resource>(table: HandleTable, handle: number, kind: ResourceClass<Kind>): Kind {
    this.checkMayLeave();
    const resource = this.#at(representationOf(table, handle), kind);
    resource.detach();
    this.#forget(takeHandle(table, handle));
    return resource;
  }

  /** A handle was dropped; its table has forgotten it already. */
  drop(representation: number): void {
    this.checkMayLeave();
    const resource = this.#at(representation, Resource);
    resource.detach();
    this.#forget(representation);
    resource.dispose();
  }

  checkMayLeave(): void {
    if (!this.mayLeave) trap('cannot leave component instance');
  }

  *[Symbol.iterator](): Generator<Resource> {
    for (const entry of this.#entries) if (entry !== null) yield entry;
  }

  #at<Kind extends Resource>(representation: number, kind: ResourceClass<Kind>): Kind {
    const entry = this.#entries[representation];
    if (entry instanceof kind) return entry;
    return trap('a handle of another resource type');
  }

  #forget(representation: number): void {
    this.#entries[representation] = null;
    this.#free.push(representation);
    this.#count--;
  }
}
