/** Imports of a component that nothing provides, as one message: name, version, and the WIT of what is used of them. */
import { printable } from '../demangle.ts';
import { GuestFailure } from '../failure.ts';
import type { VersionedName } from './pack.ts';
import { unnamed, type WitSide } from './wit.ts';
import { printFunction } from './wit-print.ts';
import { readWorld } from './wit-world.ts';

/** Attack: a million imports, or types that are a page each, in one error message. */
const maxListed = 20;
const maxFunctions = 8;

/** `types`: the component's skeleton. null: nothing of what is missing has a function or a resource. */
export function missingImportsFailure(imported: readonly VersionedName[], types: Uint8Array): GuestFailure | null {
  if (imported.length === 0) return null;
  const { imports } = readWorld(types);
  const missing = imported.filter((entry) => isNeeded(fullName(entry), imports));
  if (missing.length === 0) return null;
  const shown = missing.slice(0, maxListed).map((entry) => describe(fullName(entry), imports));
  const rest = missing.length - shown.length;
  const list = shown.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
  return new GuestFailure('missing-imports', `nothing provides ${list}`);
}

/** An interface may be there for its records and enums alone. */
function isNeeded(name: string, { interfaces }: WitSide): boolean {
  const found = interfaces.get(name);
  if (found === undefined || found.functions.size > 0) return true;
  return [...found.types.values()].some((type) => unnamed(type).kind === 'resource');
}

/** `names`: what the embedder does not have, by the names of host-calls.ts. */
export function missingOfEmbedderFailure(names: readonly string[], types: Uint8Array): GuestFailure | null {
  if (names.length === 0) return null;
  const { imports } = readWorld(types);
  const shown = names.slice(0, maxListed).map((name) => {
    const [owner = '', fn = name] = name.split('#');
    const type = (fn === name ? imports : imports.interfaces.get(owner))?.functions.get(fn);
    return printable(type === undefined ? name : `${name}: ${printFunction(fn, type)}`, 512);
  });
  const rest = names.length - shown.length;
  const list = shown.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
  return new GuestFailure('missing-imports', `the embedder does not provide ${list}`);
}

/**
 * Functions that a component expects in interfaces of ours and that none of them has: of a later version, or of none.
 * Looked for when linking failed.
 */
export function missingFunctionsFailure(
  imports: readonly VersionedName[],
  types: Uint8Array,
  hasFunction: (name: string, fn: string) => boolean,
): GuestFailure | null {
  const { interfaces } = readWorld(types).imports;
  const missing = imports.flatMap((entry) => {
    const name = fullName(entry);
    const functions = [...(interfaces.get(name)?.functions ?? [])].filter(([fn]) => !hasFunction(entry.name, fn));
    return functions.map(([fn, type]) => printable(`${name} (${fn}: ${printFunction(fn, type)})`, 512));
  });
  if (missing.length === 0) return null;
  return new GuestFailure('missing-imports', `nothing provides ${missing.slice(0, maxListed).join('; ')}`);
}

export function fullName({ name, version }: VersionedName): string {
  return version === null ? name : `${name}@${version}`;
}

/** `my:pkg/greeter@1.0.0 (greet: func(name: string) -> string)` */
function describe(name: string, imports: WitSide): string {
  const own = imports.functions.get(name);
  if (own !== undefined) return printable(`${name}: ${printFunction(name, own)}`, 512);
  const functions = [...(imports.interfaces.get(name)?.functions ?? [])];
  const signatures = functions.slice(0, maxFunctions).map(([fn, type]) => `${fn}: ${printFunction(fn, type)}`);
  if (functions.length > maxFunctions) signatures.push(`${functions.length - maxFunctions} more`);
  const list = signatures.length === 0 ? '' : ` (${signatures.join('; ')})`;
  return printable(`${name}${list}`, 1024);
}
