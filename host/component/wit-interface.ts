/** Instance types, what imports and exports are described by, and aliases (Binary.md, "Type" and "Alias Definitions"). */
import { Cursor } from '../wasm-binary-cursor.ts';
import type { WitOwner, WitSide, WitType } from './wit.ts';
import { type Definition, type Draft, draft, type Entity, Scope } from './wit-scope.ts';
import { isWitType, type Reading, readDefinition, readVector, typeAt } from './wit-types.ts';

/** Any type, interfaces and components included; adds nothing to an index space. */
export function readAnyDefinition(reading: Reading): Definition {
  const { cursor, scope } = reading;
  const code = cursor.u8();
  if (code === 0x42) {
    const start = cursor.offset;
    // To know where it ends. It is read again, and gets types of its own, wherever an instance has this type.
    readInstanceType(reading, { name: null });
    return { kind: 'instance', start, scope };
  }
  if (code !== 0x41) return readDefinition(reading, code);
  readDeclarations(reading, { name: null });
  return { kind: 'component' };
}

function readInstanceType(reading: Reading, owner: WitOwner): WitSide {
  return readDeclarations(reading, owner);
}

/** Of an instance type or a component type, which may import besides. */
function readDeclarations(outer: Reading, owner: WitOwner): Draft {
  const { cursor, budget } = outer;
  const reading: Reading = { cursor, budget, scope: new Scope(outer.scope, cursor) };
  const into = draft(owner);
  readVector(reading, () => {
    const kind = cursor.u8();
    if (kind === 0x01) reading.scope.types.push(readAnyDefinition(reading));
    else if (kind === 0x02) reading.scope.push(readAlias(reading));
    else if (kind === 0x03) reading.scope.push(readDescribed(reading, readExternName(cursor), { name: null }));
    else if (kind === 0x04) {
      const name = readExternName(cursor);
      const entity = readDescribed(reading, name, owner);
      reading.scope.push(entity);
      addTo(into, name, entity);
    } else cursor.fail('core types in interfaces are not known here');
  });
  return into;
}

/** An importname or exportname. */
export function readExternName(cursor: Cursor): string {
  if (cursor.u8() > 0x01) cursor.fail('unknown kind of a name');
  return cursor.name();
}

/** An externdesc: what is imported or exported under `name`; `owner` is where a type gets this name. */
export function readDescribed(reading: Reading, name: string, owner: WitOwner): Entity {
  const { cursor, scope } = reading;
  switch (cursor.u8()) {
    case 0x00:
      cursor.u8(); // of a core module
      cursor.u32();
      return { sort: 'other' };
    case 0x01: {
      const type = typeAt(cursor, scope, cursor.u32());
      if (type.kind !== 'func') return cursor.fail('a function is described by another type');
      return { sort: 'func', item: type.func };
    }
    case 0x03: {
      const type: Definition = cursor.u8() === 0x00 ? typeAt(cursor, scope, cursor.u32()) : { kind: 'resource' };
      return { sort: 'type', item: isWitType(type) ? named(reading, name, owner, type) : type };
    }
    case 0x04:
      cursor.u32();
      return { sort: 'component', item: null };
    case 0x05: {
      const type = typeAt(cursor, scope, cursor.u32());
      if (type.kind !== 'instance') return cursor.fail('an instance is described by another type');
      const at = new Cursor(cursor.bytes, type.start, cursor.bytes.length);
      return { sort: 'instance', item: readInstanceType({ ...reading, cursor: at, scope: type.scope }, { name }) };
    }
    default:
      return cursor.fail('unknown kind of an import or export');
  }
}

export function named({ budget, cursor }: Reading, name: string, owner: WitOwner, type: WitType): WitType {
  return budget.measured(cursor, { kind: 'named', name, owner, type }, [type]);
}

export function addTo(into: Draft, name: string, entity: Entity): void {
  if (entity.sort === 'func') into.functions.set(name, entity.item);
  else if (entity.sort === 'instance') into.interfaces.set(name, entity.item);
  else if (entity.sort === 'type' && isWitType(entity.item)) into.types.set(name, entity.item);
}

const sorts: readonly (Entity['sort'] | undefined)[] = ['other', 'func', 'other', 'type', 'component', 'instance'];

export function readSort(cursor: Cursor): Entity['sort'] {
  const code = cursor.u8();
  if (code === 0x00) cursor.u8(); // which core sort
  return sorts[code] ?? cursor.fail('unknown sort');
}

export function readAlias(reading: Reading): Entity {
  const { cursor, scope } = reading;
  const sort = readSort(cursor);
  const target = cursor.u8();
  const index = cursor.u32();
  if (target === 0x00) return exportOf(cursor, scope.instances[index], sort, cursor.name());
  if (target === 0x01) {
    cursor.skipName(); // an export of a core instance
    return { sort: 'other' };
  }
  let outer: Scope | null = scope;
  for (let up = index; up > 0 && outer !== null; up--) outer = outer.parent;
  if (outer === null) return cursor.fail('an alias points outside of the outermost component');
  return entityAt(cursor, outer, sort, cursor.u32());
}

function exportOf(cursor: Cursor, instance: WitSide | undefined, sort: Entity['sort'], name: string): Entity {
  if (instance === undefined) return cursor.fail('there is no such instance');
  const missing = (): never => cursor.fail('an instance has no such export');
  if (sort === 'func') return { sort, item: instance.functions.get(name) ?? missing() };
  if (sort === 'type') return { sort, item: instance.types.get(name) ?? missing() };
  if (sort === 'component') return { sort, item: null };
  if (sort === 'other') return { sort };
  const inner = instance.interfaces.get(name) ?? missing();
  return { sort, item: { interfaces: new Map(), ...inner } };
}

export function entityAt(cursor: Cursor, scope: Scope, sort: Entity['sort'], index: number): Entity {
  const missing = (): never => cursor.fail(`there is no ${sort} ${index}`);
  if (sort === 'func') return { sort, item: scope.functions[index] ?? missing() };
  if (sort === 'type') return { sort, item: scope.types[index] ?? missing() };
  if (sort === 'instance') return { sort, item: scope.instances[index] ?? missing() };
  if (sort === 'component') return { sort, item: scope.components[index] ?? null };
  return { sort };
}
