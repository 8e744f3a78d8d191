/**
 * An interface of ours as jco's glue takes it: an object of functions and resource classes, each of which brings its
 * core function under the symbol `cabiLower` (jco's docs, optimized-host-bindings).
 */
import { GuestMemory } from '../kernel/memory.ts';
import { witTables } from './abi.generated.ts';
import { checkRange } from './canonical.ts';
import type { Context } from './context.ts';
import { type Dispose, type HandleTable, type Lower, trap } from './lower.ts';

/** What jco hands over for one import of one component instance. */
interface GlueLower {
  memory?: WebAssembly.Memory;
  realloc?: (at: number, oldBytes: number, align: number, newBytes: number) => number;
  resourceTables?: readonly HandleTable[];
}

type CoreFunction = (...args: never[]) => unknown;
/** The generated interfaces say which tables; here each is only passed on. */
type AnyLowered = (lower: never) => CoreFunction;
/** WIT name → factory of its core function; drops are no factories. */
export type InterfaceFunctions = Readonly<Record<string, AnyLowered | Dispose>>;

/** Called around each core function: `--strace`. */
export type Wrap = (name: string, call: CoreFunction) => CoreFunction;

const cabiLower = Symbol.for('cabiLower');
const cabiDispose = Symbol.for('cabiDispose');

/** jco's names: `get-stdin` → getStdin, `input-stream` → InputStream. */
export function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
export function pascalCase(name: string): string {
  return camelCase(`-${name}`);
}

type GlueMember = Record<string | symbol, unknown>;

/** The import object of one interface, `wasi:io/streams` say. */
export function provideInterface(
  context: Context,
  name: string,
  functions: InterfaceFunctions,
  wrap: Wrap | null,
): Record<string, unknown> {
  const provided: Record<string, unknown> = Object.create(null);
  const classOf = (resource: string): GlueMember & { prototype: GlueMember } => {
    const key = pascalCase(resource);
    provided[key] ??= class {};
    return provided[key] as GlueMember & { prototype: GlueMember };
  };
  for (const [member, made] of Object.entries(functions)) {
    const [, kind, resource = '', method = ''] = /^\[([\w-]+)\]([^.]+)(?:\.(.+))?$/.exec(member) ?? [];
    if (kind === 'resource-drop') {
      classOf(resource)[cabiDispose] = made;
      continue;
    }
    const lower = lowering(context, `${name}#${member}`, made as AnyLowered, witTables[name]?.[member] ?? [], wrap);
    if (kind === 'constructor') classOf(resource)[cabiLower] = lower;
    else if (kind === 'method') classOf(resource).prototype[camelCase(method)] = marked(lower);
    else if (kind === 'static') classOf(resource)[camelCase(method)] = marked(lower);
    else provided[camelCase(member)] = marked(lower);
  }
  return provided;
}

/** jco looks for the symbol on a function that it would call otherwise. */
function marked(lower: unknown): unknown {
  return Object.assign(() => trap('a lowered function was called without its core function'), { [cabiLower]: lower });
}

function lowering(
  context: Context,
  name: string,
  made: AnyLowered,
  resources: readonly string[],
  wrap: Wrap | null,
): (glue: GlueLower) => CoreFunction {
  return (glue) => {
    const call = made(lowerOf(context, glue, resources) as never);
    return wrap === null ? call : wrap(name, call);
  };
}

function lowerOf(context: Context, glue: GlueLower, resources: readonly string[]): Lower<string> {
  const { resourceTables = [], memory, realloc } = glue;
  const tables: Record<string, HandleTable> = {};
  for (const resource of resources) {
    const table = resourceTables.find(({ _resource }) => _resource === pascalCase(resource));
    if (table === undefined) throw new Error(`the glue has no handle table for ${resource}`);
    tables[resource] = table;
  }
  const guestMemory = new GuestMemory(() => memory ?? trap('an import needs a memory that its component did not give'));
  // Never asked to move or cut what it gave: adapters of WASI 0.1 trap then.
  const allocate = (bytes: number, align: number): number => {
    if (realloc === undefined) return trap('an import needs cabi_realloc, which its component did not give');
    context.resources.checkMayLeave();
    context.resources.mayLeave = false;
    const at = realloc(0, 0, align, bytes) >>> 0;
    context.resources.mayLeave = true;
    checkRange(guestMemory, at, bytes, align);
    return at;
  };
  return {
    memory: guestMemory,
    checkMayLeave: () => context.resources.checkMayLeave(),
    allocate,
    tables,
  };
}
