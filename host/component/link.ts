/** What a component is linked with: our interfaces, traps for what nothing provides, and nothing else. */
import type { GuestConfig } from '../config.ts';
import { printable } from '../demangle.ts';
import { GuestFailure } from '../failure.ts';
import type { Wasi2 } from '../p2/index.ts';
import { UnknownImportTrap } from '../unknown-imports.ts';
import type { VersionedName } from './pack.ts';

/** By the names that the glue asks for: without version. Throws GuestFailure. */
export function linkComponent(
  wanted: readonly VersionedName[],
  wasi: Wasi2,
  unknownImports: GuestConfig['unknownImports'],
): Record<string, unknown> {
  const imports: Record<string, unknown> = Object.create(null);
  const missing: VersionedName[] = [];
  for (const entry of wanted) {
    const { name } = entry;
    if (provides(wasi, entry)) imports[name] = wasi.provide(name);
    else {
      missing.push(entry);
      imports[name] = trapping(name);
    }
  }
  if (missing.length > 0 && unknownImports === 'error') throw unknownImportsFailure(missing);
  return imports;
}

/** Versions before 0.2.0 were drafts, later ones have other shapes. */
function provides(wasi: Wasi2, { name, version }: VersionedName): boolean {
  return wasi.has(name) && (version === null || /^0\.2\.\d+$/.test(version));
}

/** Attack: a million imports in one error message. */
const maxListed = 50;

function unknownImportsFailure(missing: readonly VersionedName[]): GuestFailure {
  const names = missing.slice(0, maxListed).map(({ name, version }) => printable(fullName(name, version), 256));
  const rest = missing.length - names.length;
  const list = names.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  return new GuestFailure('unknown-imports', `nothing provides ${list}`);
}

function fullName(name: string, version: string | null): string {
  return version === null ? name : `${name}@${version}`;
}

/** Functions, classes and methods alike: whatever the glue looks up, and only a call traps. */
function trapping(name: string): unknown {
  return new Proxy(
    {},
    { get: (_, member) => (typeof member === 'string' ? trappingMember(`${name}#${member}`) : undefined) },
  );
}

function trappingMember(name: string): unknown {
  const trap = (): never => {
    throw new UnknownImportTrap(`called the import ${printable(name, 256)}, which nothing provides`);
  };
  const prototype = new Proxy(trap, { get: (target, member) => (typeof member === 'string' ? target : undefined) });
  return new Proxy(trap, {
    get: (target, member) => (member === 'prototype' ? prototype : typeof member === 'string' ? target : undefined),
  });
}
