/** What a component is: its WIT, and the core modules in it. Read from its bytes alone, as modules are. */

import type { WitSide, WitWorld } from '../host/component/wit.ts';
import { printFunction, printWorld } from '../host/component/wit-print.ts';
import { readWorld } from '../host/component/wit-world.ts';
import { witTables } from '../host/p2/abi.generated.ts';
import { findSection, readSections, type Section, sectionIds } from '../host/wasm-binary.ts';
import { Cursor } from '../host/wasm-binary-cursor.ts';
import { readProducers } from '../host/wasm-binary-custom.ts';
import { readInterface } from '../host/wasm-binary-module.ts';
import {
  describeMemories,
  type InspectCoreModule,
  type InspectImport,
  type InspectReport,
  wasiVersions,
} from './inspect.ts';
import { componentNeeds } from './inspect-needs-component.ts';

/** Throws WasmBinaryError. */
export function inspectComponent(bytes: Uint8Array): InspectReport {
  const world = readWorld(bytes);
  const parts: Parts = { sections: [], modules: [] };
  readParts(new Cursor(bytes), parts, 0);
  const imports = importsOf(world);
  const sum = (pick: (module: InspectCoreModule) => number): number =>
    parts.modules.reduce((total, module) => total + pick(module), 0);
  return {
    kind: 'component',
    family: null,
    wasi: wasiVersions([...world.imports.interfaces.keys(), ...world.exports.interfaces.keys()]),
    sizeBytes: bytes.length,
    codeBytes: sum(({ codeBytes }) => codeBytes),
    dataBytes: sum(({ dataBytes }) => dataBytes),
    functions: sum(({ functions }) => functions),
    imports,
    exports: functionsOf(world.exports).map(({ owner, name, type }) => ({
      name: owner === null ? name : `${owner}#${name}`,
      kind: 'func',
      type,
    })),
    memories: parts.modules.flatMap(({ memories }) => memories.filter(({ imported }) => !imported)),
    producers: readProducers({ bytes, sections: parts.sections }),
    customSections: [],
    coreModules: parts.modules,
    wit: printWorld(world),
    ...componentNeeds(world, imports),
  };
}

function functionsOf(side: WitSide): { owner: string | null; name: string; type: string }[] {
  const of = (owner: string | null, { functions }: Pick<WitSide, 'functions'>) =>
    [...functions].map(([name, type]) => ({ owner, name, type: printFunction(name, type) }));
  return [...of(null, side), ...[...side.interfaces].flatMap(([owner, entry]) => of(owner, entry))];
}

function importsOf({ imports }: WitWorld): InspectImport[] {
  return functionsOf(imports).map(({ owner, name, type }) => ({
    module: owner ?? '',
    name,
    kind: 'func',
    type,
    provided: owner !== null && isProvided(owner, name),
  }));
}

function isProvided(owner: string, name: string): boolean {
  const [, unversioned = ''] = /^(wasi:[^@]+)@0\.2\.\d+$/.exec(owner) ?? [];
  return Object.hasOwn(witTables, unversioned) && Object.hasOwn(witTables[unversioned] ?? {}, name);
}

interface Parts {
  /** Of the outermost component. */
  sections: Section[];
  modules: InspectCoreModule[];
}

const coreModuleSection = 1;
const componentSection = 4;
/** Attack: nesting that ends the stack, and three bytes for each thing that we make an object of. */
const maxDepth = 100;
const maxParts = 10_000;

function readParts(cursor: Cursor, parts: Parts, depth: number): void {
  if (depth > maxDepth) cursor.fail('components nested too deep');
  cursor.skip(8);
  while (!cursor.atEnd) {
    if (parts.sections.length + parts.modules.length > maxParts) cursor.fail('too many parts');
    const start = cursor.offset;
    const id = cursor.u8();
    const body = cursor.sub(cursor.u32());
    if (depth === 0) parts.sections.push({ id, start, bodyStart: body.offset, end: body.end });
    if (id === coreModuleSection) parts.modules.push(coreModule(cursor.bytes.subarray(body.offset, body.end)));
    else if (id === componentSection) readParts(body, parts, depth + 1);
  }
}

function coreModule(bytes: Uint8Array): InspectCoreModule {
  const binary = readSections(bytes);
  const sizeOf = (id: number): number => {
    const section = findSection(binary, id);
    return section ? section.end - section.bodyStart : 0;
  };
  const code = findSection(binary, sectionIds.code);
  return {
    sizeBytes: bytes.length,
    codeBytes: sizeOf(sectionIds.code),
    dataBytes: sizeOf(sectionIds.data),
    functions: code ? new Cursor(bytes, code.bodyStart, code.end).u32() : 0,
    memories: describeMemories(readInterface(binary)),
  };
}
