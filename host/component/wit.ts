/** What a component imports and exports, in the terms of WIT (the component model's design/mvp/WIT.md). Plain data. */

export type WitPrimitive =
  | 'bool'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u64'
  | 's8'
  | 's16'
  | 's32'
  | 's64'
  | 'f32'
  | 'f64'
  | 'char'
  | 'string'
  | 'error-context';

export type WitType =
  | { kind: WitPrimitive }
  | { kind: 'record'; fields: readonly WitField[] }
  | { kind: 'variant'; cases: readonly WitCase[] }
  | { kind: 'flags' | 'enum'; names: readonly string[] }
  | { kind: 'tuple'; elements: readonly WitType[] }
  | { kind: 'option'; some: WitType }
  | { kind: 'result'; ok: WitType | null; err: WitType | null }
  /** `length`: of a list whose length is part of its type. */
  | { kind: 'list'; element: WitType; length: number | null }
  | { kind: 'map'; key: WitType; value: WitType }
  | { kind: 'stream' | 'future'; element: WitType | null }
  | { kind: 'own' | 'borrow'; resource: WitType }
  /** Each has an identity of its own: compare with `===`. */
  | { kind: 'resource' }
  /** A name that an interface gave to a type: a definition, an alias, or a `use` of another interface's. */
  | { kind: 'named'; name: string; owner: WitOwner; type: WitType };

export interface WitField {
  name: string;
  type: WitType;
}

export interface WitCase {
  name: string;
  type: WitType | null;
}

/** Where a name belongs: an interface by its full name (`wasi:io/poll@0.2.6`), or the world (null). */
export interface WitOwner {
  name: string | null;
}

export interface WitFunction {
  params: readonly WitField[];
  result: WitType | null;
  isAsync: boolean;
}

/** Functions of resources have the binary format's names: `[method]pollable.block`, `[constructor]fields`. */
export interface WitInterface {
  owner: WitOwner;
  types: ReadonlyMap<string, WitType>;
  functions: ReadonlyMap<string, WitFunction>;
}

/** One direction of a component: interfaces by full name, and functions and types that belong to no interface. */
export interface WitSide extends WitInterface {
  interfaces: ReadonlyMap<string, WitInterface>;
}

export interface WitWorld {
  imports: WitSide;
  exports: WitSide;
}

/** The type behind the names. */
export function unnamed(type: WitType): Exclude<WitType, { kind: 'named' }> {
  let inner = type;
  while (inner.kind === 'named') inner = inner.type;
  return inner;
}

/** The types that this one is made of, resources not counted. */
export function partsOf(type: WitType): readonly WitType[] {
  const some = (...types: readonly (WitType | null)[]): WitType[] => types.filter((part) => part !== null);
  switch (type.kind) {
    case 'record':
      return type.fields.map((field) => field.type);
    case 'variant':
      return some(...type.cases.map((entry) => entry.type));
    case 'tuple':
      return type.elements;
    case 'option':
      return [type.some];
    case 'result':
      return some(type.ok, type.err);
    case 'list':
    case 'stream':
    case 'future':
      return some(type.element);
    case 'map':
      return [type.key, type.value];
    case 'named':
      return [type.type];
    default:
      return [];
  }
}

export interface InterfaceName {
  /** `wasi:io` */
  package: string;
  /** `poll` */
  name: string;
  /** `0.2.6`, or null. */
  version: string | null;
}

/** `wasi:io/poll@0.2.6` in its parts, or null where a name is none of an interface. */
export function parseInterfaceName(text: string): InterfaceName | null {
  const [, namespace, name, version] = /^([^/@]+:[^/@]+)\/([^@]+)(?:@(.+))?$/.exec(text) ?? [];
  return namespace === undefined || name === undefined ? null : { package: namespace, name, version: version ?? null };
}

export interface FunctionName {
  kind: 'function' | 'method' | 'static' | 'constructor';
  /** Of a function of a resource: its name, else null. */
  resource: string | null;
  /** Of a constructor: the resource's. */
  name: string;
}

/** `[method]pollable.block` in its parts. */
export function parseFunctionName(text: string): FunctionName {
  const [, kind, resource, name] = /^\[(method|static|constructor)\]([^.]*)(?:\.(.*))?$/.exec(text) ?? [];
  if (kind === undefined || resource === undefined) return { kind: 'function', resource: null, name: text };
  return { kind: kind as FunctionName['kind'], resource, name: name ?? resource };
}

export interface NamedFunction extends FunctionName {
  type: WitFunction;
}

/** In one pass, by their resource; null for those of none. Attack: resources times functions. */
export function functionsByResource({ functions }: WitInterface): ReadonlyMap<string | null, readonly NamedFunction[]> {
  const groups = new Map<string | null, NamedFunction[]>();
  for (const [full, type] of functions) {
    const named = { ...parseFunctionName(full), type };
    const group = groups.get(named.resource);
    if (group === undefined) groups.set(named.resource, [named]);
    else group.push(named);
  }
  return groups;
}

/** `get-stdout` → `getStdout`: fields, functions and flags in JavaScript. */
export function camelCase(name: string): string {
  return name.toLowerCase().replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `output-stream` → `OutputStream`: resources and types in JavaScript. */
export function pascalCase(name: string): string {
  const camel = camelCase(name);
  return camel.slice(0, 1).toUpperCase() + camel.slice(1);
}
