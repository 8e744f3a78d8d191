/** `wasmctr types`: the TypeScript of what a component exports, and of the `imports` that the library's `run` takes. */
import { isWasi } from '../host/component/user-imports.ts';
import {
  functionsByResource,
  type NamedFunction,
  parseInterfaceName,
  partsOf,
  pascalCase,
  unnamed,
  type WitFunction,
  type WitInterface,
  type WitOwner,
  type WitSide,
  type WitType,
  type WitWorld,
} from '../host/component/wit.ts';
import { checked, memberName, parameterName, type TypeScope, typeName, typeText } from './wit-typescript.ts';

const preamble = `/** What an embedder's function returns: the value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;
`;

/** Throws WasmctrError for a component whose names are none of WIT. */
export function typeDeclarations({ imports, exports }: WitWorld): string {
  const own = [...imports.interfaces].filter(([name]) => !isWasi(name));
  const shown = withUsed(
    [...own, ...exports.interfaces].map(([, of]) => of),
    [...imports.interfaces.values()],
  );
  const names = namespaces(shown);
  const scopeOf = (owner: WitOwner): TypeScope => ({ owner, namespaceOf: (other) => names.get(other) ?? null });
  const exported = new Set(exports.interfaces.values());
  const sections = [
    preamble,
    ...definitions(imports, scopeOf(imports.owner), true),
    ...definitions(exports, scopeOf(exports.owner), false),
    ...shown.flatMap((of) => {
      const isImport = !exported.has(of);
      return namespaceText(of, names.get(of.owner) ?? '', scopeOf(of.owner), isImport);
    }),
    sideText('Imports', { ...imports, interfaces: new Map(own) }, { names, isImport: true, scopeOf }),
    sideText('Exports', exports, { names, isImport: false, scopeOf }),
  ];
  return `${sections.join('\n')}`;
}

/** The interfaces themselves, and those whose types they use. */
function withUsed(shown: readonly WitInterface[], others: readonly WitInterface[]): WitInterface[] {
  const found = new Set(shown);
  const byOwner = new Map(others.map((of) => [of.owner, of]));
  const seen = new Set<WitType>();
  const visit = (type: WitType): void => {
    if (seen.has(type)) return;
    seen.add(type);
    if (type.kind === 'named') {
      const user = byOwner.get(type.owner);
      if (user !== undefined && !found.has(user)) add(user);
    }
    for (const part of type.kind === 'own' || type.kind === 'borrow' ? [type.resource] : partsOf(type)) visit(part);
  };
  const add = (of: WitInterface): void => {
    found.add(of);
    for (const type of of.types.values()) visit(type);
  };
  for (const of of shown) add(of);
  return [...found];
}

/** `demo:kit/store@1.2.3` → DemoKitStore; a second one of that name is DemoKitStore_2. */
function namespaces(shown: readonly WitInterface[]): Map<WitOwner, string> {
  const names = new Map<WitOwner, string>();
  const uses = new Map<string, number>();
  for (const { owner } of shown) {
    const parsed = parseInterfaceName(owner.name ?? '');
    const words = parsed === null ? [owner.name ?? ''] : [...parsed.package.split(':'), parsed.name];
    const base = words.map((word) => pascalCase(checked(word))).join('');
    const count = (uses.get(base) ?? 0) + 1;
    uses.set(base, count);
    names.set(owner, count === 1 ? base : `${base}_${count}`);
  }
  return names;
}

function namespaceText(of: WitInterface, name: string, scope: TypeScope, isImport: boolean): string[] {
  const lines = definitions(of, scope, isImport).map(indented);
  if (lines.length === 0) return [];
  return [`/** ${comment(of.owner.name ?? '')} */\nexport declare namespace ${name} {\n${lines.join('\n')}\n}\n`];
}

/** Of a text within a comment. Attack: a name that ends it. */
const comment = (text: string): string => text.replace(/[^\w:/@.+-]/g, '?');

const indented = (text: string): string => `  ${text.replaceAll('\n', '\n  ')}`;

function definitions(of: WitInterface, scope: TypeScope, isImport: boolean): string[] {
  const functions = functionsByResource(of);
  return [...of.types].map(([name, type]) => {
    const inner = type.kind === 'named' ? type.type : type;
    if (inner.kind === 'resource') return resourceText(name, functions.get(name) ?? [], { scope, isImport });
    return `export type ${typeName(name)} = ${typeText(inner, scope)};`;
  });
}

