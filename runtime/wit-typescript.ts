/** WIT types in TypeScript, by the conventions that jco and most of the ecosystem have for JavaScript. */
import { isTagged, type NumericKind, numericArrays } from '../host/component/wave-values.ts';
import { camelCase, pascalCase, unnamed, type WitField, type WitOwner, type WitType } from '../host/component/wit.ts';
import { WasmctrError } from './errors.ts';

/** Where a type is written: in the declarations of its owner by its own name, elsewhere with theirs in front. */
export interface TypeScope {
  owner: WitOwner;
  namespaceOf(owner: WitOwner): string | null;
}

/** A WIT word. Attack: a name that is TypeScript, in a file that somebody compiles. */
export function checked(name: string): string {
  if (/^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/.test(name)) return name;
  throw new WasmctrError('module', 'a name in the component is no word of WIT');
}

export const typeName = (name: string): string => pascalCase(checked(name));
export const memberName = (name: string): string => camelCase(checked(name));

/** Of a parameter, which can't be a word of the language. */
export function parameterName(name: string): string {
  const camel = memberName(name);
  return reserved.has(camel) ? `${camel}_` : camel;
}

const reserved: ReadonlySet<string> = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
   finally for function if implements import in instanceof interface let new null package private protected public
   return static super switch this throw true try typeof var void while with yield`.split(/\s+/),
);

/** A type where it is used. */
export function typeText(type: WitType, scope: TypeScope): string {
  const text = (inner: WitType): string => typeText(inner, scope);
  switch (type.kind) {
    case 'named': {
      const namespace = type.owner === scope.owner ? null : scope.namespaceOf(type.owner);
      return namespace === null ? typeName(type.name) : `${namespace}.${typeName(type.name)}`;
    }
    case 'bool':
      return 'boolean';
    case 'u64':
    case 's64':
      return 'bigint';
    case 'char':
    case 'string':
      return 'string';
    case 'list': {
      const { kind } = unnamed(type.element);
      if (Object.hasOwn(numericArrays, kind)) return numericArrays[kind as NumericKind].name;
      return `Array<${text(type.element)}>`;
    }
    case 'tuple':
      return `[${type.elements.map(text).join(', ')}]`;
    case 'option':
      if (isTagged(type.some)) return `{ tag: 'some'; val: ${text(type.some)} } | { tag: 'none' }`;
      return `${parenthesized(text(type.some))} | undefined`;
    case 'result':
      return `${caseText('ok', type.ok, scope)} | ${caseText('err', type.err, scope)}`;
    case 'own':
    case 'borrow':
      return text(type.resource);
    case 'record':
      return `{ ${type.fields.map((field) => fieldText(field, scope)).join(' ')} }`;
    case 'flags':
      return `{ ${type.names.map((name) => `${memberName(name)}?: boolean;`).join(' ')} }`;
    case 'enum':
      return type.names.map((name) => `'${checked(name)}'`).join(' | ');
    case 'variant':
      return type.cases.map(({ name, type: payload }) => caseText(name, payload, scope)).join(' | ');
    case 'map':
    case 'stream':
    case 'future':
    case 'error-context':
    case 'resource':
      return 'unknown';
    default:
      return 'number';
  }
}

const parenthesized = (text: string): string => (text.includes(' | ') ? `(${text})` : text);

function caseText(tag: string, type: WitType | null, scope: TypeScope): string {
  const payload = type === null ? '' : `; val: ${typeText(type, scope)}`;
  return `{ tag: '${checked(tag)}'${payload} }`;
}

/** A field that may be `none` may be left out. */
function fieldText({ name, type }: WitField, scope: TypeScope): string {
  const inner = unnamed(type);
  const isOptional = inner.kind === 'option' && !isTagged(inner.some);
  return `${memberName(name)}${isOptional ? '?' : ''}: ${typeText(type, scope)};`;
}
