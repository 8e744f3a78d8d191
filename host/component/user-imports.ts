/** Imports that the embedder provides: for jco's glue, functions and classes that ask over the channel. */
import { printable } from '../demangle.ts';
import { GuestFailure } from '../failure.ts';
import { HostFunctionTrap } from '../trap.ts';
import type { HostReply, HostRequest } from './host-calls.ts';
import { parseWave, WaveError } from './wave-parse.ts';
import { printWave } from './wave-print.ts';
import type { ResourceHandle, Wire } from './wave-values.ts';
import {
  camelCase,
  parseFunctionName,
  parseInterfaceName,
  pascalCase,
  unnamed,
  type WitFunction,
  type WitInterface,
  type WitSide,
  type WitType,
} from './wit.ts';

export interface UserImports {
  has(name: string): boolean;
  /** What the glue looks up under this name, which has no version. */
  provide(name: string): unknown;
  /** What the embedder does not have, by the names of host-calls.ts. */
  missing: ReadonlySet<string>;
}

type Ask = (request: HostRequest) => HostReply;
type Call = (...args: unknown[]) => unknown;

/** A resource in the container: no more than the embedder's handle of it. */
interface Proxied {
  [handleKey]: number;
}

const handleKey = Symbol('handle');
/** jco keeps what it has seen under this number, and never forgets a number: handles are used again. */
const repKey = Symbol.for('cabiRep');

/** `imports`: of the component's world. Asks the embedder once what it has. */
export function createUserImports(imports: WitSide, ask: Ask): UserImports {
  const own: WitSide = { ...imports, interfaces: new Map([...imports.interfaces].filter(([name]) => !isWasi(name))) };
  const missing = new Set(missingOf(ask));
  const provided = new Map<string, unknown>();
  const maker = new ImportMaker(ask);
  // All classes first: a function may return a resource of another interface.
  for (const [name, of] of own.interfaces) maker.addClasses(name, of);
  for (const [name, of] of own.interfaces) {
    const key = unversioned(name);
    // The glue looks both up under one name.
    if (provided.has(key)) throw new GuestFailure('missing-imports', `imports two versions of ${printable(key, 128)}`);
    provided.set(key, maker.members(name, of));
  }
  for (const [name, type] of own.functions) provided.set(name, { default: maker.function(name, name, type) });
  return { has: (name) => provided.has(name), provide: (name) => provided.get(name), missing };
}

function missingOf(ask: Ask): readonly string[] {
  try {
    const reply = ask({ kind: 'link' });
    return reply.kind === 'linked' ? reply.missing : [];
  } catch (error) {
    if (!(error instanceof HostFunctionTrap)) throw error;
    throw new GuestFailure('missing-imports', `can't ask for its imports: ${error.message}`);
  }
}

export const isWasi = (name: string): boolean => name.startsWith('wasi:');

/** Interfaces of types only have nothing to provide. */
export function importedNames({ interfaces, functions }: WitSide): string[] {
  return [
    ...[...interfaces].flatMap(([owner, of]) => [...of.functions.keys()].map((name) => `${owner}#${name}`)),
    ...functions.keys(),
  ];
}

function unversioned(name: string): string {
  const parsed = parseInterfaceName(name);
  return parsed === null ? name : `${parsed.package}/${parsed.name}`;
}

class ImportMaker {
  private readonly ask: Ask;
  private readonly classes = new Map<WitType, { new (): Proxied; prototype: object }>();
  private readonly wire: Wire = {
    encode: (type, value) => this.handleOf(type, value),
    decode: (type, handle) => adopt(Object.create(this.classOf(type).prototype) as Proxied, Number(handle)),
  };

  constructor(ask: Ask) {
    this.ask = ask;
  }

  addClasses(owner: string, { types, functions }: WitInterface): void {
    for (const [name, type] of types) {
      const resource = unnamed(type);
      if (resource.kind !== 'resource' || this.classes.has(resource)) continue;
      this.classes.set(resource, this.makeClass(owner, name, functions));
    }
  }

  members(owner: string, { types, functions }: WitInterface): Record<string, unknown> {
    const classes = [...types].flatMap(([name, type]) => {
      const found = this.classes.get(unnamed(type));
      return found === undefined ? [] : [[pascalCase(name), found] as const];
    });
    const free = [...functions].filter(([name]) => parseFunctionName(name).kind === 'function');
    return Object.fromEntries([
      ...classes,
      ...free.map(([name, type]) => [camelCase(name), this.function(name, `${owner}#${name}`, type)] as const),
    ]);
  }

  /** `fullName`: what the embedder knows it by. */
  function(name: string, fullName: string, { params, result }: WitFunction): Call {
    return (...args) => {
      try {
        const texts = params.map(({ type }, index) => printWave(type, args[index], { wire: this.wire }));
        const value = this.valueOf(this.ask({ kind: 'call', name: fullName, args: texts }));
        if (result === null) return undefined;
        // Of a result, `{ tag, val }`: the glue takes that as it is.
        return parseWave(result, value ?? '', this.wire);
      } catch (error) {
        if (error instanceof WaveError) throw new HostFunctionTrap(`${name}: ${error.message}`);
        throw error;
      }
    };
  }

  private valueOf(reply: HostReply): string | null {
    if (reply.kind === 'trap') throw new HostFunctionTrap(reply.message);
    return reply.kind === 'value' ? reply.value : null;
  }

  /** With every method, since the glue looks them all up when it is instantiated. */
  private makeClass(
    owner: string,
    resource: string,
    functions: ReadonlyMap<string, WitFunction>,
  ): { new (): Proxied; prototype: object } {
    const dispose = (object: Proxied): void => {
      this.valueOf(this.ask({ kind: 'drop', handle: object[handleKey] }));
    };
    let construct: Call | null = null;
    const made = class {
      declare [handleKey]: number;
      constructor(...args: unknown[]) {
        // biome-ignore lint/correctness/noConstructorReturn: the constructor's answer is an object of this class.
        if (construct !== null) return construct(...args) as never;
      }
      [Symbol.dispose](): void {
        dispose(this);
      }
    };
    for (const [name, type] of functions) {
      const parsed = parseFunctionName(name);
      if (parsed.resource !== resource) continue;
      const call = this.function(name, `${owner}#${name}`, type);
      const key = camelCase(parsed.name);
      if (parsed.kind === 'constructor') construct = call;
      else if (parsed.kind === 'static') define(made, key, call);
      else
        define(made.prototype, key, function (this: unknown, ...args: unknown[]) {
          return call(this, ...args);
        });
    }
    return made;
  }

  private classOf({ resource }: ResourceHandle): { prototype: object } {
    const found = this.classes.get(unnamed(resource));
    if (found === undefined) throw new WaveError('a resource of WASI or of the component itself can not be passed');
    return found;
  }

  private handleOf(type: ResourceHandle, value: unknown): number {
    const { prototype } = this.classOf(type);
    if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === prototype) {
      return (value as Proxied)[handleKey];
    }
    throw new WaveError('not a resource of this type');
  }
}

/** Also `name` and `length`, which a class has already. */
function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, configurable: true });
}

function adopt(object: Proxied, handle: number): Proxied {
  object[handleKey] = handle;
  (object as unknown as Record<symbol, number>)[repKey] = handle;
  return object;
}