/** The objects of a resource; what makes them is in the interface's functions. */
function resourceText(
  resource: string,
  functions: readonly NamedFunction[],
  { scope, isImport }: { scope: TypeScope; isImport: boolean },
): string {
  const methods = functions
    .filter(({ kind }) => kind === 'method')
    .map(({ name, type }) =>
      indented(signature(memberName(name), { ...type, params: type.params.slice(1) }, scope, isImport)),
    );
  const end = '  /** When the guest drops it, and at the end of the run. */\n  [Symbol.dispose]?(): void;';
  return `export interface ${typeName(resource)} {\n${[...methods, end].join('\n')}\n}`;
}

/** A `result` is returned as its `ok`, and its `err` thrown. */
function signature(name: string, { params, result }: WitFunction, scope: TypeScope, isImport: boolean): string {
  const list = params.map((param) => `${parameterName(param.name)}: ${typeText(param.type, scope)}`).join(', ');
  const inner = result === null ? null : unnamed(result);
  const ok = inner?.kind === 'result' ? inner.ok : result;
  const returned = ok === null ? 'void' : typeText(ok, scope);
  const thrown =
    inner?.kind === 'result' && inner.err !== null ? `/** @throws {${typeText(inner.err, scope)}} */\n` : '';
  return `${thrown}${name}(${list}): ${isImport ? `Awaitable<${returned}>` : returned};`;
}

interface SideContext {
  names: ReadonlyMap<WitOwner, string>;
  isImport: boolean;
  scopeOf(owner: WitOwner): TypeScope;
}

function sideText(title: 'Imports' | 'Exports', side: WitSide, context: SideContext): string {
  const what =
    title === 'Imports' ? "What `run` takes as `imports`: all that WASI doesn't provide." : 'What it exports.';
  const keys = keysOf([...side.interfaces.keys()], context.isImport);
  const lines = [...side.interfaces].flatMap(([name, of]) => {
    const members = interfaceMembers(of, context);
    return members.length === 0
      ? []
      : [`  '${keys.get(name) ?? ''}': {`, ...members.map((line) => indented(indented(line))), '  };'];
  });
  for (const [name, type] of side.functions) {
    lines.push(indented(signature(memberName(name), type, context.scopeOf(side.owner), context.isImport)));
  }
  const body = lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n}`;
  return `/** ${what} */\nexport type ${title} = ${body};\n`;
}

/** Without the version, where that says enough. */
function keysOf(names: readonly string[], isImport: boolean): Map<string, string> {
  const short = (name: string): string => {
    const parsed = parseInterfaceName(name);
    return parsed === null || !isImport ? name : `${parsed.package}/${parsed.name}`;
  };
  const counts = new Map<string, number>();
  for (const name of names) counts.set(short(name), (counts.get(short(name)) ?? 0) + 1);
  return new Map(names.map((name) => [name, comment(counts.get(short(name)) === 1 ? short(name) : name)]));
}

function interfaceMembers(of: WitInterface, context: SideContext): string[] {
  const scope = context.scopeOf({ name: null });
  const namespace = context.names.get(of.owner);
  const functions = functionsByResource(of);
  const resources = [...of.types].filter(([, type]) => (type.kind === 'named' ? type.type : type).kind === 'resource');
  const classes = resources.map(([resource]) => {
    const object = `${namespace}.${typeName(resource)}`;
    const members = (functions.get(resource) ?? []).flatMap(({ kind, name, type }) => {
      if (kind === 'method') return [];
      if (kind === 'static') return [signature(memberName(name), type, scope, context.isImport)];
      return [signature('new ', { ...type, result: null }, scope, false).replace(/: void;$/, `: ${object};`)];
    });
    // A class that only functions make objects of.
    const abstract = `prototype: ${object};`;
    return `${typeName(resource)}: {\n${[...members, abstract].map(indented).join('\n')}\n};`;
  });
  const free = functions.get(null) ?? [];
  return [...classes, ...free.map(({ name, type }) => signature(memberName(name), type, scope, context.isImport))];
}
