/** What a component is linked with: our interfaces, traps for what nothing provides, and nothing else. */
import type { GuestConfig } from '../config.ts';
import { printable } from '../demangle.ts';
import type { Wasi2 } from '../p2/index.ts';
import { UnknownImportTrap } from '../unknown-imports.ts';
import type { LoadedComponent } from './load.ts';
import { fullName, missingImportsFailure, missingOfEmbedderFailure } from './missing-imports.ts';
import type { VersionedName } from './pack.ts';
import type { UserImports } from './user-imports.ts';

export interface Providers {
  wasi: Wasi2;
  /** null: no embedder takes part. */
  user: UserImports | null;
}

/** Our patch of the glue (runtime/components) calls it around a post-return. */
const mayLeaveKey = Symbol.for('mayLeave');

/** By the names that the glue asks for: without version. Throws GuestFailure. */
export function linkComponent(
  { imports: wanted, types }: Pick<LoadedComponent, 'imports' | 'types'>,
  { wasi, user }: Providers,
  unknownImports: GuestConfig['unknownImports'],
): Record<string | symbol, unknown> {
  const imports: Record<string | symbol, unknown> = Object.create(null);
  imports[mayLeaveKey] = wasi.setMayLeave;
  const missing: VersionedName[] = [];
  for (const entry of wanted) {
    const provided = provides(wasi, entry) ? wasi.provide(entry.name) : (user?.provide(entry.name) ?? null);
    if (provided === null) missing.push(entry);
    const isWhole = provided !== null && unknownImports === 'error';
    imports[entry.name] = isWhole ? provided : trapping(fullName(entry), provided ?? {});
  }
  if (unknownImports === 'error') refuseMissing(missing, user?.missing ?? [], types);
  return imports;
}

function refuseMissing(missing: readonly VersionedName[], functions: Iterable<string>, types: Uint8Array): void {
  const failure = missingImportsFailure(missing, types) ?? missingOfEmbedderFailure([...functions], types);
  if (failure !== null) throw failure;
}

/** Versions before 0.2.0 were drafts, later ones have other shapes. */
function provides(wasi: Wasi2, { name, version }: VersionedName): boolean {
  return wasi.has(name) && (version === null || /^0\.2\.\d+$/.test(version));
}

/** Functions, classes and methods alike: whatever the glue looks up and is not there, and only a call traps. */
function trapping(name: string, provided: object): unknown {
  return new Proxy(provided, {
    get: (target, member, self) =>
      typeof member === 'string' && !(member in target)
        ? trappingMember(`${name}#${member}`)
        : Reflect.get(target, member, self),
  });
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
