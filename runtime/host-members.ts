/** Looks up what an embedder provides under a component's names, and nothing that it did not mean to provide. */
import { camelCase, parseFunctionName, parseInterfaceName, pascalCase } from '../host/component/wit.ts';

/**
 * By interface, with or without its version (`my:pkg/store`, `my:pkg/store@1.2.0`): functions in camel case, resources as
 * classes in Pascal case. A function that belongs to no interface stands under its own name. Functions may be async. A
 * function whose WIT has a `result` returns the value of `ok`, and throws that of `err`. `wasmctr types` writes the
 * TypeScript of all that a component imports.
 */
export type HostImports = Readonly<Record<string, object>>;

export type Member = (...args: unknown[]) => unknown;

type Class = new (...args: unknown[]) => object;

/** `owner`: the interface's full name, null for a function of none. null: there is no such function. */
export function findMember(imports: HostImports, owner: string | null, name: string): Member | null {
  if (owner === null) return callable(ownProperty(imports, name) ?? ownProperty(imports, camelCase(name)));
  const scope = findInterface(imports, owner);
  if (scope === null) return null;
  const { kind, resource, name: short } = parseFunctionName(name);
  if (kind === 'function') return bind(scope, memberOf(scope, camelCase(short)));
  const found = findClass(imports, owner, resource ?? '');
  if (found === null) return null;
  if (kind === 'constructor') return (...args) => new found(...args);
  if (kind === 'static') return bind(found, memberOf(found, camelCase(short)));
  return callable(memberOf(found.prototype as object, camelCase(short))) && methodOf(camelCase(short));
}

/** Of the object itself: its class may be one that inherits. */
function methodOf(name: string): Member {
  return (self, ...args) => callable(memberOf(self as object, name))?.apply(self, args);
}

export function findClass(imports: HostImports, owner: string, resource: string): Class | null {
  const scope = findInterface(imports, owner);
  return scope === null ? null : (callable(memberOf(scope, pascalCase(resource))) as Class | null);
}

function findInterface(imports: HostImports, owner: string): object | null {
  const parsed = parseInterfaceName(owner);
  const short = parsed === null ? owner : `${parsed.package}/${parsed.name}`;
  const found = ownProperty(imports, owner) ?? ownProperty(imports, short);
  return typeof found === 'object' || typeof found === 'function' ? found : null;
}

function ownProperty(target: object, name: string): unknown {
  return Object.hasOwn(target, name) ? (target as Record<string, unknown>)[name] : undefined;
}

/** What every object, function and class has. */
const bases: ReadonlySet<unknown> = new Set([Object.prototype, Function.prototype, null]);

/**
 * An own or inherited member. Attack: an interface that imports functions called `constructor` or `to-string`, and so
 * gets at what every object has. A `constructor` counts only where the object has it of its own: a class gives it to all.
 */
function memberOf(target: object, name: string): unknown {
  if (name === 'constructor') return isPrototype(target) ? undefined : ownProperty(target, name);
  for (let at: object | null = target; !bases.has(at); at = Object.getPrototypeOf(at)) {
    if (at !== null && Object.hasOwn(at, name)) return (target as Record<string, unknown>)[name];
  }
  return undefined;
}

function isPrototype(target: object): boolean {
  const maker = ownProperty(target, 'constructor');
  return typeof maker === 'function' && maker.prototype === target;
}

function callable(value: unknown): Member | null {
  return typeof value === 'function' ? (value as Member) : null;
}

function bind(self: object, member: unknown): Member | null {
  return callable(member)?.bind(self) ?? null;
}
