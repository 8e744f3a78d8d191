/** Index spaces of a component while its types are read, and the ceilings that hold for the whole reading. */
import type { Cursor } from '../wasm-binary-cursor.ts';
import type { WitFunction, WitInterface, WitOwner, WitSide, WitType } from './wit.ts';

/** Steps for one file. Attack: components that instantiate each other twice, a hundred levels deep. */
const maxSteps = 2_000_000;
/** Attack: nesting that ends the stack, of the reader or of whoever walks the types. The engine's validator has 100. */
export const maxDepth = 100;
/** The validator's own ceiling for one type written out. Attack: `tuple<a, a>` of itself, fifty times. */
const maxTypeSize = 1_000_000;

export type Definition =
  | WitType
  | { kind: 'func'; func: WitFunction }
  | { kind: 'instance'; start: number; scope: Scope }
  | { kind: 'component' };

export interface ComponentBody {
  start: number;
  end: number;
  scope: Scope;
}

/** What an index of some sort stands for. Core modules and values play no part. */
export type Entity =
  | { sort: 'func'; item: WitFunction }
  | { sort: 'type'; item: Definition }
  | { sort: 'instance'; item: WitSide }
  | { sort: 'component'; item: ComponentBody | null }
  | { sort: 'other' };

/** Of one component or instance type; those of components outside are reached by `outer` aliases. */
export class Scope {
  readonly parent: Scope | null;
  readonly depth: number;
  readonly types: Definition[] = [];
  readonly functions: WitFunction[] = [];
  readonly instances: WitSide[] = [];
  /** null: known by its type only. */
  readonly components: (ComponentBody | null)[] = [];

  constructor(parent: Scope | null, cursor: Cursor) {
    this.parent = parent;
    this.depth = parent === null ? 0 : parent.depth + 1;
    if (this.depth > maxDepth) cursor.fail('components or interfaces nested too deep');
  }

  push(entity: Entity): void {
    if (entity.sort === 'func') this.functions.push(entity.item);
    else if (entity.sort === 'type') this.types.push(entity.item);
    else if (entity.sort === 'instance') this.instances.push(entity.item);
    else if (entity.sort === 'component') this.components.push(entity.item);
  }
}

/** An interface that is being read. */
export interface Draft extends WitSide {
  types: Map<string, WitType>;
  functions: Map<string, WitFunction>;
  interfaces: Map<string, WitInterface>;
}

export function draft(owner: WitOwner): Draft {
  return { owner, types: new Map(), functions: new Map(), interfaces: new Map() };
}

/** The ceilings. */
export class Budget {
  private steps = 0;
  private readonly measures = new WeakMap<WitType, { size: number; depth: number }>();

  step(cursor: Cursor): void {
    if (++this.steps > maxSteps) cursor.fail('more types and instances than can be read');
  }

  /** The type itself, once it is known to be small enough. */
  measured(cursor: Cursor, type: WitType, parts: readonly (WitType | null)[]): WitType {
    let size = 1;
    let depth = 1;
    for (const part of parts) {
      const measure = part && this.measures.get(part);
      size += measure?.size ?? 1;
      depth = Math.max(depth, 1 + (measure?.depth ?? 1));
    }
    if (size > maxTypeSize) cursor.fail('a type is too large');
    if (depth > maxDepth) cursor.fail('types nested too deep');
    this.measures.set(type, { size, depth });
    return type;
  }
}
