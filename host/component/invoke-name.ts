/** Which exported function `--invoke` means: by its name alone, or with its interface in front. */
import { printable } from '../demangle.ts';
import { GuestFailure } from '../failure.ts';
import { parseFunctionName, parseInterfaceName, partsOf, type WitFunction, type WitSide, type WitType } from './wit.ts';
import { printType } from './wit-print.ts';

export interface FoundExport {
  /** By its full name; null: the component exports the function itself. */
  interface: string | null;
  name: string;
  type: WitFunction;
}

/** Names in an error message; a component may export a million functions. */
const maxSuggestions = 12;

/**
 * `called`: `add`, `api.echo`, `demo:kit/api.echo`, `demo:kit/api.echo@1.2.3` or `demo:kit/api@1.2.3#echo`. Throws
 * GuestFailure when there is none, or more than one.
 */
export function findExport(exports: WitSide, called: string): FoundExport {
  const all = allFunctions(exports);
  const wanted = parseCalled(called);
  const matches = all.filter(
    (found) => found.name === wanted.name && (wanted.interface === null || isMeant(found.interface, wanted)),
  );
  // A function of no interface has no longer name: it is meant by its own.
  const found = matches.find((match) => match.interface === null && wanted.interface === null) ?? matches[0];
  const shown = printable(called, 128);
  if (found === undefined)
    throw new GuestFailure('unknown-export', `exports no function ${shown}${suggest(exports, all, wanted)}`);
  if (matches.length > 1 && found.interface !== null) {
    const names = matches.slice(0, maxSuggestions).map(longName);
    throw new GuestFailure('unknown-export', `exports more than one ${shown}: say which: ${names.join(', ')}`);
  }
  checkResources(found);
  return found;
}

function allFunctions(exports: WitSide): FoundExport[] {
  const own = [...exports.functions].map(([name, type]) => ({ interface: null, name, type }));
  const others = [...exports.interfaces].flatMap(([owner, { functions }]) =>
    [...functions].map(([name, type]) => ({ interface: owner, name, type })),
  );
  return [...own, ...others];
}

interface Wanted {
  interface: string | null;
  version: string | null;
  name: string;
}

function parseCalled(called: string): Wanted {
  const hash = called.lastIndexOf('#');
  if (hash >= 0) return { interface: called.slice(0, hash), version: null, name: called.slice(hash + 1) };
  const [, unversioned = called, version = null] = /^(.*\.[^.@]+)@(\d.*)$/.exec(called) ?? [];
  const dot = unversioned.lastIndexOf('.');
  if (dot < 0) return { interface: null, version, name: unversioned };
  return { interface: unversioned.slice(0, dot), version, name: unversioned.slice(dot + 1) };
}

/** By its whole name, without the version, or by the last part alone. */
function isMeant(full: string | null, { interface: wanted, version }: Wanted): boolean {
  if (full === null || wanted === null) return false;
  const parsed = parseInterfaceName(full);
  if (version !== null && parsed?.version !== version) return false;
  return full === wanted || parsed?.name === wanted || `${parsed?.package}/${parsed?.name}` === wanted;
}

/** WAVE has no form for resources, so a function that takes or returns one can't be called. */
function checkResources({ name, type: { params, result } }: FoundExport): void {
  const seen = new Set<WitType>();
  const param = params.find(({ type }) => findResource(type, seen) !== null);
  const found = param === undefined ? result && findResource(result, seen) : findResource(param.type, new Set());
  if (found === null) return;
  const what = `${param === undefined ? 'returns' : 'takes'} a ${printType(found)}: resources and streams have no text form`;
  throw new GuestFailure('bad-invoke-argument', `${printable(name, 128)} ${what}`);
}

/** `seen`: types that have none. Attack: a type that names another one twice, forty levels deep. */
function findResource(type: WitType, seen: Set<WitType>): WitType | null {
  if (seen.has(type)) return null;
  seen.add(type);
  if (withoutText.has(type.kind)) return type;
  for (const part of partsOf(type)) {
    const found = findResource(part, seen);
    if (found !== null) return found;
  }
  return null;
}

const withoutText: ReadonlySet<string> = new Set(['own', 'borrow', 'stream', 'future', 'error-context', 'map']);

function longName({ interface: owner, name }: FoundExport): string {
  return printable(owner === null ? name : `${owner}#${name}`, 128);
}

function suggest(exports: WitSide, all: readonly FoundExport[], wanted: Wanted): string {
  const method = all.find(({ name }) => parseFunctionName(name).kind !== 'function' && name.endsWith(wanted.name));
  if (method !== undefined) {
    const { resource } = parseFunctionName(method.name);
    return `: of the resource ${printable(resource ?? '', 64)} nothing can be called, resources have no text form`;
  }
  const callable = all.filter(({ name }) => parseFunctionName(name).kind === 'function');
  if (callable.length === 0) return '; it exports no function at all';
  const shown = callable
    .slice(0, maxSuggestions)
    .map((found) =>
      found.interface === null || exports.interfaces.size === 1 ? printable(found.name, 64) : longName(found),
    );
  const rest = callable.length - shown.length;
  return `; its functions are ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
