/**
 * A component's imports of WASI, compared with what WASI says they are: the glue takes our functions for whatever the
 * component thinks of them, and would pass numbers for 64-bit ones.
 */
import {
  parseInterfaceName,
  partsOf,
  unnamed,
  type WitFunction,
  type WitInterface,
  type WitSide,
  type WitType,
} from '../../host/component/wit.ts';
import { printFunction } from '../../host/component/wit-print.ts';
import { readWorld } from '../../host/component/wit-world.ts';
import { printable } from '../../host/demangle.ts';
import { GuestFailure } from '../../host/failure.ts';
import { wasiWorld } from '../../host/p2/world.generated.ts';

/** What WASI does not have is told when it is linked, unless --unknown-imports says otherwise. */
export function compareWithWasi(imports: WitSide): void {
  const wasi = wasiInterfaces();
  for (const [name, imported] of imports.interfaces) {
    const own = wasi.get(unversioned(name));
    if (own !== undefined && isWasi2(name)) compareInterface(name, imported, own);
  }
}

/** By name without version: all of 0.2 agree in what they have in common. */
function wasiInterfaces(): ReadonlyMap<string, WitInterface> {
  const { interfaces } = readWorld(Buffer.from(wasiWorld, 'base64')).imports;
  return new Map([...interfaces].map(([name, of]) => [unversioned(name), of]));
}

/** As in host/component/link.ts. */
function isWasi2(name: string): boolean {
  const version = parseInterfaceName(name)?.version ?? null;
  return version === null || /^0\.2\.\d+$/.test(version);
}

function compareInterface(name: string, imported: WitInterface, own: WitInterface): void {
  for (const [type, definition] of imported.types) {
    const expected = own.types.get(type);
    if (expected !== undefined && !isSameResource(definition, expected)) {
      refuse(name, `a resource ${type} that is not ${resourceName(expected)}`);
    }
  }
  for (const [fn, type] of imported.functions) {
    const expected = own.functions.get(fn);
    if (expected === undefined || isSameFunction(type, expected)) continue;
    const [is, wanted] = [printFunction(fn, expected), printFunction(fn, type)];
    refuse(name, `${fn}: ${wanted}, which is ${is === wanted ? 'of other types by these names' : is}`);
  }
}

function refuse(name: string, what: string): never {
  throw new GuestFailure('import-type', printable(`imports ${name} with ${what}`, 1024));
}

/** Types that are no resources are compared where functions use them. */
function isSameResource(one: WitType, other: WitType): boolean {
  const kinds = [unnamed(one).kind, unnamed(other).kind];
  return kinds.includes('resource') ? isSameType(one, other) : true;
}

function isSameFunction(one: WitFunction, other: WitFunction): boolean {
  return (
    one.isAsync === other.isAsync &&
    one.params.length === other.params.length &&
    one.params.every(({ name, type }, i) => {
      const param = other.params[i];
      return param !== undefined && name === param.name && isSameType(type, param.type);
    }) &&
    isSameOptional(one.result, other.result)
  );
}

function isSameOptional(one: WitType | null, other: WitType | null): boolean {
  return one === null || other === null ? one === other : isSameType(one, other);
}

/** Ends at the first difference, and so after as many steps as WASI's type has parts, whatever the component's is. */
function isSameType(left: WitType, right: WitType): boolean {
  const [one, other] = [unnamed(left), unnamed(right)];
  if (one.kind === 'resource' || other.kind === 'resource') return resourceName(left) === resourceName(right);
  if (labelOf(one) !== labelOf(other)) return false;
  const [parts, others] = [partsOf(one), partsOf(other)];
  return (
    parts.length === others.length &&
    parts.every((part, i) => {
      const expected = others[i];
      return expected !== undefined && isSameType(part, expected);
    }) &&
    (one.kind !== 'own' || other.kind !== 'own' || isSameType(one.resource, other.resource)) &&
    (one.kind !== 'borrow' || other.kind !== 'borrow' || isSameType(one.resource, other.resource))
  );
}

/** All that a type says beside its parts: names, and which of its optional parts are there. */
function labelOf(type: WitType): string {
  switch (type.kind) {
    case 'record':
      return `record ${type.fields.map(({ name }) => name)}`;
    case 'variant':
      return `variant ${type.cases.map((entry) => `${entry.name} ${entry.type !== null}`)}`;
    case 'flags':
    case 'enum':
      return `${type.kind} ${type.names}`;
    case 'result':
      return `result ${type.ok !== null} ${type.err !== null}`;
    case 'list':
      return `list ${type.length}`;
    default:
      return type.kind;
  }
}

/** `wasi:io/poll#pollable`: of the interface that defines it. */
function resourceName(type: WitType): string | null {
  let name: string | null = null;
  for (let inner = type; inner.kind === 'named'; inner = inner.type) {
    name = `${unversioned(inner.owner.name ?? '')}#${inner.name}`;
  }
  return name;
}

const unversioned = (name: string): string => name.replace(/@[^@]*$/, '');
