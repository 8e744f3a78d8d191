/**
 * The WIT of a component, read from its own type sections. The component is not validated, run or compiled: instances
 * are followed only as far as their types go. Throws WasmBinaryError, and nothing else, whatever the bytes say.
 */
import { fileKind, WasmBinaryError } from '../wasm-binary.ts';
import { Cursor } from '../wasm-binary-cursor.ts';
import type { WitWorld } from './wit.ts';
import { skipCanonical } from './wit-canonical.ts';
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
}

/** `bytes`: a component, or its skeleton (skeleton.ts). */
export function readWorld(bytes: Uint8Array): WitWorld {
  if (fileKind(bytes) !== 'component') throw new WasmBinaryError('not a component', 0);
  const cursor = new Cursor(bytes, headerBytes);
  return readComponent({ cursor, budget: new Budget(), scope: new Scope(null, cursor) }, null);
}

function readComponent(reading: Reading, args: Instantiation['args']): { imports: Draft; exports: Draft } {
  const { cursor, budget } = reading;
  const of: Instantiation = { ...reading, args, imports: draft({ name: null }), exports: draft({ name: null }) };
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
  const { cursor, scope } = of;
  if (id === sections.instance) readVector(of, () => scope.instances.push(readInstance(of)));
  else if (id === sections.alias) readVector(of, () => scope.push(readAlias(of)));
  else if (id === sections.type) readVector(of, () => scope.types.push(readAnyDefinition(of)));
  else if (id === sections.import) readVector(of, () => scope.push(readImport(of)));
  else if (id === sections.export) readVector(of, () => scope.push(readExport(of)));
  else if (id === sections.canonical) {
    readVector(of, () => {
      const index = skipCanonical(of);
      if (index === null) return;
      const type = typeAt(cursor, scope, index);
      if (type.kind !== 'func') return cursor.fail('a function is lifted to another type');
      scope.functions.push(type.func);
    });
  }
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

function instantiate({ cursor, budget }: Reading, body: ComponentBody, args: ReadonlyMap<string, Entity>): Draft {
  if (body.start > body.end) cursor.fail('a component is cut off');
  const inner = new Cursor(cursor.bytes, body.start, body.end);
  return readComponent({ cursor: inner, budget, scope: new Scope(body.scope, inner) }, args).exports;
}
