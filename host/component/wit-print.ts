/** WIT text: of a type, a function, an interface, or all that a component imports and exports. */
import { printable } from '../demangle.ts';
import {
  type FunctionName,
  functionsByResource,
  type NamedFunction,
  parseFunctionName,
  parseInterfaceName,
  type WitFunction,
  type WitInterface,
  type WitOwner,
  type WitSide,
  type WitType,
  type WitWorld,
} from './wit.ts';

const maxNameChars = 256;

/** `list<tuple<string, color>>`; a named type by its name. */
export function printType(type: WitType): string {
  switch (type.kind) {
    case 'named':
      return word(type.name);
    case 'option':
      return `option<${printType(type.some)}>`;
    case 'list':
      return `list<${printType(type.element)}${type.length === null ? '' : `, ${type.length}`}>`;
    case 'map':
      return `map<${printType(type.key)}, ${printType(type.value)}>`;
    case 'tuple':
      return `tuple<${type.elements.map(printType).join(', ')}>`;
    case 'result':
      return printResult(type.ok, type.err);
    case 'stream':
    case 'future':
      return type.element === null ? type.kind : `${type.kind}<${printType(type.element)}>`;
    case 'own':
      return printType(type.resource);
    case 'borrow':
      return `borrow<${printType(type.resource)}>`;
    case 'record':
      return braces(
        'record',
        type.fields.map(({ name, type: of }) => `${word(name)}: ${printType(of)}`),
      );
    case 'variant':
      return braces('variant', type.cases.map(printCase));
    case 'flags':
    case 'enum':
      return braces(type.kind, type.names.map(word));
    default:
      return type.kind;
  }
}

function printResult(ok: WitType | null, err: WitType | null): string {
  if (err === null) return ok === null ? 'result' : `result<${printType(ok)}>`;
  return `result<${ok === null ? '_' : printType(ok)}, ${printType(err)}>`;
}

function printCase({ name, type }: { name: string; type: WitType | null }): string {
  return type === null ? word(name) : `${word(name)}(${printType(type)})`;
}

const braces = (kind: string, items: readonly string[]): string => `${kind} { ${items.join(', ')} }`;

/** `func(a: u32) -> string`. Of a method, without the resource that it is called on. */
export function printFunction(name: string, type: WitFunction): string {
  return printFunctionOf(parseFunctionName(name).kind, type);
}

function printFunctionOf(kind: FunctionName['kind'], { params, result, isAsync }: WitFunction): string {
  const own = kind === 'method' ? params.slice(1) : params;
  const list = own.map((param) => `${word(param.name)}: ${printType(param.type)}`).join(', ');
  const returns = result === null || kind === 'constructor' ? '' : ` -> ${printType(result)}`;
  if (kind === 'constructor') return `(${list})`;
  return `${isAsync ? 'async ' : ''}${kind === 'static' ? 'static ' : ''}func(${list})${returns}`;
}

/** Names are words of WIT, or of other languages made to fit: hostile text. */
function word(name: string): string {
  return printable(keywords.has(name) ? `%${name}` : name, maxNameChars);
}

const keywords: ReadonlySet<string> = new Set(
  `as async bool borrow char constructor enum error-context export f32 f64 flags from func future import include
   interface list map option own package record resource result s16 s32 s64 s8 static stream string tuple type u16 u32
   u64 u8 use variant with world`.split(/\s+/),
);

/** The whole, as `wasm-tools component wit` prints it. */
export function printWorld(world: WitWorld): string {
  const lines = ['package root:component;', '', 'world root {', ...indent(printWorldItems(world)), '}', ''];
  const packages = new Map<string, string[]>();
  for (const [name, of] of [...world.imports.interfaces, ...world.exports.interfaces]) {
    const parsed = parseInterfaceName(name);
    if (parsed === null) continue; // is printed within the world
    const key = `${parsed.package}${parsed.version === null ? '' : `@${parsed.version}`}`;
    const text = [`interface ${word(parsed.name)} {`, ...indent(printInterface(of)), '}'].join('\n');
    packages.set(key, [...(packages.get(key) ?? []).filter((other) => other !== text), text]);
  }
  for (const [name, interfaces] of packages) {
    lines.push(`package ${printable(name, maxNameChars)} {`, ...indent(interfaces.join('\n\n').split('\n')), '}', '');
  }
  return lines.join('\n');
}

function printWorldItems({ imports, exports }: WitWorld): string[] {
  const types = printTypes({ ...imports, functions: new Map() });
  return [...types, ...printSide('import', imports), '', ...printSide('export', exports)];
}

function printSide(verb: 'import' | 'export', side: WitSide): string[] {
  const interfaces = [...side.interfaces].flatMap(([name, of]) =>
    parseInterfaceName(name) === null
      ? [`${verb} ${word(name)}: interface {`, ...indent(printInterface(of)), '}']
      : [`${verb} ${printable(name, maxNameChars)};`],
  );
  const functions = [...side.functions].map(([name, of]) => `${verb} ${word(name)}: ${printFunction(name, of)};`);
  return [...interfaces, ...functions];
}

/** The lines within the braces of an interface. */
export function printInterface(of: WitInterface): string[] {
  const free = [...of.functions].filter(([name]) => parseFunctionName(name).kind === 'function');
  return [...printTypes(of), ...free.map(([name, type]) => `${word(name)}: ${printFunction(name, type)};`)];
}

function printTypes(of: WitInterface): string[] {
  const functions = functionsByResource(of);
  return [...of.types].flatMap(([name, type]) => {
    const inner = type.kind === 'named' ? type.type : type;
    if (inner.kind === 'resource') return printResource(name, functions.get(name) ?? []);
    return [printDefinition(name, inner, of.owner)];
  });
}

function printDefinition(name: string, type: WitType, owner: WitOwner): string {
  if (type.kind === 'named' && type.owner !== owner && type.owner.name !== null) {
    const renamed = type.name === name ? '' : ` as ${word(name)}`;
    return `use ${printable(seenFrom(owner.name, type.owner.name), maxNameChars)}.{${word(type.name)}${renamed}};`;
  }
  const isBody = ['record', 'variant', 'flags', 'enum'].includes(type.kind);
  if (!isBody) return `type ${word(name)} = ${printType(type)};`;
  return printType(type).replace(`${type.kind} `, () => `${type.kind} ${word(name)} `);
}

/** A package can't name itself: within it, an interface goes by its own name. */
function seenFrom(user: string | null, used: string): string {
  const [from, to] = [parseInterfaceName(user ?? ''), parseInterfaceName(used)];
  const isNeighbour = from !== null && to !== null && from.package === to.package && from.version === to.version;
  return isNeighbour ? to.name : used;
}

function printResource(resource: string, functions: readonly NamedFunction[]): string[] {
  const items = functions.map(({ kind, name, type }) => {
    const shown = kind === 'constructor' ? 'constructor' : `${word(name)}: `;
    return `${shown}${printFunctionOf(kind, type)};`;
  });
  if (items.length === 0) return [`resource ${word(resource)};`];
  return [`resource ${word(resource)} {`, ...indent(items), '}'];
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => (line === '' ? '' : `  ${line}`));
