/**
 * The WIT of a component, read from its own type sections. The component is not validated, run or compiled: instances
 * are followed only as far as their types go. Throws WasmBinaryError, and nothing else, whatever the bytes say.
 */
import { fileKind, WasmBinaryError } from '../wasm-binary.ts';
import { Cursor } from '../wasm-binary-cursor.ts';
import type { WitFunction, WitWorld } from './wit.ts';
import { readCanonical } from './wit-canonical.ts';
import {
  addTo,
  entityAt,
  named,
  readAlias,
  readAnyDefinition,
  readDescribed,
  readExternName,
  readSort,
} from './wit-interface.ts';
import { Budget, type ComponentBody, type Draft, draft, type Entity, Scope } from './wit-scope.ts';
import { isWitType, type Reading, readOptional, readVector, typeAt } from './wit-types.ts';

const sections = { component: 4, instance: 5, alias: 6, type: 7, canonical: 8, import: 10, export: 11 } as const;
const headerBytes = 8;

/** A component that is being read; `args`: what it was instantiated with, null for the outermost. */
interface Instantiation extends Reading {
  args: ReadonlyMap<string, Entity> | null;
  imports: Draft;
  exports: Draft;
  canonical: Canonical[];
}

/** A canonical definition of a component, or of one inside of it that is instantiated. */
export interface Canonical {
  code: number;
  options: readonly number[];
  /** What is lifted or lowered. An imported function is the same object here as in the world's imports. */
  func: WitFunction | null;
  isNested: boolean;
}

export interface ComponentWorld extends WitWorld {
  canonical: readonly Canonical[];
}

/** `bytes`: a component, or its skeleton (skeleton.ts). */
export function readWorld(bytes: Uint8Array): ComponentWorld {
  if (fileKind(bytes) !== 'component') throw new WasmBinaryError('not a component', 0);
  const cursor = new Cursor(bytes, headerBytes);
  return readComponent({ cursor, budget: new Budget(), scope: new Scope(null, cursor) }, null, []);
}

function readComponent(reading: Reading, args: Instantiation['args'], canonical: Canonical[]): Instantiation {
  const { cursor, budget } = reading;
  const [imports, exports] = [draft({ name: null }), draft({ name: null })];
  const of: Instantiation = { ...reading, args, imports, exports, canonical };
  while (!cursor.atEnd) {
    budget.step(cursor);
    const id = cursor.u8();
    const body = cursor.sub(cursor.u32());
    if (id === sections.component) {
      of.scope.components.push({ start: body.offset + headerBytes, end: body.end, scope: of.scope });
    } else readSection({ ...of, cursor: body }, id);
  }
  return of;
}

function readSection(of: Instantiation, id: number): void {
  const { scope } = of;
  if (id === sections.instance) readVector(of, () => scope.instances.push(readInstance(of)));
  else if (id === sections.alias) readVector(of, () => scope.push(readAlias(of)));
  else if (id === sections.type) readVector(of, () => scope.types.push(readAnyDefinition(of)));
  else if (id === sections.import) readVector(of, () => scope.push(readImport(of)));
  else if (id === sections.export) readVector(of, () => scope.push(readExport(of)));
  else if (id === sections.canonical) readVector(of, () => readDefinition(of));
}

function readDefinition(of: Instantiation): void {
  const { cursor, scope } = of;
  const { code, options, lifted, lowered } = readCanonical(of);
  let func: WitFunction | null = null;
  if (lowered !== null) func = scope.functions[lowered] ?? cursor.fail(`there is no func ${lowered}`);
  if (lifted !== null) {
    func = functionTypeAt(of, lifted);
    scope.functions.push(func);
  }
  of.canonical.push({ code, options, func, isNested: of.args !== null });
}

function functionTypeAt({ cursor, scope }: Reading, index: number): WitFunction {
  const type = typeAt(cursor, scope, index);
  return type.kind === 'func' ? type.func : cursor.fail('a function is lifted to another type');
}

function readImport(of: Instantiation): Entity {
  const name = readExternName(of.cursor);
  const declared = readDescribed(of, name, of.imports.owner);
  const given = of.args?.get(name);
  if (given !== undefined) return given;
  addTo(of.imports, name, declared);
  return declared;
}

function readExport(of: Instantiation): Entity {
  const { cursor, scope, exports } = of;
  const name = readExternName(cursor);
  const item = entityAt(cursor, scope, readSort(cursor), cursor.u32());
  const ascribed = readOptional(of, () => readDescribed(of, name, exports.owner));
  const entity = exported(of, name, item, ascribed);
  if (entity.sort === 'instance') entity.item.owner.name ??= name;
  addTo(exports, name, entity);
  return entity;
}

/** A function has the type that its export says: it speaks of exported types. A type gets a name here. */
function exported(of: Instantiation, name: string, item: Entity, ascribed: Entity | null): Entity {
  if (item.sort === 'func' && ascribed?.sort === 'func') return ascribed;
  if (item.sort !== 'type' || !isWitType(item.item)) return item;
  return { sort: 'type', item: named(of, name, of.exports.owner, item.item) };
}

function readInstance(of: Instantiation): Draft {
  const { cursor, scope } = of;
  const kind = cursor.u8();
  if (kind === 0x01) {
    const into = draft({ name: null });
    readVector(of, () => {
      const name = readExternName(cursor);
      addTo(into, name, entityAt(cursor, scope, readSort(cursor), cursor.u32()));
    });
    return into;
  }
  if (kind !== 0x00) return cursor.fail('unknown kind of an instance');
  const body = scope.components[cursor.u32()];
  if (body === undefined) return cursor.fail('there is no such component');
  const args = new Map<string, Entity>();
  readVector(of, () => {
    const name = cursor.name();
    args.set(name, entityAt(cursor, scope, readSort(cursor), cursor.u32()));
  });
  return body === null ? draft({ name: null }) : instantiate(of, body, args);
}

function instantiate(of: Instantiation, body: ComponentBody, args: ReadonlyMap<string, Entity>): Draft {
  const { cursor, budget, canonical } = of;
  if (body.start > body.end) cursor.fail('a component is cut off');
  const inner = new Cursor(cursor.bytes, body.start, body.end);
  return readComponent({ cursor: inner, budget, scope: new Scope(body.scope, inner) }, args, canonical).exports;
}
