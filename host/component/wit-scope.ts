/** Index spaces of a component while its types are read, and the ceilings that hold for the whole reading. */
import type { Cursor } from '../wasm-binary-cursor.ts';
import type { WitFunction, WitInterface, WitOwner, WitSide, WitType } from './wit.ts';

/** Steps for one file. Attack: components that instantiate each other twice, a hundred levels deep. */
const maxSteps = 2_000_000;
/** Attack: nesting that ends the stack, of the reader or of whoever walks the types. The engine's validator has 100. */
export const maxDepth = 100;
/** Attack: one large type that thousands of functions have in their text. */
const maxTextChars = 16 * 1024 * 1024;
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

interface Measure {
  /** Of the type with all that is behind its names. */
  size: number;
  depth: number;
  /** Of its text, in which a name stands for what is behind it. */
  chars: number;
}

/** The ceilings. */
export class Budget {
  private steps = 0;
  private chars = 0;
  private readonly measures = new WeakMap<WitType, Measure>();

  step(cursor: Cursor): void {
    if (++this.steps > maxSteps) cursor.fail('more types and instances than can be read');
  }

  /** The type itself, once it is known to be small enough. `names`: of its fields, cases or flags. */
  measured(cursor: Cursor, type: WitType, parts: readonly (WitType | null)[], names: readonly string[] = []): WitType {
    const measure = { size: 1, depth: 1, chars: charsOf(names) };
    for (const part of parts) {
      const inner = this.measureOf(part);
      measure.size += inner.size;
      measure.depth = Math.max(measure.depth, 1 + inner.depth);
      measure.chars += inner.chars;
    }
    if (measure.size > maxTypeSize) cursor.fail('a type is too large');
    if (measure.depth > maxDepth) cursor.fail('types nested too deep');
    if (type.kind === 'named') {
      this.write(cursor, measure.chars); // its definition
      measure.chars = type.name.length;
    }
    this.measures.set(type, measure);
    return type;
  }

  /** Accounts for the text of a function. */
  writeFunction(cursor: Cursor, { params, result }: WitFunction): void {
    const types = [...params.map(({ type }) => type), result];
    const chars = types.reduce((sum, type) => sum + this.measureOf(type).chars, 0);
    this.write(cursor, chars + charsOf(params.map(({ name }) => name)));
  }

  private write(cursor: Cursor, chars: number): void {
    this.chars += chars;
    if (this.chars > maxTextChars) cursor.fail('the types are too long to be written out');
  }

  private measureOf(type: WitType | null): Measure {
    return (type && this.measures.get(type)) ?? primitiveMeasure;
  }
}

const primitiveMeasure: Measure = { size: 1, depth: 1, chars: 8 };

/** With the words and punctuation around them. */
function charsOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + name.length + 8, 16);
}
